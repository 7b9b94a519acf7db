"""A campaign of any size, made by a few statements that both databases know: contacts, lists, tags, fields, texts."""

from __future__ import annotations

from webapp import clock, database
from webapp.database import transaction
from webapp.database.packed import sql_time
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import ADMIN, OWNER, VOLUNTEER, Membership, User
from webapp.models.actions.action import PUBLIC, Action
from webapp.models.actions.script import INITIAL, Script
from webapp.models.contacts.create import create_campaign
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.contacts.zones import ZoneSet
from webapp.models.numbers.number import add_number

FIRST = [
    "Ana",
    "Ben",
    "Carla",
    "David",
    "Elena",
    "Frank",
    "Gloria",
    "Hugo",
    "Ines",
    "Jack",
    "Karen",
    "Luis",
    "Maria",
    "Noah",
    "Olga",
    "Pablo",
    "Quinn",
    "Rosa",
    "Sam",
    "Tina",
    "Uma",
    "Victor",
    "Wendy",
    "Xavier",
    "Yara",
    "Zoe",
]
LAST = [
    "Adams",
    "Baker",
    "Castillo",
    "Delgado",
    "Evans",
    "Flores",
    "Garcia",
    "Hughes",
    "Ivanov",
    "Johnson",
    "Kowalski",
    "Lopez",
    "Meyer",
    "Nguyen",
    "Ortega",
    "Perez",
    "Quintero",
    "Rivera",
    "Smith",
    "Torres",
    "Ueda",
    "Vargas",
    "Walsh",
    "Xu",
    "Young",
    "Zapata",
]
STATES = ["PA", "OH", "NY", "CA", "TX", "FL", "AZ", "NC", "GA", "MI"]
AREAS = ["412", "814", "215", "610", "717", "570", "484", "267", "724", "878"]
VOLUNTEERS = 20


async def make(contacts: int, messages: int, slug: str = "big") -> Campaign:
    """``messages`` are spread over all contacts, in one action. Rare things stand at the end, where they hurt most."""
    campaign = await create_campaign("A big campaign", slug, "America/New_York")
    await transaction(lambda: _people(campaign))
    action, lists, tags, rating = await transaction(lambda: _rooms(campaign))
    zone = await transaction(lambda: ZoneSet.id_of(("America/New_York",)))
    now = sql_time(clock.now())
    first = await _contacts(campaign, contacts, zone or 0, now)
    last = first + contacts - 1
    for chosen, where in ((lists[0], "true"), (lists[1], "c.id % 20 = 3"), (lists[2], f"c.id > {last - 150}")):
        await _run(
            f"INSERT INTO list_membership (contact_list_id, contact_id) SELECT {chosen.id}, c.id FROM contact c WHERE c.campaign_id = {campaign.id} AND {where} ORDER BY c.id"
        )
        await _run(
            f"UPDATE contact_list SET size = (SELECT COUNT(*) FROM list_membership WHERE contact_list_id = {chosen.id}) WHERE id = {chosen.id}"
        )
    for tag, where in ((tags[0], "c.id % 5 = 0"), (tags[1], "c.id % 50 = 7"), (tags[2], f"c.id > {last - 200}")):
        await _run(
            f"INSERT INTO contact_tag (contact_id, tag_id, at) SELECT c.id, {tag.id}, ? FROM contact c WHERE c.campaign_id = {campaign.id} AND {where}",
            now,
        )
    await _run(
        f"INSERT INTO field_value (contact_id, field_id, value, at) SELECT c.id, {rating.id}, CASE WHEN c.id % 30 = 0 THEN 'Against' ELSE 'Supporter' END, ? FROM contact c WHERE c.campaign_id = {campaign.id} AND c.id % 3 = 0",
        now,
    )
    await _conversations(campaign, action, now, messages / max(contacts, 1))
    await _run("ANALYZE")
    return campaign


async def _run(sql: str, *values: object) -> None:
    if database.dialect() == "postgres":
        sql = sql.replace("?", "?::timestamptz")
    await transaction(lambda: database.query(sql, *values))


async def _people(campaign: Campaign) -> None:
    campaign.credentials_ok = campaign.webhooks_ok = True
    campaign.registration, campaign.round_trip_at = "10dlc", clock.now()
    await campaign.save()
    await add_number(campaign, "+14125550188", rate=10, webhooks_ok=True)
    for n, (name, role) in enumerate(
        [("Selina", OWNER), ("Gary", ADMIN), *((f"Volunteer{n}", VOLUNTEER) for n in range(VOLUNTEERS))]
    ):
        user = await User.create(
            first_name=name,
            last_name="Big",
            email=f"{name.lower()}@{campaign.slug}.example.org",
            created_at=clock.now(),
        )
        await Membership.join(user, campaign, role, "15213")
        assert n < 100


