"""Rows the database itself refuses, and its indexes: named statements, one text per dialect.

They are not in the models' Meta: Tortoise's constraints make nothing or the wrong thing. A table that SQLite rebuilds loses
its triggers and indexes without a word (docs/database.md). `textbank migrate` puts them back, start-up and /ready refuse
when one is missing or differs.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from webapp import database
from webapp.database import noting

OPTED_OUT = "this phone has opted out"


@dataclass(frozen=True)
class Guard:
    """``kind`` is "index", "trigger", "room" in the index of a primary key, or "table" for room in its pages; ``function`` is the
    body of a PostgreSQL trigger's function."""

    kind: str
    name: str
    sqlite: str
    postgres: str
    table: str = ""
    function: str = ""


def _unique(name: str, table: str, columns: str, where: str = "", room: str = "") -> Guard:
    return _index(name, table, columns, where, "UNIQUE ", room)


def _index(name: str, table: str, columns: str, where: str = "", unique: str = "", room: str = "") -> Guard:
    text, only = f"CREATE {unique}INDEX {name} ON {table} ({columns})", f" WHERE {where}" if where else ""
    return Guard("index", name, text + only, f"{text}{room and f' WITH {room}'}{only}", table)


def _room(name: str, table: str, room: str) -> Guard:
    """In the index of a primary key, which is made with its table."""
    return Guard("room", name, "", f"ALTER INDEX {name} SET {room}", table)


def _half_full(table: str) -> Guard:
    """PostgreSQL reads a table of up to seven pages whole instead of looking for one row, which was a quarter of its work of a tap.
    Half full pages make the table longer, so that a login uses the index. Rows of before keep their place."""
    return Guard("table", table, "", f"ALTER TABLE {table} SET (fillfactor = 50)", table)


# Start writes a second entry beside each of a contact's in these indexes of PostgreSQL, 100 contacts in a row: without room for
# them pages are split, which costs a sixth of a Start, and leaves them half empty. Replies and texts change other ones
_FOR_START = "(fillfactor = 50)"


def _prefix(name: str, table: str, columns: str) -> Guard:
    """An index that finds what a text begins with: {column} compares by code points, whatever the server's language."""
    sqlite, postgres = columns.replace("{", "").replace("}", ""), columns.replace("{", "").replace("}", ' COLLATE "C"')
    return Guard(
        "index",
        name,
        f"CREATE INDEX {name} ON {table} ({sqlite})",
        f"CREATE INDEX {name} ON {table} ({postgres})",
        table,
    )


def _trigger(
    name: str, when: str, table: str, condition: str, message: str, each: str = "ROW", of_row: str = ""
) -> Guard:
    """Refuses ``when`` ("BEFORE DELETE") where ``condition`` holds, with an IntegrityError on both databases. ``of_row``: the part
    of ``condition`` that looks at this row alone. PostgreSQL asks it first, and calls no function where it is false."""
    check = f"WHEN {condition} " if condition else ""
    sqlite = f"CREATE TRIGGER {name} {when} ON {table} {check}BEGIN SELECT RAISE(ABORT, '{message}'); END"
    act = f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';"
    body = f"BEGIN IF {condition} THEN {act} END IF; RETURN NEW; END" if condition else f"BEGIN {act} END"
    first = f" WHEN ({of_row})" if of_row else ""
    postgres = f"CREATE TRIGGER {name} {when} ON {table} FOR EACH {each}{first} EXECUTE FUNCTION {name}()"
    return Guard("trigger", name, sqlite if each == "ROW" else "", postgres, table, body)


