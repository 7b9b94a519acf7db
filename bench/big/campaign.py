"""The campaign, its people, lists, tags and fields. Its contacts and texts are rows of bench.big.rows."""

from __future__ import annotations

from dataclasses import dataclass

from bench.big import rows
from webapp import clock, database
from webapp.database import transaction
from webapp.database.packed import sql_time
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import ADMIN, OWNER, VOLUNTEER, Membership, User
from webapp.models.actions.action import PUBLIC, Action
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.contacts.new_campaign import create_campaign
from webapp.models.contacts.zones import ZoneSet
from webapp.models.numbers.number import add_number

VOLUNTEERS, NUMBERS = 20, 20


@dataclass(frozen=True)
class Labels:
    """``lists``: of all, of a twentieth, of 150. ``tags``: of a fifth, of a fiftieth, of 200."""

    lists: list[ContactList]
    tags: list[Tag]
    rating: CustomField


async def make(contacts: int, messages: int, slug: str = "big") -> Campaign:
    """All contacts are in one action, the messages spread evenly over them. Small lists and rare tags are the newest
    contacts': a query that walks the table meets them last."""
    campaign = await create_campaign("A big campaign", slug, "America/New_York")
    await transaction(lambda: _people(campaign))
    labels = await transaction(lambda: _labels(campaign))
    action = await transaction(lambda: _action(campaign, labels.lists[0]))
    zone = await transaction(lambda: ZoneSet.id_of(("America/New_York",)))
    now = sql_time(clock.now())
    last = await rows.add_contacts(campaign, contacts, zone or 0, now)
    await _label(campaign, labels, last, now)
    users = [m.user_id for m in await Membership.filter(campaign=campaign, role=VOLUNTEER).order_by("id")]
    scripts = [script.id for script in await Script.filter(action=action).order_by("id")]
    await rows.add_conversations(campaign, action, scripts[0], users, now)
    await rows.add_messages(campaign, action, scripts, max(1, round(messages / max(contacts, 1))), now)
    await transaction(lambda: database.query("ANALYZE"))
    return campaign


async def _label(campaign: Campaign, labels: Labels, last: int, now: object) -> None:
    everyone, twentieth, few = labels.lists
    for chosen, where in ((everyone, "true"), (twentieth, "c.id % 20 = 3"), (few, f"c.id > {last - 150}")):
        await rows.add_to_list(campaign, chosen, where)
    fifth, fiftieth, rare = labels.tags
    for tag, where in ((fifth, "c.id % 5 = 0"), (fiftieth, "c.id % 50 = 7"), (rare, f"c.id > {last - 200}")):
        await rows.add_tag(campaign, tag, where, now)
    await rows.fill_field(campaign, labels.rating, now)


async def _people(campaign: Campaign) -> None:
    campaign.credentials_ok = campaign.webhooks_ok = True
    campaign.registration, campaign.round_trip_at = "10dlc", clock.now()
    await campaign.save()
    for n in range(NUMBERS):
        await add_number(campaign, f"+141255501{n:02}", rate=10, webhooks_ok=True)
    volunteers = [(f"Volunteer{n}", VOLUNTEER) for n in range(VOLUNTEERS)]
    for name, role in [("Selina", OWNER), ("Gary", ADMIN), *volunteers]:
        email = f"{name.lower()}@{campaign.slug}.example.org"
        user = await User.create(first_name=name, last_name="Big", email=email, created_at=clock.now())
        await Membership.join(user, campaign, role, "15213")


async def _labels(campaign: Campaign) -> Labels:
    lists = [
        await ContactList.create(campaign=campaign, name=name, created_at=clock.now())
        for name in ("Everyone", "One in twenty", "The last 150")
    ]
    rare = await Tag.create(campaign=campaign, name="Rare", slug="rare")
    will_vote = await Tag.get(campaign=campaign, slug="will_vote")
    wrong_number = await Tag.get(campaign=campaign, slug="wrong_number")
    rating = await CustomField.get(campaign=campaign, slug="support_rating")
    return Labels(lists, [will_vote, wrong_number, rare], rating)


async def _action(campaign: Campaign, everyone: ContactList) -> Action:
    action = await Action.create(
        campaign=campaign, title="Plan", state=PUBLIC, published_at=clock.now(), created_at=clock.now()
    )
    await Script.create(action=action, kind=INITIAL, body="Hi ##{{first_name}}, will you vote? Reply STOP to opt out.")
    await Script.create(action=action, kind=RESPONSE, name="Thanks", body="Thank you, ##{{first_name}}!")
    await action.use_lists([everyone])
    return action