async def _rooms(campaign: Campaign) -> tuple[Action, list[ContactList], list[Tag], CustomField]:
    action = await Action.create(
        campaign=campaign, title="Plan", state=PUBLIC, published_at=clock.now(), created_at=clock.now()
    )
    await Script.create(action=action, kind=INITIAL, body="Hi ##{{first_name}}, will you vote? Reply STOP to opt out.")
    lists = [
        await ContactList.create(campaign=campaign, name=name, created_at=clock.now())
        for name in ("Everyone", "One in twenty", "The last 150")
    ]
    await action.use_lists([lists[0]])
    rare = await Tag.create(campaign=campaign, name="Rare", slug="rare")
    tags = [
        await Tag.get(campaign=campaign, slug="will_vote"),
        await Tag.get(campaign=campaign, slug="wrong_number"),
        rare,
    ]
    return action, lists, tags, await CustomField.get(campaign=campaign, slug="support_rating")


async def _contacts(campaign: Campaign, number: int, zone: int, now: object) -> int:
    """The id of the first one."""
    cases = " ".join(f"WHEN {n} THEN '{{}}'" for n in range(26))
    first = f"CASE n % 26 {cases.format(*FIRST)} END"
    last = f"CASE (n / 26) % 26 {cases.format(*LAST)} END"
    state = "CASE n % 10 " + " ".join(f"WHEN {n} THEN '{s}'" for n, s in enumerate(STATES)) + " END"
    area = "CASE n % 10 " + " ".join(f"WHEN {n} THEN '{code}'" for n, code in enumerate(AREAS)) + " END"
    digits = f"{area} || CAST(2000000 + n / 10 AS TEXT)"
    await _run(
        f"WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < {number})"
        " INSERT INTO contact (campaign_id, phone, first_name, last_name, first_key, last_key, email, state_abbrev, zip, van_id,"
        " timezone, zone_set_id, zone_source, created_at) SELECT"
        f" {campaign.id}, '+1' || {digits}, {first}, {last}, lower({first}), lower({last}), '', {state}, '15213', '', '', {zone}, 'zip', ? FROM g",
        now,
    )
    rows = await database.query(f"SELECT MIN(id) AS first FROM contact WHERE campaign_id = {campaign.id}")
    return int(rows[0]["first"])


async def _conversations(campaign: Campaign, action: Action, now: object, each: float) -> None:
    """One a contact: seven of ten texted, every tenth replied; a few need attention; volunteers hold them."""
    users = [m.user_id for m in await Membership.filter(campaign=campaign, role=VOLUNTEER).order_by("id")]
    script = await Script.get(action=action)
    holder = "CASE c.id % 20 " + " ".join(f"WHEN {n} THEN {user}" for n, user in enumerate(users)) + " END"
    minutes = (
        "datetime({0}, '-' || (c.id % 20000) || ' minutes') || '.000000+00:00'"
        if database.dialect() == "sqlite"
        else "{0} - (c.id % 20000) * interval '1 minute'"
    )
    at = minutes.format("?")
    await _run(
        "INSERT INTO conversation (campaign_id, action_id, contact_id, zone_set_id, script_id, user_id, with_staff, held_by_start, turn, skips,"
        " texted_at, replied_at, needs_attention, unread, created_at)"
        f" SELECT {campaign.id}, {action.id}, c.id, c.zone_set_id, {script.id}, CASE WHEN c.id % 10 < 7 THEN {holder} END, false, false, 0, 0,"
        f" CASE WHEN c.id % 10 < 7 THEN {at} END, CASE WHEN c.id % 10 = 1 THEN {at} END, c.id % 100 = 1, c.id % 100 = 1, ?"
        f" FROM contact c WHERE c.campaign_id = {campaign.id} ORDER BY c.id",
        now,
        now,
        now,
    )
    whole = max(1, round(each))
    uuid = "gen_random_uuid()" if database.dialect() == "postgres" else "lower(hex(randomblob(16)))"
    for n in range(whole):
        direction = "in" if n % 3 == 2 else "out"
        kind = "initial" if n == 0 else "inbound" if direction == "in" else "follow_up"
        await _run(
            "INSERT INTO message (campaign_id, contact_id, conversation_id, action_id, user_id, script_id, direction, kind, phone, body, segments,"
            " encoding, status, delivery, public_id, attempts, looks, priority, media_count, price, created_at)"
            f" SELECT {campaign.id}, v.contact_id, v.id, {action.id}, v.user_id, {script.id if n == 0 else 'NULL'}, '{direction}', '{kind}', c.phone,"
            f" 'Please vote. Reply STOP to opt out.', 1, 'GSM-7', '{'received' if direction == 'in' else 'taken'}', 'delivered', {uuid}, 1, 0, 0, 0, '', v.created_at"
            f" FROM conversation v JOIN contact c ON c.id = v.contact_id WHERE v.action_id = {action.id} ORDER BY v.id"
        )
    await _run(
        f"UPDATE contact SET last_message_at = v.texted_at FROM conversation v WHERE v.contact_id = contact.id AND v.action_id = {action.id} AND v.texted_at IS NOT NULL"
    )
