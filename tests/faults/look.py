"""A process that says how the database is: each line it reads names one of ASKED and its arguments, answered as JSON.

It stays, since starting Python for each look cost more than what was looked at.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from tests.cast import opt_ins, send_card
from tests.faults.bank import PASSWORD
from tests.faults.seed import join
from webapp import clock, config, database
from webapp.models.accounts import passwords
from webapp.models.accounts.audit import AuditEvent
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import OWNER, VOLUNTEER, Membership
from webapp.models.actions.action import DRAFT, Action
from webapp.models.assignments import start
from webapp.models.contacts.lists import ContactList
from webapp.models.contacts.new_campaign import create_campaign
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import UNKNOWN, Message
from webapp.models.numbers.number import add_number
from webapp.models.opt_in_forms.form import OptInForm
from webapp.models.opt_ins import editing
from webapp.models.outcomes import restoring, undecided
from webapp.models.results import recount
from webapp.models.scripts import scheduling
from webapp.models.sending import click


async def texts() -> dict:
    rows = await database.query(
        "SELECT direction, kind, status, COUNT(*) AS n FROM message GROUP BY direction, kind, status"
    )
    return {f"{row['direction']} {row['kind']} {row['status']}": row["n"] for row in rows}


async def open_ones() -> dict:
    """Texts that are not taken yet, and all that is known of them."""
    rows = await database.query(
        "SELECT id, status, attempts, looks, next_look_at, error_code, claimed_at, due_at, sid FROM message"
        " WHERE direction = 'out' AND status <> 'taken'"
    )
    return {str(row["id"]): {name: str(value) for name, value in row.items()} for row in rows}


async def attempts() -> dict:
    rows = await database.query("SELECT attempts, COUNT(*) AS n FROM message WHERE direction = 'out' GROUP BY attempts")
    return {str(row["attempts"]): row["n"] for row in rows}


async def decided(*arrived: str) -> dict:
    """Decides texts whose outcome is unknown a second time, as staff do who ask the owners of these phones."""
    left = await Message.filter(status=UNKNOWN, next_look_at=None)
    what = {m.id: "arrived" if m.phone in arrived else "again" for m in left}
    return {str(n): choice for n, choice in what.items() if await undecided.decide(n, choice)}


async def differences() -> dict:
    return {"differences": await recount.differences()}


async def after_stop() -> dict:
    """Texts whose claim came after their person's STOP: both times were taken while the contact's row was locked."""
    rows = await database.query(
        "SELECT m.id, m.phone FROM message m JOIN opt_out o ON o.phone = m.phone AND o.campaign_id = m.campaign_id"
        " WHERE m.direction = 'out' AND m.claimed_at > o.at"
    )
    stopped = await database.query("SELECT phone FROM opt_out")
    return {"texts": [row["phone"] for row in rows], "stopped": [row["phone"] for row in stopped]}


async def imports() -> dict:
    rows = await database.query("SELECT status FROM contact_import ORDER BY id")
    return {"statuses": [row["status"] for row in rows]}


async def people() -> dict:
    """The rows uploads left behind: contacts with all that belongs to them, lists and refused rows."""
    contacts = await database.query(
        "SELECT c.phone, c.first_name, c.last_name, c.zip, z.names, c.zone_source, u.email AS keeper, (c.opted_out_at IS NOT NULL) AS out,"
        " (SELECT COUNT(*) FROM list_membership l WHERE l.contact_id = c.id) AS lists, (SELECT COUNT(*) FROM contact_tag t WHERE t.contact_id = c.id) AS tags,"
        " (SELECT MAX(f.value) FROM field_value f WHERE f.contact_id = c.id) AS note FROM contact c LEFT JOIN zone_set z ON z.id = c.zone_set_id"
        " LEFT JOIN user_account u ON u.id = c.keeper_id ORDER BY c.phone"
    )
    lists = await database.query(
        "SELECT l.name, l.size, (SELECT COUNT(*) FROM list_membership m WHERE m.contact_list_id = l.id) AS people FROM contact_list l ORDER BY l.name"
    )
    refused = await database.query("SELECT DISTINCT line, reason, raw_phone FROM refused_row ORDER BY line")
    plain = [[bool(v) if k == "out" else v for k, v in row.items()] for row in contacts]
    return {"contacts": plain, "lists": lists, "refused": refused}


async def clicked(most: str) -> dict:
    """Volunteers send the cards of so many people. Says whose texts are queued now."""
    members = await Membership.filter(role=VOLUNTEER).select_related("user", "campaign").order_by("id")
    action, phones = await Action.get().select_related("campaign"), list[str]()
    for member in members:
        bucket = await start.assign_bucket(action, member.user)
        cards = Conversation.filter(bucket_id=bucket.id if bucket else 0, texted_at=None, closed_code=None)
        for talk in await cards.order_by("id").select_related("contact").limit(int(most) - len(phones)):
            if isinstance(await send_card(member, talk), click.Queued):
                phones.append(talk.contact.phone)
    return {"phones": phones}


async def numbers(many: str) -> dict:
    """Adds so many."""
    campaign, made = await Campaign.get(), [f"+1412556{n:04}" for n in range(int(many))]

    async def add() -> None:
        for e164 in made:
            await add_number(campaign, e164, rate=1, webhooks_ok=True)

    await database.transaction(add)
    return {"numbers": made}


async def stopped_by() -> dict:
    """The code that stopped the campaign; 0 where it goes on."""
    campaign = await Campaign.get()
    return {"code": campaign.stopped_code or 1 if campaign.stopped_at else 0}


async def go_on() -> dict:
    owner = await Membership.filter(role=OWNER).select_related("user", "campaign").first()
    assert owner
    return {"why_not": await restoring.go_on(owner, owner.campaign.stop_mark)}


async def scheduled(seconds: str) -> dict:
    """The action is a draft that becomes public in so many seconds."""
    owner, action = await Membership.get(role=OWNER).select_related("user", "campaign"), await Action.get()
    at = clock.now() + timedelta(seconds=int(seconds))
    await database.transaction(lambda: Action.filter(id=action.id).update(state=DRAFT, published_at=None))
    return {"why_not": await scheduling.schedule(action, at, owner), "at": at.isoformat()}


async def published() -> dict:
    """The action's state, the seconds by which it was published late, and how often that was noted."""
    action, noted = await Action.get(), await AuditEvent.filter(what="action.published").count()
    planned = await AuditEvent.filter(what="action.scheduled").order_by("-id").first()
    at = datetime.fromisoformat(planned.detail["at"]) if planned else None
    late = (action.published_at - at).total_seconds() if action.published_at and at else None
    return {"state": action.state, "late": late, "times": noted}


