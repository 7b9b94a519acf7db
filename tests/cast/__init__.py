"""The cast. Meyer's campaign: Selina owns it, Gary is its admin, Amy and Dan volunteer, Lisa is a contact.
Jonah works for another campaign, Ryan's."""

from __future__ import annotations

import io
import pickle
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from webapp import clock
from webapp.database import dialect, query, transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import ADMIN, OWNER, VOLUNTEER, Membership, User
from webapp.models.actions.action import PUBLIC, Action
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.assignments import assigning, start
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.contacts.new_campaign import create_campaign
from webapp.models.contacts.zones import ZoneSet
from webapp.models.conversations import making
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.numbers.number import PhoneNumber, add_number
from webapp.models.opt_outs import opting_out
from webapp.models.outcomes import doubt, restoring
from webapp.models.scripts import rendering
from webapp.models.sending import click, click_sql, first_text
from webapp.models.sending.click import Outcome
from webapp.models.sending.click_sql import ClickRows
from webapp.rules.contacts import contact_zones

MORNING = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)  # a Tuesday, 11 in New York, 8 in Los Angeles
TESTS = Path(__file__).parents[1]
HELLO = "Hi ##{{first_name}}, it's ##{{user.first_name}} with Meyer for Senate. Will you vote? Reply STOP to opt out."
PASSWORD = "a long password"


@dataclass
class Cast:
    meyer: Campaign
    ryan: Campaign
    selina: Membership
    gary: Membership
    amy: Membership
    dan: Membership
    jonah: Membership
    number: PhoneNumber
    voters: ContactList
    lisa: Contact
    action: Action
    hello: Script
    thanks: Script

    async def conversation(self, contact: Contact | None = None) -> Conversation:
        return await Conversation.get(action=self.action, contact=contact or self.lisa)

    async def start(self, member: Membership) -> None:
        """The member presses Start."""
        action = await Action.get(id=self.action.id).select_related("campaign")
        await start.assign_bucket(action, member.user)

    async def click(self, member: Membership, contact: Contact | None = None) -> Outcome:
        """The member sends the card of this contact, as it stands."""
        conversation = await self.conversation(contact)
        return await send_card(member, conversation)

    async def reply(
        self, member: Membership, text: str = "", script: Script | None = None, contact: Contact | None = None
    ) -> Outcome:
        conversation = await self.conversation(contact)
        return await click.send_reply(
            member, conversation.id, uuid.uuid4(), click.Chosen(script) if script else None, text
        )

    async def add_contact(self, phone: str, **values: str) -> Contact:
        return await add_contact(self.meyer, self.voters, phone, **values)

    async def make(self) -> None:
        await making.make_all(self.action.id)


async def send_card(member: Membership, conversation: Conversation, client_id: uuid.UUID | None = None) -> Outcome:
    campaign = await Campaign.get(id=conversation.campaign_id)
    script = await Script.get(id=conversation.script_id)
    contact = await Contact.get(id=conversation.contact_id)
    card = await rendering.render(campaign, script, contact, member.user, conversation.id)
    read = await read_with_login(member, conversation)
    return await first_text.send_first(member, conversation.id, client_id or uuid.uuid4(), card.hash, read)


async def read_with_login(member: Membership, conversation: Conversation) -> ClickRows | None:
    """The rows that a press of Send reads besides the login."""
    if (beside := click_sql.beside(conversation.id)) is None:
        return None
    asked = f"SELECT {beside.tables.columns}, {beside.columns} FROM membership m {beside.joins} WHERE m.id = ?"
    [row] = await query(asked, *beside.values, member.id)
    return click_sql.with_login(row, await beside.tables.whole(row), member)


async def make_cast() -> Cast:
    meyer = await create_campaign("Meyer for Senate", "meyer", "America/New_York")
    ryan = await create_campaign("Ryan for Congress", "ryan", "America/Chicago")
    return await transaction(lambda: _people(meyer, ryan))


