"""Triggers that note for VAN what was changed, and for webhooks what happened, in the transaction of the change, whoever makes it
(SPEC B3, B7).

They ask no clock: a row without `due_at` is one that the sweep has not seen yet (models/van/sending.py, models/hooks/event.py).
"""

from __future__ import annotations

_CHANGED = (
    "state = CASE WHEN van_fact.state = 'sending' THEN 'sending' ELSE 'waiting' END,"
    " version = van_fact.version + 1, tries = 0, due_at = NULL"
)


def van_sql(contact: str) -> str:
    """SQL for the VAN that has the state of the contact, where ``contact`` is a row of the table; NULL where none has it. A row of
    van_state without a state stands for all others."""
    return (
        "COALESCE("
        + ", ".join(
            f"(SELECT s.van FROM van_state s WHERE s.campaign_id = {contact}.campaign_id AND s.state = {state})"
            for state in (f"{contact}.state_abbrev", "''")
        )
        + ")"
    )


def changed(kind: str, subject: str, contact: str, value: str) -> str:
    """Notes a tag, an answer or an opt-out where the campaign maps it. All but ``kind`` are SQL over NEW."""
    return (
        "INSERT INTO van_fact (campaign_id, contact_id, kind, subject_id, value, state, version, tries)"
        f" SELECT c.campaign_id, c.id, '{kind}', {subject}, {value}, 'waiting', 1, 0 FROM contact c WHERE c.id = {contact}"
        f" AND EXISTS (SELECT 1 FROM van_mapping m WHERE m.campaign_id = c.campaign_id AND m.kind = '{kind}'"
        f" AND m.subject_id = {subject})"
        f" ON CONFLICT (contact_id, kind, subject_id) DO UPDATE SET value = excluded.value, {_CHANGED};"
    )


def taken(kind: str, subject: str) -> str:
    """Notes that a tag or an answer was taken away, where VAN was to have it."""
    where = f"contact_id = OLD.contact_id AND kind = '{kind}' AND subject_id = {subject}"
    return f"UPDATE van_fact SET value = '', {_CHANGED} WHERE {where};"


def told(kind: str, subject: str, campaign: str) -> str:
    """Notes an event for each endpoint that wants it, once. All but ``kind`` are SQL over NEW."""
    return (
        "INSERT INTO hook_event (endpoint_id, campaign_id, kind, subject_id, state, tries)"
        f" SELECT e.id, e.campaign_id, '{kind}', {subject}, 'waiting', 0 FROM hook_endpoint e"
        f" WHERE e.campaign_id = {campaign} AND e.ended_at IS NULL AND e.off_at IS NULL AND e.events LIKE '% {kind} %'"
        " ON CONFLICT (endpoint_id, kind, subject_id) DO NOTHING;"
    )


# Facts that were sent, or may be just now, by another ID are of another person of VAN's, and so they are by the same ID in another VAN.
# The claim sees what each of them has (models/van/kept.py)
_OF_ANOTHER = (
    " WHERE contact_id = NEW.id AND (there_id <> '' OR there <> '' OR maybe <> '' OR state IN ('waiting', 'sending'))"
    f" AND (there_id <> ltrim(NEW.van_id, '0') OR COALESCE(there_van, 0) <> COALESCE(NEW.van, {van_sql('NEW')}, 0));"
)
_OTHER_VAN = "COALESCE(NEW.van, 0) <> COALESCE(OLD.van, 0)"
_OF_BEFORE = van_sql("OLD")
_TEXT = "NEW.direction = 'out' AND NEW.kind <> 'test'"
_FAILED = "('undelivered', 'failed', 'canceled')"

