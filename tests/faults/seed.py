"""Makes the campaign of the fault tests: `python -m tests.faults.seed PEOPLE VOLUNTEERS BUCKET RATE UNDO`."""

from __future__ import annotations

import asyncio
import json
import sys

from tests.cast import HELLO
from tests.faults.bank import PASSWORD
from webapp import clock, config, database
from webapp.database import transaction
from webapp.models.accounts import passwords
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import OWNER, VOLUNTEER, Membership, User
from webapp.models.actions.action import PUBLIC, Action
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.contacts.new_campaign import create_campaign
from webapp.models.contacts.zones import ZoneSet
from webapp.models.conversations import making
from webapp.models.numbers.number import add_number
from webapp.rules import names


async def join(
    campaign: Campaign, role: str, hashed: str, first_name: str, last_name: str, email: str, phone: str = ""
) -> None:
    """Inside a transaction. ``hashed``: of the password."""
    user = await User.create(
        first_name=first_name,
        last_name=last_name,
        email=email,
        phone=phone,
        password_hash=hashed,
        created_at=clock.now(),
    )
    await Membership.join(user, campaign, role, "15213")


async def make(people: int, volunteers: int, bucket: int, rate: float, undo: int) -> dict:
    hashed = await passwords.hashed(PASSWORD)
    campaign = await create_campaign("Meyer for Senate", "meyer", "America/New_York")

    async def fill() -> dict:
        campaign.undo_seconds, campaign.bucket_size, campaign.join_code = undo, bucket, "482913"
        campaign.credentials_ok = campaign.webhooks_ok = True
        campaign.registration, campaign.round_trip_at = "10dlc", clock.now()
        await campaign.save()
        pool = [await add_number(campaign, f"+1412555019{n}", rate=rate, webhooks_ok=True) for n in range(3)]
        emails = [f"volunteer{n}@example.org" for n in range(volunteers)]
        for n, email in enumerate(emails):
            await join(campaign, VOLUNTEER, hashed, f"V{n}", "Olunteer", email)
        await join(campaign, OWNER, hashed, "Selina", "Meyer", "selina@example.org", "+14125550177")
        voters = await ContactList.create(campaign=campaign, name="Voters", created_at=clock.now())
        zone = await ZoneSet.id_of(("America/New_York",))
        contacts = [
            Contact(
                campaign=campaign,
                phone=f"+1412{5550000 + n + 1000:07}"[:12],
                first_name=f"C{n}",
                first_key=names.key(f"C{n}"),
                zone_set_id=zone,
                created_at=clock.now(),
            )
            for n in range(people)
        ]
        await Contact.bulk_create(contacts, batch_size=300)
        rows = await Contact.filter(campaign=campaign)
        await ListMembership.bulk_create([ListMembership(contact_list=voters, contact=c) for c in rows], batch_size=300)
        action = await Action.create(
            campaign=campaign, title="Plan", state=PUBLIC, published_at=clock.now(), created_at=clock.now()
        )
        await action.use_lists([voters])
        await Script.create(action=action, kind=INITIAL, body=HELLO)
        await Script.create(
            action=action,
            kind=RESPONSE,
            name="Where to vote",
            body="Your polling place is the school, ##{{first_name}}.",
        )
        return {
            "action": action.id,
            "numbers": [n.e164 for n in pool],
            "emails": emails,
            "phones": [c.phone for c in rows],
        }

    made = await transaction(fill)
    await making.make_all(made["action"])
    return made


async def main() -> None:
    people, volunteers, bucket, rate, undo = sys.argv[1:]
    try:
        await database.open_database(config.settings().database)
        print(json.dumps(await make(int(people), int(volunteers), int(bucket), float(rate), int(undo))))
    finally:
        await database.close_database()


if __name__ == "__main__":
    asyncio.run(main())
