"""The rehearsal's campaign: Meyer for Senate, with people, contacts, scripts and numbers, ready to be texted."""

from __future__ import annotations

import random
import secrets
from zoneinfo import ZoneInfo

from webapp import clock
from webapp.config import Settings
from webapp.database import transaction
from webapp.gateways.twilio import Number, Twilio
from webapp.models.accounts import passwords, rehearsal
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import ADMIN, OWNER, VOLUNTEER, Membership, User
from webapp.models.actions.action import PUBLIC, Action
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.contacts.new_campaign import create_campaign
from webapp.models.conversations import making
from webapp.models.numbers.number import PhoneNumber, add_number, note_check
from webapp.simulator.van.store import KEY

HOME = ZoneInfo("America/New_York")
PEOPLE = (
    ("Selina", "Meyer", OWNER, "+14125550177"),
    ("Gary", "Walsh", ADMIN, "+14125550178"),
    ("Amy", "Brookheimer", VOLUNTEER, "+14125550179"),
    ("Dan", "Egan", VOLUNTEER, "+14125550180"),
)
EMAILS = [f"{first.lower()}@example.org" for first, *_ in PEOPLE]
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
AREA_CODES = ("412", "814", "570")
THEIR_CODES = ("215", "484", "717", "724")  # none of the numbers that text them
NAMES = (
    "Maria Lisa Robert Gloria Kim Andre Rosalind Teddy Ngozi Walt Ines Joan Theo Keoni Carmen Luis Priya "
    "Jo Everett Agnes Hugh Ada Marcus Dana Octavio Trinidad Melody Angela Abigail Mario"
)
FAMILIES = (
    "Delgado Ng Kowalczyk Szymanski Park Ortega Raman Whitfield Bell Castillo Arevalo Velásquez Scott "
    "Romero Matthews Jones Carson Hutchinson Lindqvist Ashby"
)
ZIPS = (
    ("16502", "PA"),
    ("15213", "PA"),
    ("18503", "PA"),
    ("19103", "PA"),
    ("60614", "IL"),
    ("80202", "CO"),
    ("85004", "AZ"),
    ("90012", "CA"),
    ("78701", "TX"),
)
CONTACTS = 300
DESCRIPTION = (
    "People who lean our way but missed a recent election. A plan to vote is the one thing that helps them get there."
)
INSTRUCTIONS = (
    "Read the text once, then send. Replies come to your Inbox: answer with Follow Up.\n"
    "If someone asks you to stop in any words, choose Opt Out. Do not argue.\n"
    "Not sure? Hand the conversation to an admin. Nobody minds."
)
SCRIPTS = (
    "Hi ##{{first_name}}, it's ##{{user.first_name}}, a volunteer with Meyer for Senate. Can we count on your vote this year? Reply STOP to opt out.",
    "Hi ##{{first_name}}, ##{{user.first_name}} from Meyer for Senate here. Have you made a plan to vote yet? Reply STOP to opt out.",
)
RESPONSES = (
    (
        "Yes, will vote",
        "Great to hear, ##{{first_name}}! Shall I send you the opening hours?",
        "will_vote",
        "Strong Supporter",
    ),
    (
        "Where do I vote",
        "Your county's election office has your polling place and its hours. Shall I remind you that morning?",
        "",
        "",
    ),
    (
        "Who is this",
        "I am ##{{user.first_name}}, a volunteer with ##{{campaign.name}}. Selina Meyer is running to keep our hospitals open.",
        "",
        "",
    ),
    ("Spanish", "¡Gracias, ##{{first_name}}! Una persona que habla español le escribe pronto.", "spanish_speaker", ""),
    ("Wrong number", "Sorry to have bothered you, and thank you for telling us.", "wrong_number", ""),
    ("Opt out, confirmed", "You will get no more texts from us. Thank you for your time.", "opt_out", ""),
)


async def make(settings: Settings) -> list[str]:
    """Makes the campaign in an empty database; the lines to print. Raises ConfigError in a real campaign's."""
    await rehearsal.check_own()
    if not await Campaign.exists():
        campaign = await create_campaign("Meyer for Senate", "meyer", "America/New_York", rehearsal=True)
        await transaction(lambda: _fill(campaign))
        action = await transaction(lambda: _action(campaign))
        await making.make_all(action.id)
    password = await _password(settings)
    await _numbers(settings)
    return _lines(settings, password)