def _names_rows(table: str, columns: dict[str, str], locked: str = "") -> list[Guard]:
    """Proves once for all rows of a statement that the rows they name are there; PostgreSQL's own check looks for and locks one
    row for each. ``columns``: column -> table. Other guards keep those tables' rows. ``locked``: the column of a table that loses
    rows: its row stays until the transaction ends. On PostgreSQL alone: SQLite has its keys."""
    act = f"RAISE EXCEPTION 'a row of {table} names one that is not there' USING ERRCODE = 'foreign_key_violation';"

    def gone(made: str) -> str:
        """A LIMIT keeps PostgreSQL from a join, for which it may read a whole table."""
        return " OR ".join(
            f"EXISTS (SELECT 1 FROM (SELECT DISTINCT m.{column} AS id FROM {made} AS m) AS named WHERE named.id IS NOT NULL"
            f" AND (SELECT o.id FROM {other} o WHERE o.id = named.id LIMIT 1) IS NULL)"
            for column, other in columns.items()
        )

    def body(made: str) -> str:
        lock = (
            f"PERFORM 1 FROM {columns[locked]} WHERE id IN (SELECT m.{locked} FROM {made} AS m) FOR KEY SHARE; "
            if locked
            else ""
        )
        return f"BEGIN {lock}IF {gone(made)} THEN {act} END IF; RETURN NULL; END"

    new, moved = f"{table}_names", f"{table}_names_again"
    changed = f"UPDATE OF {', '.join(columns)}"
    return [
        Guard(
            "trigger",
            new,
            "",
            f"CREATE TRIGGER {new} AFTER INSERT ON {table} REFERENCING NEW TABLE AS made FOR EACH STATEMENT"
            f" EXECUTE FUNCTION {new}()",
            table,
            body("made"),
        ),
        Guard(
            "trigger",
            moved,
            "",
            f"CREATE TRIGGER {moved} AFTER {changed} ON {table} FOR EACH ROW"
            f" WHEN ({' OR '.join(f'NEW.{column} IS DISTINCT FROM OLD.{column}' for column in columns)})"
            f" EXECUTE FUNCTION {moved}()",
            table,
            body("(SELECT NEW.*)"),
        ),
    ]


def _noting(name: str, when: str, table: str, condition: str, does: str) -> Guard:
    """Does ``does`` for each row where ``condition`` holds. The condition may look at this row alone."""
    check = f"WHEN {condition} " if condition else ""
    sqlite = f"CREATE TRIGGER {name} {when} ON {table} {check}BEGIN {does} END"
    first = f" WHEN ({condition})" if condition else ""
    postgres = f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW{first} EXECUTE FUNCTION {name}()"
    return Guard("trigger", name, sqlite, postgres, table, f"BEGIN {does} RETURN NULL; END")


_LEAVES = "NEW.status = 'sending'"
_LEAVES_AFTER_OPT_OUT = (
    f"{_LEAVES} AND EXISTS (SELECT 1 FROM opt_out o WHERE o.campaign_id = NEW.campaign_id"
    " AND o.phone = NEW.phone AND (o.confirmation_id IS NULL OR o.confirmation_id <> NEW.id))"
)

# The texts behind Follow-Ups and behind the errors: few of all, and never one that is only queued, so a click writes into neither
_FOLLOW_UPS = "direction = 'out' AND kind IN ('follow_up', 'confirmation') AND status = 'taken'"
_OF_SENDER = "direction = 'out' AND status = 'taken'"  # behind the numbers of a user
_FAILED = (
    "direction = 'out' AND error_code IS NOT NULL AND (status = 'rejected'"
    " OR (status = 'taken' AND delivery IN ('failed', 'undelivered', 'canceled')))"
)

