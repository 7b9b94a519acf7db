"""Contacts, their labels, conversations and messages: each by one statement over all rows."""

from __future__ import annotations

from collections.abc import Sequence

from bench.big.names import AREAS, FIRST, LAST, STATES
from webapp import database
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import Action
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList

DAYS = 14  # over which the texts are spread


async def _run(sql: str, *values: object) -> None:
    """Every value is an instant."""
    if database.dialect() == "postgres":
        sql = sql.replace("?", "?::timestamptz")
    await transaction(lambda: database.query(sql, *values))


async def add_contacts(campaign: Campaign, number: int, zone: int, now: object) -> int:
    """The id of the last one."""
    first, last = _chosen("n % 26", FIRST), _chosen("(n / 26) % 26", LAST)
    phone = f"'+1' || {_chosen('n % 10', AREAS)} || CAST(2000000 + n / 10 AS TEXT)"
    await _run(
        f"WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < {number})"
        " INSERT INTO contact (campaign_id, phone, first_name, last_name, first_key, last_key, email, state_abbrev, zip,"
        " van_id, timezone, zone_set_id, zone_source, created_at) SELECT"
        f" {campaign.id}, {phone}, {first}, {last}, lower({first}), lower({last}), '', {_chosen('n % 10', STATES)},"
        f" '15213', '', '', {zone}, 'zip', ? FROM g",
        now,
    )
    [row] = await database.query(f"SELECT MAX(id) AS last FROM contact WHERE campaign_id = {campaign.id}")
    return int(row["last"])


def _chosen(which: str, values: Sequence[object]) -> str:
    """SQL for the value with that number."""
    return f"CASE {which} " + " ".join(f"WHEN {n} THEN {_literal(value)}" for n, value in enumerate(values)) + " END"


def _literal(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)


async def add_to_list(campaign: Campaign, chosen: ContactList, where: str) -> None:
    """``where``: SQL on the contact ``c``, here and below."""
    await _run(
        f"INSERT INTO list_membership (contact_list_id, contact_id) SELECT {chosen.id}, c.id FROM contact c"
        f" WHERE c.campaign_id = {campaign.id} AND {where} ORDER BY c.id"
    )
    await _run(
        "UPDATE contact_list SET size ="
        f" (SELECT COUNT(*) FROM list_membership WHERE contact_list_id = {chosen.id}) WHERE id = {chosen.id}"
    )


async def add_tag(campaign: Campaign, tag: Tag, where: str, now: object) -> None:
    await _run(
        f"INSERT INTO contact_tag (contact_id, tag_id, at) SELECT c.id, {tag.id}, ? FROM contact c"
        f" WHERE c.campaign_id = {campaign.id} AND {where}",
        now,
    )


async def fill_field(campaign: Campaign, field: CustomField, now: object) -> None:
    """For every third contact; every tenth of these is against."""
    await _run(
        f"INSERT INTO field_value (contact_id, field_id, value, at) SELECT c.id, {field.id},"
        " CASE WHEN c.id % 30 = 0 THEN 'Against' ELSE 'Supporter' END, ? FROM contact c"
        f" WHERE c.campaign_id = {campaign.id} AND c.id % 3 = 0",
        now,
    )


async def add_conversations(campaign: Campaign, action: Action, script_id: int, users: list[int], now: object) -> None:
    """One a contact: seven of ten are texted and held by a volunteer, one of ten replied, one of a hundred waits."""
    at = _minutes_ago("c.id % 20000")
    await _run(
        "INSERT INTO conversation (campaign_id, action_id, contact_id, zone_set_id, script_id, user_id, with_staff,"
        " held_by_start, turn, skips, texted_at, replied_at, needs_attention, unread, created_at)"
        f" SELECT {campaign.id}, {action.id}, c.id, c.zone_set_id, {script_id},"
        f" CASE WHEN c.id % 10 < 7 THEN {_chosen('c.id % 20', users)} END, false, false, 0, 0,"
        f" CASE WHEN c.id % 10 < 7 THEN {at} END, CASE WHEN c.id % 10 = 1 THEN {at} END,"
        f" c.id % 100 = 1, c.id % 100 = 1, ? FROM contact c WHERE c.campaign_id = {campaign.id} ORDER BY c.id",
        now,
        now,
        now,
    )
    await _run(
        "UPDATE contact SET last_message_at = v.texted_at FROM conversation v"
        f" WHERE v.contact_id = contact.id AND v.action_id = {action.id} AND v.texted_at IS NOT NULL"
    )


def _minutes_ago(minutes: str) -> str:
    """SQL for an instant before the value it is given."""
    if database.dialect() == "sqlite":
        return f"datetime(?, '-' || ({minutes}) || ' minutes') || '.000000+00:00'"
    return f"? - ({minutes}) * interval '1 minute'"


async def add_messages(campaign: Campaign, action: Action, scripts: Sequence[int], each: int, now: object) -> None:
    """So many in each conversation, one after the other through the last DAYS; every third one is theirs. ``scripts``: of the first text, and of
    answers. Of a thousand of ours carriers filter five and lose ten, and Twilio refuses three."""
    numbers = [
        row["id"] for row in await database.query(f"SELECT id FROM phone_number WHERE campaign_id = {campaign.id}")
    ]
    first, answer = scripts
    for n in range(each):
        inbound = n % 3 == 2
        kind = "initial" if n == 0 else "inbound" if inbound else "follow_up"
        at = _minutes_ago(f"({each - n} * {DAYS * 1440 // each} - v.contact_id % {DAYS * 1440 // each})")
        script = "NULL" if inbound else str(first if n == 0 else answer)
        await _run(
            "INSERT INTO message (campaign_id, contact_id, conversation_id, action_id, user_id, number_id, script_id,"
            " script_version, direction, kind, phone, body, segments, encoding, public_id, attempts, looks, priority,"
            f" media_count, price, status, delivery, error_code, taken_at, created_at) SELECT {campaign.id}, v.contact_id, v.id,"
            f" {action.id}, v.user_id, {_chosen(f'v.contact_id % {len(numbers)}', numbers)}, {script},"
            f" {'NULL' if inbound else '1'}, '{'in' if inbound else 'out'}', '{kind}', c.phone,"
            f" 'Please vote. Reply STOP to opt out.', 1, 'GSM-7', {_new_uuid()}, 1, 0, 0, 0, '',"
            f" {_outcome(inbound)}, {'NULL' if inbound else at}, {at}"
            " FROM conversation v JOIN contact c ON c.id = v.contact_id"
            f" WHERE v.action_id = {action.id} ORDER BY v.id",
            *([now] if inbound else [now, now]),
        )


def _outcome(inbound: bool) -> str:
    """SQL for a text's status, what its carrier reported, and the code of its error."""
    if inbound:
        return "'received', '', NULL"
    filtered, lost, refused = (
        f"v.contact_id % 1000 {among}" for among in ("< 5", "BETWEEN 5 AND 14", "BETWEEN 15 AND 17")
    )
    return (
        f"CASE WHEN {refused} THEN 'rejected' ELSE 'taken' END,"
        f" CASE WHEN {filtered} OR {lost} THEN 'undelivered' WHEN {refused} THEN '' ELSE 'delivered' END,"
        f" CASE WHEN {filtered} THEN 30007 WHEN {lost} THEN 30003 WHEN {refused} THEN 21211 END"
    )


def _new_uuid() -> str:
    return "gen_random_uuid()" if database.dialect() == "postgres" else "lower(hex(randomblob(16)))"