async def signed_up(many: str) -> dict:
    """An open opt-in form, by which so many strangers signed up; nobody has texted them."""
    owner = await Membership.get(role=OWNER).select_related("user", "campaign")
    chosen = await database.transaction(lambda: ContactList.make(owner.campaign, "Signed up", ""))
    form = await editing.create(opt_ins.draft_of(chosen), owner)
    assert isinstance(form, OptInForm) and await editing.open_form(form, owner) == []
    form, phones = (
        await OptInForm.get(id=form.id).select_related("campaign"),
        [f"+1412557{n:04}" for n in range(int(many))],
    )
    for phone in phones:
        await opt_ins.signs_up(form, phone)
    return {"phones": phones}


async def second_campaign() -> dict:
    """Makes Ryan for Congress, whose owner is Jonah."""
    campaign = await create_campaign("Ryan for Congress", "ryan", "America/New_York")
    hashed = await passwords.hashed(PASSWORD)
    await database.transaction(lambda: join(campaign, OWNER, hashed, "Jonah", "Ryan", "jonah@example.org"))
    return {"slug": campaign.slug}


async def wanting() -> dict:
    """Sign-ups that still want a text."""
    [row] = await database.query("SELECT COUNT(*) AS wanting FROM sign_up WHERE wants <> ''")
    return row


async def confirmed() -> dict:
    rows = await database.query(
        "SELECT COUNT(s.confirmed_at) AS confirmed, COUNT(s.answered_id) AS answered, COUNT(s.asked_id) AS asked FROM sign_up s"
    )
    return rows[0]


ASKED: dict[str, Callable[..., Awaitable[dict]]] = {
    "clicked": clicked,
    "signed_up": signed_up,
    "confirmed": confirmed,
    "wanting": wanting,
    "second_campaign": second_campaign,
    "scheduled": scheduled,
    "published": published,
    "numbers": numbers,
    "stopped_by": stopped_by,
    "go_on": go_on,
    "people": people,
    "imports": imports,
    "after_stop": after_stop,
    "texts": texts,
    "open": open_ones,
    "attempts": attempts,
    "decided": decided,
    "recount": differences,
}


async def main() -> None:
    try:
        await database.open_database(config.settings().database)
        while line := await asyncio.to_thread(sys.stdin.readline):
            what, *arguments = line.split()
            print(json.dumps(await ASKED[what](*arguments)), flush=True)
    finally:
        await database.close_database()