GUARDS = [
    # Nobody is there twice
    _unique("one_membership", "membership", "user_id, campaign_id"),
    _unique("one_join_code", "campaign", "join_code", "join_code <> ''"),
    _unique("one_contact", "contact", "campaign_id, phone"),
    _unique("one_list_place", "list_membership", "contact_list_id, contact_id"),
    _unique("one_action_list", "action_list", "action_id, contact_list_id"),
    _unique("one_action_limit", "action_limit", "action_id, kind, value"),
    _unique("one_zip_district", "zip_district", "campaign_id, zip, district"),
    _unique("one_action_link", "action", "link_token", "link_token <> ''"),
    _unique("one_action_user", "action_user", "action_id, user_id"),
    *map(_half_full, ("membership", "session", "user_account")),
    _room("conversation_pkey", "conversation", _FOR_START),
    _unique("one_conversation", "conversation", "action_id, contact_id", room=_FOR_START),
    _unique("one_tag", "tag", "campaign_id, slug"),
    _unique("one_field", "custom_field", "campaign_id, slug"),
    _unique("one_contact_tag", "contact_tag", "contact_id, tag_id"),
    _unique("one_field_value", "field_value", "contact_id, field_id"),
    _unique("one_tally", "tally", "action_id, user_id"),
    _unique("one_script_tally", "script_tally", "action_id, user_id, script_id, version"),
    _unique("one_code_tally", "code_tally", "action_id, user_id, code"),
    _unique("one_hour_tally", "hour_tally", "action_id, hour, user_id"),
    _unique("one_answer_tally", "answer_tally", "action_id, user_id, kind, name, value"),
    _unique("one_spend_tally", "spend_tally", "campaign_id, quarter, action_id, user_id, mms, price"),
    _unique(
        "one_delivery_tally", "delivery_tally", "number_id, hour, action_id, script_id, version, code, campaign_id"
    ),
    _unique(
        "one_carrier_warning",
        "carrier_warning",
        "campaign_id, number_id, action_id, script_id, version",
        "ended_at IS NULL",
    ),
    _unique("one_kept_version", "script_words", "script_id, version"),
    _unique("one_safeguard_hit", "safeguard_hit", "conversation_id, code"),
    _unique("one_opt_out", "opt_out", "campaign_id, phone"),
    _unique("one_sid", "message", "sid", "sid IS NOT NULL"),
    _unique("one_event", "twilio_event", "sid, kind, status"),
    _unique("one_imported_contact", "imported_contact", "import_id, contact_id"),
    _unique("one_place_on_user_list", "user_list_member", "user_list_id, user_id"),
    _unique("one_team_code", "team", "campaign_id, team_code"),
    _unique("one_link", "custom_link", "campaign_id, slug"),
    _unique(
        "one_tracked_link",
        "tracked_link",
        "conversation_id, script_id, script_version, link_id",
        "conversation_id IS NOT NULL AND message_id IS NULL",
    ),
    _unique("one_opt_in_form", "opt_in_form", "campaign_id, slug"),
    _unique("one_keyword", "opt_in_form", "campaign_id, keyword", "keyword <> ''"),
    _unique("one_sign_up", "sign_up", "form_id, contact_id"),
    _unique("one_ready_link", "custom_link", "campaign_id, leads_to, COALESCE(target_id, 0)", "leads_to <> ''"),
    _unique("one_picture", "picture", "campaign_id, digest"),
    _unique("one_work_of_a_form", "bulk_job", "client_id", "client_id IS NOT NULL"),
    _unique("one_recipient", "notice_recipient", "notice_id, member_id"),
    # Nobody gets a first text twice in an action
    _unique(
        "one_first_text", "message", "conversation_id", "kind = 'initial' AND status NOT IN ('refused', 'cancelled')"
    ),
    # Opt-outs stand, and no text is handed over after one
    _trigger("opt_out_unchanged", "BEFORE UPDATE", "opt_out", "", "an opt-out can not be changed"),
    _trigger("opt_out_kept", "BEFORE DELETE", "opt_out", "", "an opt-out can not be removed"),
    _trigger("opt_out_not_emptied", "BEFORE TRUNCATE", "opt_out", "", "opt-outs can not be removed", "STATEMENT"),
    _trigger("said_again_unchanged", "BEFORE UPDATE", "opt_out_said_again", "", "an opt-out can not be changed"),
    _trigger("said_again_kept", "BEFORE DELETE", "opt_out_said_again", "", "an opt-out can not be removed"),
    _trigger(
        "said_again_not_emptied",
        "BEFORE TRUNCATE",
        "opt_out_said_again",
        "",
        "opt-outs can not be removed",
        "STATEMENT",
    ),
    _trigger("no_text_after_opt_out", "BEFORE UPDATE", "message", _LEAVES_AFTER_OPT_OUT, OPTED_OUT, of_row=_LEAVES),
    _trigger("no_new_text_after_opt_out", "BEFORE INSERT", "message", _LEAVES_AFTER_OPT_OUT, OPTED_OUT, of_row=_LEAVES),
    # The audit log is only added to
    _trigger("about_unchanged", "BEFORE UPDATE", "audit_about", "", "an entry of the audit log can not be changed"),
    _trigger("about_kept", "BEFORE DELETE", "audit_about", "", "an entry of the audit log can not be removed"),
    _trigger(
        "about_not_emptied", "BEFORE TRUNCATE", "audit_about", "", "the audit log can not be emptied", "STATEMENT"
    ),
    _trigger("audit_unchanged", "BEFORE UPDATE", "audit_event", "", "an entry of the audit log can not be changed"),
    _trigger("audit_kept", "BEFORE DELETE", "audit_event", "", "an entry of the audit log can not be removed"),
    _trigger(
        "audit_not_emptied", "BEFORE TRUNCATE", "audit_event", "", "the audit log can not be emptied", "STATEMENT"
    ),
    # Consents are only added to
    _trigger("consent_unchanged", "BEFORE UPDATE", "opt_in_consent", "", "a consent can not be changed"),
    _trigger("consent_kept", "BEFORE DELETE", "opt_in_consent", "", "a consent can not be removed"),
    _trigger(
        "consent_not_emptied", "BEFORE TRUNCATE", "opt_in_consent", "", "consents can not be removed", "STATEMENT"
    ),
    # Texts, conversations, contacts and list places name these without a foreign key: a key would lock a row that all clicks
    # share, or look for and lock one row for each row of a slice
    _trigger("user_kept", "BEFORE DELETE", "user_account", "", "a user can not be removed"),
    _trigger("campaign_kept", "BEFORE DELETE", "campaign", "", "a campaign can not be removed"),
    _trigger("number_kept", "BEFORE DELETE", "phone_number", "", "a number can not be removed"),
    _trigger("contact_kept", "BEFORE DELETE", "contact", "", "a contact can not be removed"),
    _trigger("zone_set_kept", "BEFORE DELETE", "zone_set", "", "a zone set can not be removed"),
    _trigger(
        "list_kept",
        "AFTER DELETE",
        "contact_list",
        "EXISTS (SELECT 1 FROM list_membership m WHERE m.contact_list_id = OLD.id)",
        "a list with people on it can not be removed",
    ),
    *_names_rows("contact", {"campaign_id": "campaign", "zone_set_id": "zone_set"}),
    *_names_rows("list_membership", {"contact_list_id": "contact_list", "contact_id": "contact"}, "contact_list_id"),
    # Indexes for the questions of pages and workers
    _index("form_of_action", "opt_in_form", "action_id"),
    _index("field_of_form", "opt_in_field", "form_id"),
    _index("number_of_form", "opt_in_number", "form_id"),
    _index("sign_up_of_form", "sign_up", "form_id, id"),
    _index("sign_up_of_contact", "sign_up", "contact_id"),
    _index("sign_up_referred", "sign_up", "referrer_id, id", "referrer_id IS NOT NULL"),
    _index("sign_up_wants", "sign_up", "try_at, id", "wants <> ''"),
    _index("sign_up_lately", "sign_up", "wants_until", "wants_until IS NOT NULL"),
    _index("consent_of_sign_up", "opt_in_consent", "sign_up_id, id"),
    _index("notice_of_campaign", "notice", "campaign_id, id"),
    _index("recipient_by_status", "notice_recipient", "notice_id, status, id"),
    _index("received_notice", "notice_recipient", "member_id, id"),
    _index("push_device_of_user", "push_device", "user_id"),
    _index("contact_list_place", "list_membership", "contact_id"),
    _index("contact_field_value", "field_value", "field_id, contact_id"),
    _index("contact_by_tag", "contact_tag", "tag_id, contact_id"),
    _index("contact_field_found", "field_value", "field_id, lower(substr(value, 1, 60)), contact_id"),
    _index("contact_of_campaign", "contact", "campaign_id, id"),
    _prefix("contact_first_name", "contact", "campaign_id, {first_key}, {last_key}, id"),
    _prefix("contact_last_name", "contact", "campaign_id, {last_key}, {first_key}, id"),
    _index("contact_of_state", "contact", "campaign_id, state_abbrev, id"),
    _index("contact_opted_out", "contact", "campaign_id, id", "opted_out_at IS NOT NULL"),
    _index(
        "contact_barred",
        "contact",
        "campaign_id, id",
        "opted_out_at IS NOT NULL OR blocked_at IS NOT NULL OR landline_until IS NOT NULL",
    ),
    _index("contact_by_last_message", "contact", "campaign_id, last_message_at, id", "last_message_at IS NOT NULL"),
    _index("contact_of_keeper", "contact", "keeper_id, id", "keeper_id IS NOT NULL"),
    _index("contact_replied", "conversation", "campaign_id, contact_id", "replied_at IS NOT NULL"),
    _index("contact_needs_attention", "conversation", "campaign_id, contact_id", "needs_attention"),
    # The people behind each number on View Results (models/contacts/search_boxes.py)
    _index(
        "result_remaining",
        "conversation",
        "action_id, contact_id",
        "texted_at IS NULL AND closed_code IS NULL",
        room=_FOR_START,
    ),
    _index("result_reported", "conversation", "action_id, contact_id", "reported_at IS NOT NULL"),
    _index("result_opt_outs", "conversation", "action_id, contact_id", "opted_out_at IS NOT NULL"),
    _index("result_of_sender", "message", "action_id, user_id, contact_id, kind", _OF_SENDER),
    _index("result_performs", "bucket", "action_id, id", "finished_at IS NOT NULL"),
    _index("result_follow_ups", "message", "action_id, contact_id", _FOLLOW_UPS),
    _index("result_errors", "message", "action_id, contact_id, error_code", _FAILED),
    _index("result_codes", "message", "action_id, error_code, contact_id", _FAILED),
    _index("result_safeguards", "safeguard_hit", "action_id, contact_id, code"),
    _index("result_clicks", "link_click", "action_id, contact_id", "by = 'person'"),
    _index("contact_held", "conversation", "user_id, contact_id", "user_id IS NOT NULL"),
    _index("contact_got_script", "message", "script_id, contact_id", "script_id IS NOT NULL"),
    _index("event_of_contact", "contact_event", "contact_id, id"),
    _index("import_of_contact", "imported_contact", "contact_id"),
    _index("exclusion_of_action", "action_exclusion", "action_id"),
    _index("zip_of_district", "zip_district", "campaign_id, district, zip"),
    _index("action_scheduled", "action", "publish_at", "publish_at IS NOT NULL"),
    _index("member_paused", "membership", "campaign_id, suspended_at", "suspended_for <> ''"),
    _index("action_missed", "action", "campaign_id, missed_at", "missed_at IS NOT NULL"),
    _index("conversation_of_contact", "conversation", "contact_id", room=_FOR_START),
    _index(
        "conversation_in_pool",
        "conversation",
        "action_id, turn, id",
        "user_id IS NULL AND NOT with_staff AND texted_at IS NULL AND closed_code IS NULL",
    ),
    _index(
        "conversation_in_queue",
        "conversation",
        "user_id, action_id, turn, id",
        "texted_at IS NULL AND closed_code IS NULL AND user_id IS NOT NULL",
    ),
    _index("conversation_in_bucket", "conversation", "bucket_id", "bucket_id IS NOT NULL"),
    _index("conversation_inbox", "conversation", "user_id, replied_at", "replied_at IS NOT NULL"),
    _index("conversation_attention", "conversation", "user_id, replied_at", "needs_attention"),
    _index("conversation_waiting", "conversation", "campaign_id, replied_at, id", "needs_attention"),
    _index("conversation_unread", "conversation", "user_id, replied_at", "unread"),
    _index("conversation_with_staff", "conversation", "campaign_id, replied_at", "with_staff"),
    _index("contact_not_looked_up", "contact", "campaign_id, id", "looked_up_at IS NULL"),
    _index("contact_looked_up", "contact", "looked_up_at", "looked_up_at IS NOT NULL"),
    _index("message_of_contact", "message", "contact_id, id"),
    _index("message_of_conversation", "message", "conversation_id, id"),
    _index("message_due", "message", "number_id, priority, due_at, id", "status = 'queued'"),
    _index("message_open", "message", "status, claimed_at", "status IN ('sending', 'unknown')"),
    _index("message_to_phone", "message", "campaign_id, phone, id"),
    _index("message_of_bucket", "message", "bucket_id", "bucket_id IS NOT NULL AND status = 'queued'"),
    _index("message_of_action", "message", "action_id, script_id"),
    _index(
        "message_without_delivery",
        "message",
        "taken_at",
        "status = 'taken' AND delivery IN ('', 'accepted', 'queued', 'sending', 'sent')",
    ),
    _index("message_unmatched", "message", "campaign_id, id", "direction = 'in' AND conversation_id IS NULL"),
    _index("message_lately", "message", "taken_at, number_id, error_code", "taken_at IS NOT NULL"),
    _index("order_of_campaign", "number_order", "campaign_id, id"),
    _index("bucket_of_user", "bucket", "user_id, action_id", "finished_at IS NULL"),
    _index("bucket_of_action", "bucket", "action_id, user_id"),
    _index("assignment_of_conversation", "assignment_event", "conversation_id, id"),
    _index("assignment_gone_back", "assignment_event", "from_user_id, at", "how IN ('return', 'skip')"),
    _index("event_waiting", "twilio_event", "received_at", "applied_at IS NULL"),
    _index("event_of_kind", "twilio_event", "kind, id"),
    _index("hit_of_action", "safeguard_hit", "action_id, code, contact_id"),
    _index("report_of_conversation", "report", "conversation_id, id"),
    _index("report_of_action", "report", "action_id, filed_at"),
    _index("opt_out_by_hand", "opt_out", "user_id, at", "source IN ('volunteer', 'script')"),
    _index("blocked_by_hand", "contact_event", "user_id, at", "what = 'blocked'"),
    _index("delivery_of_campaign", "delivery_tally", "campaign_id, hour"),
    _index("delivery_of_action", "delivery_tally", "action_id, hour"),
    _index("report_listed", "report", "action_id, id"),
    _index("opt_out_by_time", "opt_out", "campaign_id, at"),
    _index("audit_by_time", "audit_event", "campaign_id, at"),
    _index("audit_of_campaign", "audit_event", "campaign_id, id"),
    _index("audit_of_object", "audit_about", "kind, object_id, event_id"),
    _index("audit_of_kind", "audit_about", "campaign_id, kind, event_id"),
    _index("audit_of_event", "audit_about", "event_id"),
    _index("audit_of_user", "audit_event", "campaign_id, user_id, id"),
    _index("mail_waiting", "mail", "created_at", "status = 'queued'"),
    _index("possible_opt_out", "contact", "campaign_id, possible_opt_out_at", "possible_opt_out_at IS NOT NULL"),
    _index("refused_row_of_import", "refused_row", "contact_import_id, line"),
    _index("link_not_sent", "tracked_link", "made_at", "message_id IS NULL"),
    _index("click_of_link", "link_click", "link_id, by, contact_id", "action_id IS NOT NULL"),
    _index("click_of_contact", "link_click", "contact_id, id"),
    _index("cost_of_action", "script_cost", "action_id, key"),
    _index("message_with_picture", "message", "picture_id", "picture_id IS NOT NULL"),
    _index("script_of_action", "script", "action_id, kind, position"),
    _index("session_of_user", "session", "user_id"),
    _index("recovery_code_of_user", "recovery_code", "user_id"),
    _index("passkey_of_user", "passkey", "user_id"),
    _index("login_step_over", "login_step", "expires_at"),
    _index("member_of_campaign", "membership", "campaign_id, id"),
    # Search everywhere (SPEC H1)
    _index("action_of_campaign", "action", "campaign_id, id"),
    _index("list_of_campaign", "contact_list", "campaign_id, id"),
    _index("list_of_user", "user_list_member", "user_id, user_list_id"),
    # Facts on their way to VAN (SPEC B3)
    _index("van_connection_of_campaign", "van_connection", "campaign_id, id"),
    _unique("one_van_of_state", "van_state", "campaign_id, state"),
    _unique("one_van_thing", "van_thing", "van, kind, van_id, question_id"),
    _unique("one_van_mapping", "van_mapping", "campaign_id, kind, subject_id, value, van"),
    _unique("one_van_fact", "van_fact", "contact_id, kind, subject_id"),
    _unique("one_van_kept", "van_kept", "fact_id, van, van_id"),
    _index("van_kept_of_contact", "van_kept", "contact_id"),
    _index("van_not_seen", "van_fact", "id", "due_at IS NULL"),
    _index("van_due", "van_fact", "van, due_at, id", "state = 'waiting'"),
    _index("van_under_way", "van_fact", "claimed_at", "state = 'sending'"),
    _index("van_of_state", "van_fact", "campaign_id, state, id"),
    _index("van_of_campaign", "van_fact", "campaign_id, id"),
    # The API (SPEC B6)
    _index("api_token_of_campaign", "api_token", "campaign_id, id", "ended_at IS NULL"),
    _unique("one_api_answer", "api_answer", "token_id, key"),
    _index("api_answer_by_time", "api_answer", "at"),
    # Shared opt-outs (SPEC B9)
    _unique("one_sharing", "opt_out_sharing", "campaign_id, with_slug"),
    _unique("one_said_again", "opt_out_said_again", "campaign_id, phone"),
    _index("sharing_with", "opt_out_sharing", "with_slug"),
    # Nightly imports (SPEC B8)
    _index("nightly_of_campaign", "nightly_import", "campaign_id", "ended_at IS NULL"),
    _index("nightly_due", "nightly_import", "next_at", "ended_at IS NULL"),
    _index("run_of_nightly", "nightly_run", "nightly_id, id"),
    _index("run_not_told", "nightly_run", "id", "told_at IS NULL"),
    _index("run_of_import", "nightly_run", "import_id", "state = 'reading'"),
    # Webhooks (SPEC B7)
    _index("hook_endpoint_of_campaign", "hook_endpoint", "campaign_id", "ended_at IS NULL"),
    _unique("one_hook_event", "hook_event", "endpoint_id, kind, subject_id"),
    _index("hook_not_seen", "hook_event", "id", "due_at IS NULL"),
    _index("hook_due", "hook_event", "endpoint_id, due_at, id", "state = 'waiting'"),
    _index("hook_under_way", "hook_event", "claimed_at", "state = 'sending'"),
    _index("hook_of_endpoint", "hook_event", "endpoint_id, id"),
    _index("hook_of_state", "hook_event", "endpoint_id, state, id"),
    _index("hook_by_time", "hook_event", "at"),
    _index("van_match_waits", "van_match", "van, id", "state = 'waiting'"),
    _unique("one_van_list", "van_list", "van, saved_list_id"),
    _index("van_list_by_name", "van_list", "van, name, id"),
    _index("van_load_due", "van_load", "next_at", "status IN ('waiting', 'running')"),
    _index("van_load_of_campaign", "van_load", "campaign_id, id"),
    *(_noting(*trigger) for trigger in noting.TRIGGERS),
]


