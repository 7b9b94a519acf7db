"""Triggers that note for VAN what was changed, in the transaction of the change, whoever makes it (SPEC B3).

They ask no clock: a row without `due_at` is one that the sweep has not seen yet (models/van/sending.py).
"""

from __future__ import annotations

_CHANGED = (
    "state = CASE WHEN van_fact.state = 'sending' THEN 'sending' ELSE 'waiting' END,"
    " version = van_fact.version + 1, tries = 0, due_at = NULL"
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
        "AFTER UPDATE OF van_id",
        "contact",
        "NEW.van_id <> OLD.van_id AND NEW.van_id <> ''",
        "UPDATE van_fact SET state = 'waiting', due_at = NULL WHERE contact_id = NEW.id AND state IN ('no_id', 'refused');",
    ),
)