# name, when, table, condition, what it does
TRIGGERS = (
    ("van_tag_set", "AFTER INSERT", "contact_tag", "", changed("tag", "NEW.tag_id", "NEW.contact_id", "'x'")),
    ("van_tag_taken", "AFTER DELETE", "contact_tag", "", taken("tag", "OLD.tag_id")),
    (
        "van_answer_given",
        "AFTER INSERT",
        "field_value",
        "",
        changed("field", "NEW.field_id", "NEW.contact_id", "substr(NEW.value, 1, 500)"),
    ),
    (
        "van_answer_changed",
        "AFTER UPDATE OF value",
        "field_value",
        "NEW.value <> OLD.value",
        changed("field", "NEW.field_id", "NEW.contact_id", "substr(NEW.value, 1, 500)"),
    ),
    ("van_answer_taken", "AFTER DELETE", "field_value", "", taken("field", "OLD.field_id")),
    (
        "van_opted_out",
        "AFTER UPDATE OF opted_out_at",
        "contact",
        "OLD.opted_out_at IS NULL AND NEW.opted_out_at IS NOT NULL",
        changed("opt_out", "0", "NEW.id", "'x'"),
    ),
    (
        "van_id_known",
        "AFTER UPDATE OF van_id, van",
        "contact",
        f"NEW.van_id <> '' AND (NEW.van_id <> OLD.van_id OR {_OTHER_VAN})",
        "UPDATE van_fact SET state = 'waiting', due_at = NULL WHERE contact_id = NEW.id AND state IN ('no_id', 'refused');"
        " UPDATE van_fact SET answer = '', "
        + _CHANGED
        + _OF_ANOTHER
        + " DELETE FROM van_person WHERE contact_id = NEW.id AND (van_id <> NEW.van_id OR NEW.van <> OLD.van);",
    ),
    # The VAN ID of who moves stays that of the VAN they came from, and which VAN their facts go to is decided again
    (
        "van_state_changed",
        "AFTER UPDATE OF state_abbrev",
        "contact",
        "NEW.state_abbrev <> OLD.state_abbrev",
        f"UPDATE contact SET van = {_OF_BEFORE} WHERE id = NEW.id AND NEW.van IS NULL AND NEW.van_id <> ''"
        f" AND NEW.van_id = OLD.van_id AND {_OF_BEFORE} <> COALESCE({van_sql('NEW')}, 0);"
        " UPDATE van_fact SET state = 'waiting', due_at = NULL WHERE contact_id = NEW.id AND state IN ('waiting', 'no_id', 'no_van');",
    ),
    (
        "hook_message_sent",
        "AFTER UPDATE OF status",
        "message",
        f"NEW.status = 'taken' AND OLD.status <> 'taken' AND {_TEXT}",
        told("message.sent", "NEW.id", "NEW.campaign_id"),
    ),
    (
        "hook_message_delivered",
        "AFTER UPDATE OF delivery",
        "message",
        f"NEW.delivery IN ('delivered', 'read') AND OLD.delivery NOT IN ('delivered', 'read') AND {_TEXT}",
        told("message.delivered", "NEW.id", "NEW.campaign_id"),
    ),
    (
        "hook_message_undelivered",
        "AFTER UPDATE OF delivery",
        "message",
        f"NEW.delivery IN {_FAILED} AND OLD.delivery NOT IN {_FAILED} AND {_TEXT}",
        told("message.failed", "NEW.id", "NEW.campaign_id"),
    ),
    (
        "hook_message_refused",
        "AFTER UPDATE OF status",
        "message",
        f"NEW.status IN ('rejected', 'refused', 'dropped') AND OLD.status <> NEW.status AND {_TEXT}",
        told("message.failed", "NEW.id", "NEW.campaign_id"),
    ),
    (
        "hook_reply_received",
        "AFTER INSERT",
        "message",
        "NEW.direction = 'in'",
        told("reply.received", "NEW.id", "NEW.campaign_id"),
    ),
    ("hook_opt_out_made", "AFTER INSERT", "opt_out", "", told("opt_out.made", "NEW.id", "NEW.campaign_id")),
    (
        "hook_report_filed",
        "AFTER INSERT",
        "report",
        "",
        told("report.filed", "NEW.id", "(SELECT c.campaign_id FROM contact c WHERE c.id = NEW.contact_id)"),
    ),
)