def for_dialect() -> list[Guard]:
    return [g for g in GUARDS if database.dialect() == "postgres" or g.sqlite]


async def careless() -> list[str]:
    """Settings with which PostgreSQL may forget what it has committed when it dies: a claim that is forgotten is a text
    sent twice."""
    if database.dialect() == "sqlite":
        return []
    [row] = await database.query(
        "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit,"
        " current_setting('full_page_writes') AS full_page_writes"
    )
    return [
        f"PostgreSQL may forget what it has committed: {name} is off" for name, value in row.items() if value == "off"
    ]


async def wrong() -> list[str]:
    """The names of guards that are missing, or there with another text."""
    there = await _there()
    return [g.name for g in for_dialect() if there.get(g.name) != _expected(g)]


async def put_back() -> None:
    """Makes every guard as it should be. Inside the migration's lock, with nothing else running."""
    there = await _there()
    for guard in for_dialect():
        if there.get(guard.name) != _expected(guard):
            await _drop(guard, guard.name in there)
            await _create(guard)


async def put_missing_triggers_back() -> None:
    """Those that are there in other words stay."""
    there = await _there()
    for guard in for_dialect():
        if guard.kind == "trigger" and guard.name not in there:
            await _create(guard)


async def drop_triggers_that_name(table: str) -> None:
    """On SQLite, before the table is rebuilt."""
    for name, text in (await _there()).items():
        if re.match(r"CREATE TRIGGER\b", text) and re.search(rf"\b{table}\b", text):
            await database.rows(f"DROP TRIGGER {name}")


