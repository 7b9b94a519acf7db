"""A campaign in an open database whose contacts are all on cards of its volunteers, but for those left to Start."""

from __future__ import annotations

import uuid
from typing import Any

from bench.speed.stage import Card
from tests.cast import HELLO
from webapp import clock, database
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import VOLUNTEER, Membership, User
from webapp.models.actions.action import PUBLIC, Action
from webapp.models.actions.script import INITIAL, Script
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.contacts.new_campaign import create_campaign
from webapp.models.contacts.zones import ZoneSet
from webapp.models.conversations import making
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.conversation import Conversation
from webapp.models.numbers.number import add_number
from webapp.models.scripts import rendering

VOLUNTEERS, BUCKET = 178, 56  # one bucket each, as after a Start; of 64, as in older trees, the newest held as many
STARTERS = 100  # volunteers who press Start, fifty at once
FREE = 20_000  # contacts that nobody holds: Start hands them out
NUMBERS = 10


async def make(contacts: int) -> tuple[list[Card], list[str]]:
    """The cards, and a cookie of each starter."""
    for n, table in enumerate(("user_account", "bucket", "contact", "conversation", "membership"), 3):
        # no id may look like one of another table: the floor replaces values, whatever column they are in
        await database.query(f"ALTER SEQUENCE {table}_id_seq RESTART WITH {n}000001")
    action = await transaction(lambda: _action(contacts))
    await making.make_all(action.id)
    await database.query("ANALYZE")
    return await _cards(action), [await _starter(action, n) for n in range(STARTERS)]


async def _action(contacts: int) -> Action:
    campaign = await _campaign()
    voters = await ContactList.create(campaign=campaign, name="Voters", created_at=clock.now())
    await _people(campaign, voters, contacts)
    action = await Action.create(
        campaign=campaign, title="Plan", state=PUBLIC, published_at=clock.now(), created_at=clock.now()
    )
    await action.use_lists([voters])
    await Script.create(action=action, kind=INITIAL, body=HELLO)
    return action


async def _campaign() -> Campaign:
    campaign = await create_campaign("Meyer for Senate", "meyer", "America/New_York")
    campaign.undo_seconds, campaign.queue_limit_minutes = 15, 600
    campaign.credentials_ok = campaign.webhooks_ok = True
    campaign.registration, campaign.round_trip_at = "10dlc", clock.now()
    await campaign.save()
    for n in range(NUMBERS):
        await add_number(campaign, f"+1412555019{n}", rate=1.0, webhooks_ok=True)
    return campaign


async def _people(campaign: Campaign, voters: ContactList, number: int) -> None:
    zone, now = await ZoneSet.id_of(("America/New_York",)), clock.now()
    rows = [
        Contact(campaign=campaign, phone=f"+1412{2000000 + n}", first_name=_name(n), zone_set_id=zone, created_at=now)
        for n in range(number)
    ]
    await Contact.bulk_create(rows, batch_size=1000)
    everyone = await Contact.filter(campaign=campaign)
    await ListMembership.bulk_create(
        [ListMembership(contact_list=voters, contact=contact) for contact in everyone], batch_size=2000
    )


async def _cards(action: Action) -> list[Card]:
    """One card a contact, shared out evenly among the volunteers."""
    await action.fetch_related("campaign")
    script = await Script.get(action=action)
    ids = list(await Conversation.filter(action=action).order_by("id").values_list("id", flat=True))[FREE:]
    cards: list[Card] = []
    for n in range(VOLUNTEERS):
        member, mine = await _volunteer(action, "V", n), ids[n::VOLUNTEERS]
        cookie = await Session.begin(member.user)
        for start in range(0, len(mine), BUCKET):
            await _hold(action, member.user, mine[start : start + BUCKET])
        for conversation in await Conversation.filter(id__in=mine).select_related("contact"):
            cards.append(_card(script, conversation, member, cookie))
    return cards


def _card(script: Script, conversation: Conversation, member: Membership, cookie: str) -> Card:
    contact = conversation.contact
    body = HELLO.replace("##{{first_name}}", contact.first_name).replace(
        "##{{user.first_name}}", member.user.first_name
    )
    seen = rendering.rendering(script, body)
    return Card(
        f"/c/meyer/queue/{conversation.id}/messages",
        {"client_message_id": str(uuid.uuid4()), "hash": seen.hash},
        cookie,
        {
            "contact": contact.id,
            "conversation": conversation.id,
            "phone": contact.phone,
            "user": member.user_id,
            "member": member.id,
            "bucket": conversation.bucket_id,
            "body": seen.text,
        },
    )


async def _starter(action: Action, n: int) -> str:
    return await Session.begin((await _volunteer(action, "S", n)).user)


def _name(n: int) -> str:
    """Letters alone: a text greets nobody by a name with digits."""
    return "B" + "".join(chr(ord("a") + n // 26**place % 26) for place in range(4))


async def _volunteer(action: Action, kind: str, n: int) -> Membership:
    async def join() -> Membership:
        user = await User.create(first_name=_name(n), email=f"{kind}{n}@example.org".lower(), created_at=clock.now())
        return await Membership.join(user, action.campaign, VOLUNTEER, "15213")

    member = await transaction(join)
    return await Membership.get(id=member.id).select_related("user")


async def _hold(action: Action, user: User, ids: list[Any]) -> None:
    """Puts these conversations into a bucket of the user's."""

    async def hold() -> None:
        now = clock.now()
        bucket = await Bucket.create(action=action, user=user, size=BUCKET, started_at=now, last_used_at=now)
        await Conversation.filter(id__in=ids).update(user_id=user.id, bucket_id=bucket.id)

    await transaction(hold)
