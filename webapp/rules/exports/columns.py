"""The columns of each export, in their order, with what they mean (SPEC R5, DOMAIN A10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MESSAGES, CONTACTS, REPORTS, USERS, TAGS, FIELDS = "messages", "contacts", "reports", "users", "tags", "custom_fields"
VAN_UPLOAD, PDI_UPLOAD = "van_upload", "pdi_upload"  # for those without access by a program
UPLOADS = (VAN_UPLOAD, PDI_UPLOAD)
KINDS = (MESSAGES, CONTACTS, REPORTS, USERS, TAGS, FIELDS, *UPLOADS)
OF_CONTACTS = (CONTACTS, TAGS, FIELDS, *UPLOADS)  # of a list, a filter or contacts selected too
CSV, XLSX, JSONL = "csv", "xlsx", "jsonl"
FORMATS = (CSV, XLSX, JSONL)

What = Literal["text", "number", "yes_no", "time"]


@dataclass(frozen=True)
class Column:
    """``what``: "time" is an instant with its zone's offset; "yes_no" is 1 or 0, true or false in JSON Lines."""

    name: str
    meaning: str
    what: What = "text"


def _number(name: str, meaning: str) -> Column:
    return Column(name, meaning, "number")


def _time(name: str, meaning: str) -> Column:
    return Column(name, meaning, "time")


_PERSON = (Column("first_name", "The contact's first name"), Column("last_name", "The contact's last name"))
_WHO = (
    _number("contact_id", "The contact's number in this system"),
    *_PERSON,
    Column("phone", "The contact's phone, with country code"),
    Column("van_id", "The contact's VAN ID"),
)
_UPLOADED = (
    Column("Phone", "Ten digits"),
    Column("Result", "Do Not Text for those who opted out; else blank"),
    Column("Result Date", "The day they opted out"),
)
_ACTION = (_number("action_id", "The action's number in this system"), Column("action_name", "The action's title"))

COLUMNS: dict[str, tuple[Column, ...]] = {
    MESSAGES: (
        _number("message_id", "The text's number in this system"),
        _number("thread_id", "The conversation it belongs to; blank for a text that fits none"),
        *_ACTION,
        Column("direction", "out: from the campaign; in: from the contact"),
        Column("kind", "initial: a first text; follow_up: a later one; confirmation: of an opt-out; inbound: a reply"),
        _number("script_id", "The script it was made from; blank for typed words and replies"),
        Column("script_name", "That script's name"),
        Column("custom_text", "1 where a user typed the words", "yes_no"),
        _number("sender_user_id", "The user who sent it; blank for replies"),
        Column("sender_name", "That user's name"),
        Column("sender_email", "That user's e-mail"),
        _number("contact_id", "The contact's number in this system"),
        *_PERSON,
        Column("phone", "The contact's phone, with country code"),
        Column("state_abbrev", "The contact's state or province"),
        Column("van_id", "The contact's VAN ID"),
        Column("from_number", "The phone it came from"),
        Column("to_number", "The phone it went to"),
        Column("body", "The words"),
        Column("media_urls", "Addresses of its pictures on this site, with a space between; a log-in is needed"),
        _number("segments", "How many segments a carrier bills"),
        Column("encoding", "GSM-7 or UCS-2"),
        _time("queued_at", "When it was clicked, or came in"),
        _time("sent_at", "When Twilio took it; blank where it did not"),
        _time("delivered_at", "When the carrier reported it delivered"),
        _time("replied_at", "The contact's newest reply in this conversation"),
        Column("status", "What the carrier reported last; before that, where it stands with us"),
        Column("aasm_message", "Why it was refused or failed, in words"),
        _number("error_code", "The code of that reason: ours (1300 to 1399) or Twilio's"),
        Column("provider_sid", "Twilio's number of the text"),
        Column("error_type", "safeguard, twilio or carrier"),
    ),
    CONTACTS: (
        _number("contact_id", "The contact's number in this system"),
        Column("phone", "With country code"),
        *_PERSON,
        Column("email", "E-mail address"),
        Column("state_abbrev", "State or province"),
        Column("zip", "ZIP"),
        Column("van_id", "VAN ID"),
        Column("timezone", "The time zone that was uploaded, if any"),
        Column("assigned_user_email", "The user who keeps this contact"),
        Column("opted_out", "The day of the opt-out; blank for those who may be texted"),
        Column("opt_out_source", "Where the opt-out came from"),
        _time("opted_out_at", "When they opted out"),
        Column("needs_attention", "1 where a conversation needs attention", "yes_no"),
        _time("last_outbound_at", "Our newest text that Twilio took"),
        _time("last_inbound_at", "Their newest text"),
        Column("tags", "All tags, with semicolons between"),
    ),
    REPORTS: (
        _number("report_id", "The report's number in this system"),
        _time("filed_at", "When it was filed; a corrected report is a report of its own"),
        _number("user_id", "Who filed it"),
        Column("user_name", "That user's name"),
        Column("user_email", "That user's e-mail"),
        *_ACTION,
        *_WHO,
        Column("tags", "Tags ticked in this report, with semicolons between"),
    ),
    USERS: (
        _number("user_id", "The user's number in this system"),
        Column("first_name", "First name"),
        Column("last_name", "Last name"),
        Column("email", "E-mail address"),
        Column("phone", "With country code"),
        Column("role", "owner, admin or volunteer"),
        Column("zip", "ZIP"),
        Column("language", "en or es"),
        _time("joined_at", "When they joined the campaign"),
        _time("approved_at", "When they were approved"),
        _time("suspended_at", "When they were suspended"),
        _time("last_active_at", "When they were last seen"),
        _number("actions_sent", "Actions sent to them"),
        _number("actions_seen", "Actions whose page they opened"),
        _number("actions_started", "Actions they started"),
        _number("actions_completed", "Actions in which they finished a bucket"),
        _number("performs", "Buckets finished"),
        _number("initial_messages", "First texts that Twilio took"),
        _number("follow_ups", "Later texts that Twilio took"),
        _number("responses", "Replies in their conversations"),
        _number("reports", "Reports filed, a corrected one once"),
        _number("needs_attention", "Their conversations that need attention now"),
    ),
    TAGS: (
        *_WHO,
        Column("tag", "The tag's name"),
        _time("tagged_at", "When it was added"),
        Column("tagged_by", "Who added it; blank for uploads and the system"),
    ),
    FIELDS: (
        *_WHO,
        Column("field", "The field's name in scripts and files"),
        Column("title", "The field's title"),
        Column("value", "The contact's value"),
        _time("set_at", "When it was set"),
        Column("set_by", "Who set it; blank for uploads and the system"),
    ),
    VAN_UPLOAD: (Column("VANID", "The contact's VAN ID"), *_UPLOADED),
    PDI_UPLOAD: (Column("PDIID", "The contact's value of the custom field pdi_id"), *_UPLOADED),
}


def dictionary(columns: tuple[Column, ...]) -> list[tuple[str, str, str]]:
    """Rows of (column, kind of values, meaning), for people who get the file."""
    words = {"text": "text", "number": "number", "yes_no": "1 or 0", "time": "time with its offset from UTC"}
    return [(column.name, words[column.what], column.meaning) for column in columns]