def _expected(guard: Guard) -> str:
    if database.dialect() == "sqlite":
        return guard.sqlite
    return _plain(guard.postgres + guard.function)


async def _there() -> dict[str, str]:
    """Name -> text of the indexes, triggers and tables in the database. On PostgreSQL our own comment on each holds the text: the
    server gives its definitions back in other words."""
    if database.dialect() == "sqlite":
        found = await database.rows(
            "SELECT name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
        )
        return {row["name"]: row["sql"] for row in found}
    return {row["name"]: _plain(row["text"] or "") for row in await database.rows(_POSTGRES_GUARDS)}


_POSTGRES_GUARDS = """
SELECT c.relname AS name, CASE WHEN i.indisvalid THEN obj_description(c.oid, 'pg_class') END AS text
  FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT c.relname, obj_description(c.oid, 'pg_class') FROM pg_class c
 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT t.tgname, CASE WHEN t.tgenabled = 'O' AND md5(p.prosrc) = split_part(obj_description(t.oid, 'pg_trigger'), '|', 1)
       THEN split_part(obj_description(t.oid, 'pg_trigger'), '|', 2) END
  FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal
"""


async def _drop(guard: Guard, exists: bool) -> None:
    if database.dialect() == "sqlite":
        await database.rows(f"DROP {guard.kind.upper()} IF EXISTS {guard.name}")
    elif guard.kind == "index":
        await database.rows(f"DROP INDEX IF EXISTS {guard.name}")
    elif guard.kind == "trigger" and exists:
        await database.rows(f"DROP TRIGGER {guard.name} ON {guard.table}")


async def _create(guard: Guard) -> None:
    if database.dialect() == "sqlite":
        await database.rows(guard.sqlite)
        return
    if guard.kind == "trigger":
        await database.rows(
            f"CREATE OR REPLACE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $guard${guard.function}$guard$"
        )
    await database.rows(guard.postgres)
    if guard.kind == "room":
        await database.rows(f"REINDEX INDEX {guard.name}")
    await _comment(guard)


async def _comment(guard: Guard) -> None:
    text = _expected(guard)
    if guard.kind == "trigger":
        text = hashlib.md5(guard.function.encode(), usedforsecurity=False).hexdigest() + "|" + text
    place = {"trigger": f"TRIGGER {guard.name} ON {guard.table}", "table": f"TABLE {guard.name}"}
    quoted = text.replace("'", "''")
    await database.rows(f"COMMENT ON {place.get(guard.kind, f'INDEX {guard.name}')} IS '{quoted}'")


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "").strip()