async def _password(settings: Settings) -> str:
    """The one password of the four, kept in the data directory. A new one is given to those who have none of their own."""
    kept = settings.data_dir / "password"
    old = kept.read_text() if kept.exists() else ""
    password = old or "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
    hashed = await passwords.hashed(password)
    theirs = User.filter(email__in=EMAILS, password_hash="") if old else User.filter(email__in=EMAILS)
    await transaction(lambda: theirs.update(password_hash=hashed))
    kept.touch(mode=0o600)
    kept.write_text(password)  # last: until it is there, the next start gives a new one to all four
    return password


async def _fill(campaign: Campaign) -> None:
    campaign.description = "Selina Meyer is running to keep our hospitals open."
    campaign.join_code, campaign.preferred_area_codes = "482913", ", ".join(AREA_CODES)
    campaign.registration, campaign.round_trip_at = "10dlc", clock.now()  # Start stays closed without them (S10)
    await campaign.save()
    for (first, last, role, phone), email in zip(PEOPLE, EMAILS, strict=True):
        user = await User.sign_up(first_name=first, last_name=last, email=email, phone=phone)
        await Membership.join(user, campaign, role, "15213")
    await CustomField.create(campaign=campaign, title="Issue ID", slug="issue_id", display_order=2, reportable=False)


async def _action(campaign: Campaign) -> Action:
    action = await Action.create(
        campaign=campaign,
        title="Make a plan to vote",
        state=PUBLIC,
        published_at=clock.now(),
        created_at=clock.now(),
        description=DESCRIPTION,
        instructions=INSTRUCTIONS,
    )
    await action.use_lists([await _list(campaign)])
    await _scripts(campaign, action)
    return action


async def _list(campaign: Campaign) -> ContactList:
    made = await ContactList.create(
        campaign=campaign, name="Voters of Pennsylvania and friends", created_at=clock.now(), size=CONTACTS
    )
    dice = random.Random(7)
    for n in range(CONTACTS):
        contact = _contact(campaign, dice, n)
        await contact.derive_zones()
        await contact.save()
        await ListMembership.create(contact_list=made, contact=contact)
    return made


def _contact(campaign: Campaign, dice: random.Random, n: int) -> Contact:
    """The n-th. Only 555-0100 to 555-0199 are for fiction; one in thirty contacts has no first name."""
    zip_code, state = dice.choice(ZIPS)
    return Contact(
        campaign=campaign,
        phone=f"+1{THEIR_CODES[n % len(THEIR_CODES)]}55501{n // len(THEIR_CODES):02}",
        zip=zip_code,
        state_abbrev=state,
        first_name=dice.choice(NAMES.split()) if dice.random() > 0.03 else "",
        last_name=dice.choice(FAMILIES.split()),
        created_at=clock.now(),
    )


async def _scripts(campaign: Campaign, action: Action) -> None:
    for position, body in enumerate(SCRIPTS):
        await Script.create(action=action, kind=INITIAL, body=body, position=position)
    support = await CustomField.get(campaign=campaign, slug="support_rating")
    for position, (name, body, tag, rating) in enumerate(RESPONSES):
        script = await Script.create(action=action, kind=RESPONSE, name=name, body=body, position=position)
        tags = await Tag.filter(campaign=campaign, slug=tag)
        await script.apply_on_send(tags, [(support, rating)])


async def _numbers(settings: Settings) -> None:
    """Buys numbers at the simulator where the campaign has none, and points all of them here."""
    gateway = Twilio(settings)
    try:
        here = settings.url("/webhooks/twilio/inbound")
        campaign = await Campaign.all().order_by("id").first()
        assert campaign
        if not await PhoneNumber.exists(campaign=campaign):
            for code in AREA_CODES:
                bought = await gateway.buy(code, here)
                assert isinstance(bought, Number)
                await add_number(campaign, bought.e164, bought.sid, webhooks_ok=True)
        for number in await gateway.numbers():
            if number.sms_url != here:
                await gateway.point_here(number.sid, here)
        reached = {n.e164 for n in await gateway.numbers() if n.sms_url == here}
        await note_check(campaign, await gateway.account_trouble(), reached, await gateway.taken_over(here))
    finally:
        await gateway.close()


def _lines(settings: Settings, password: str) -> list[str]:
    return [
        "",
        f"  Text bank   {settings.public_url}",
        f"  Phones      {settings.twilio_api_url}/phones    what contacts got, and answers as them",
        f"  Mailbox     {settings.twilio_api_url}/mailbox",
        f"  VAN         {settings.van_api_url.removesuffix('/v4')}    its key {KEY}",
        "",
        f"  Log in as   {', '.join(EMAILS)}",
        f"  Password    {password}        Join code  482913",
        f"  Clock       {clock.now().astimezone(HOME):%A, %-I:%M %p} in New York; move it on the phones page",
        "",
        "  Ctrl-C stops everything. No real phone is reached.",
        "",
    ]