async def _people(meyer: Campaign, ryan: Campaign) -> Cast:
    meyer.undo_seconds, meyer.join_code = 0, "482913"
    meyer.credentials_ok = meyer.webhooks_ok = True
    meyer.registration, meyer.round_trip_at = "10dlc", clock.now()
    await meyer.save()
    number = await add_number(
        meyer, "+14125550188", "PN" + "a" * 32, rate=1e9, webhooks_ok=True
    )  # no pace, but where a test is about it
    voters = await ContactList.create(campaign=meyer, name="Voters", created_at=clock.now())
    lisa = await add_contact(meyer, voters, "+14125550101", first_name="Lisa", last_name="Ng", zip="15213")
    action = await Action.create(
        campaign=meyer, title="Make a plan to vote", state=PUBLIC, published_at=clock.now(), created_at=clock.now()
    )
    await action.use_lists([voters])
    hello = await Script.create(action=action, kind=INITIAL, body=HELLO)
    thanks = await Script.create(action=action, kind=RESPONSE, name="Thanks", body="Thank you, ##{{first_name}}!")
    await making.make_all(action.id)
    return Cast(
        meyer,
        ryan,
        await member(meyer, "Selina", "Meyer", OWNER),
        await member(meyer, "Gary", "Walsh", ADMIN),
        await member(meyer, "Amy", "Brookheimer", VOLUNTEER),
        await member(meyer, "Dan", "Egan", VOLUNTEER),
        await member(ryan, "Jonah", "Ryan", OWNER),
        number,
        voters,
        lisa,
        action,
        hello,
        thanks,
    )


_read = dict[str, bytes]()  # dialect -> the cast as this process read it first


async def load_cast() -> Cast:
    """From a database in which `make_cast` has made it, and nothing has changed it since. Read once: the seven statements took
    longer than many a test."""
    if dialect() not in _read:
        _read[dialect()] = pickle.dumps(await _read_cast())
    cast: Cast = pickle.loads(_read[dialect()])
    return cast


async def _read_cast() -> Cast:
    meyer, ryan = await Campaign.get(slug="meyer"), await Campaign.get(slug="ryan")
    selina, gary, amy, dan, jonah = await Membership.all().order_by("id").select_related("user", "campaign")
    action = await Action.get(title="Make a plan to vote").select_related("campaign")
    hello, thanks = await Script.filter(action=action).order_by("id")
    number = await PhoneNumber.get(campaign=meyer).select_related("campaign")
    voters = await ContactList.get(campaign=meyer).select_related("campaign")
    lisa = await Contact.get(campaign=meyer).select_related("campaign")
    return Cast(meyer, ryan, selina, gary, amy, dan, jonah, number, voters, lisa, action, hello, thanks)


async def member(campaign: Campaign, first: str, last: str, role: str) -> Membership:
    user = await User.create(
        first_name=first,
        last_name=last,
        email=f"{first.lower()}@example.org",
        phone="+14125550177",
        created_at=clock.now(),
    )
    joined = await Membership.join(user, campaign, role, "15213")
    return await Membership.get(id=joined.id).select_related("user", "campaign")


async def add_contact(campaign: Campaign, contact_list: ContactList, phone: str, **values: Any) -> Contact:
    async def add() -> Contact:
        zones = contact_zones.derive(values.get("timezone", ""), values.get("zip", ""), "", phone)
        contact = await Contact.create(
            campaign=campaign,
            phone=phone,
            created_at=clock.now(),
            zone_set_id=await ZoneSet.id_of(zones.names),
            zone_source=zones.source,
            **values,
        )
        await ListMembership.create(contact_list=contact_list, contact=contact)
        return contact

    return await transaction(add)


async def looked_for_in_vain(message_id: int) -> None:
    """Three looks at Twilio, each when it is due."""
    for _ in range(3):
        due = (await Message.get(id=message_id)).next_look_at
        if due and due > clock.now():
            clock.freeze(due)
        await doubt.looked_up(message_id, [])


def drawn(width: int = 64, height: int = 48, kind: str = "PNG", noise: bool = False, **options: object) -> bytes:
    """A picture, as a file has it; ``noise`` makes it as large as a camera's."""
    out = io.BytesIO()
    image = (
        Image.effect_noise((width, height), 90).convert("RGB") if noise else Image.new("RGB", (width, height), "teal")
    )
    image.save(out, kind, **options)
    return out.getvalue()


async def starts_again(member: Membership) -> str:
    """The member presses Start again on a page that shows the stop as it is."""
    return await restoring.go_on(member, (await Campaign.get(id=member.campaign_id)).stop_mark)


async def texts() -> list[Message]:
    return await Message.all().order_by("id")


async def suspend(member: Membership) -> None:
    """An admin suspends them."""

    async def do() -> None:
        await Membership.filter(id=member.id).update(suspended_at=clock.now())
        await assigning.free_from(member)

    await transaction(do)


async def opt_out_phone(campaign: Campaign, phone: str, source: str, by: User | None = None, words: str = "") -> None:
    """Opts a phone out, and makes it a contact where it is none."""

    async def do() -> None:
        await opting_out.opt_out(await Contact.of_phone(campaign, phone), source, by, words=words)

    await transaction(do)
