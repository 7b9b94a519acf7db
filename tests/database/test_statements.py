"""Plain SQL made from models: what it reads and writes is what the ORM would."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.models import Model

from tests.cast import Cast, read_with_login
from webapp import clock, database
from webapp.database import guards, transaction
from webapp.database.statements import Joined, columns, insert, new, together, update
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership, User
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import INITIAL, OUT, QUEUED, Message
from webapp.models.numbers.number import PhoneNumber
from webapp.models.receiving.event import TwilioEvent
from webapp.models.sending import click_sql


def as_stored(row: Model) -> dict[str, object]:
    return {name: getattr(row, name) for name in columns(type(row))}


def text_to(cast: Cast, **values: object) -> Message:
    given = {
        "campaign_id": cast.meyer.id,
        "contact_id": cast.lisa.id,
        "number_id": cast.number.id,
        "user_id": cast.amy.user_id,
        "direction": OUT,
        "kind": INITIAL,
        "phone": cast.lisa.phone,
        "body": "Hi Lisa, ¿votas?",
        "status": QUEUED,
        "created_at": clock.now(),
        "client_id": uuid.uuid4(),
        "public_id": uuid.uuid4(),
        "due_at": clock.now(),
    }
    return new(Message, **{**given, **values})


@pytest.mark.both
async def test_a_joined_row_is_the_row_the_orm_would_have_read(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await transaction(
        lambda: TwilioEvent.create(kind="inbound", sid="SM1", payload={"Body": "é"}, received_at=clock.now())
    )
    await Session.begin(cast.amy.user)
    for model in (
        Campaign,
        Contact,
        Conversation,
        Message,
        PhoneNumber,
        Membership,
        Session,
        User,
        Action,
        Script,
        TwilioEvent,
    ):
        joined, known = Joined(x=model), await model.all().order_by("id")
        rows = await database.query(f"SELECT {joined.columns} FROM {model._meta.db_table} x ORDER BY x.id")
        assert [as_stored(joined.of(row)["x"]) for row in rows] == [as_stored(row) for row in known] and known


@pytest.mark.both
async def test_what_an_outer_join_did_not_find_is_nothing(cast: Cast) -> None:
    joined = Joined(k=Contact, n=PhoneNumber)
    [row] = await database.query(
        f"SELECT {joined.columns} FROM contact k LEFT JOIN phone_number n ON n.id = k.number_id WHERE k.id = ?",
        cast.lisa.id,
    )
    found = joined.of(row)
    assert found["k"] == cast.lisa and found["n"] is None


@pytest.mark.both
async def test_an_inserted_row_is_the_one_the_orm_would_have_made(cast: Cast) -> None:
    ours, theirs = text_to(cast), text_to(cast)
    [row] = await transaction(lambda: together(insert(ours)))
    values: dict[str, Any] = {name: value for name, value in as_stored(theirs).items() if name != "id"}
    made = await transaction(lambda: Message.create(**values))
    mine, orms = as_stored(await Message.get(id=row["id"])), as_stored(await Message.get(id=made.id))
    for name in ("id", "client_id", "public_id"):
        assert mine.pop(name) != orms.pop(name)
    assert mine == orms
    assert (await Message.get(id=row["id"])).client_id == ours.client_id


@pytest.mark.both
async def test_several_writes_in_one_round_trip_are_all_done_or_none(cast: Cast) -> None:
    cast.lisa.first_name, cast.dan.zip = "Liz", "90210"
    changes = [update(cast.lisa, "first_name"), update(cast.dan, "zip")]
    [row] = await transaction(lambda: together(insert(text_to(cast)), *changes))
    assert await Message.exists(id=row["id"])
    assert (await Contact.get(id=cast.lisa.id)).first_name == "Liz"
    assert (await Membership.get(id=cast.dan.id)).zip == "90210"
    cast.lisa.first_name, taken = "Lizzie", (await Message.get(id=row["id"])).client_id
    with pytest.raises(IntegrityError):
        await transaction(lambda: together(insert(text_to(cast, client_id=taken)), update(cast.lisa, "first_name")))
    assert (await Contact.get(id=cast.lisa.id)).first_name == "Liz"


@pytest.mark.both
async def test_a_click_sees_what_the_orm_sees(cast: Cast) -> None:
    await cast.start(cast.amy)
    talk = await cast.conversation()
    sight = await transaction(lambda: click_sql.read(cast.amy, talk.id, uuid.uuid4()))
    assert sight and sight.active and sight.earlier_id is None and sight.number is None
    assert as_stored(sight.contact) == as_stored(await Contact.get(id=cast.lisa.id))
    assert as_stored(sight.conversation) == as_stored(talk)
    assert as_stored(sight.action) == as_stored(await Action.get(id=cast.action.id))
    assert as_stored(sight.action.campaign) == as_stored(await Campaign.get(id=cast.meyer.id))
    assert sight.script and as_stored(sight.script) == as_stored(cast.hello)
    await cast.click(cast.amy)
    sent = await Message.get()
    assert sent.client_id
    again = await transaction(partial(click_sql.read, cast.amy, talk.id, sent.client_id))
    assert again and again.earlier_id == sent.id and again.number == cast.number
    other = await transaction(partial(click_sql.read, cast.dan, talk.id, sent.client_id))
    assert other and other.earlier_id == sent.id, "the id is taken, for another volunteer too"


@pytest.mark.both
async def test_a_click_does_not_see_into_another_campaign(cast: Cast) -> None:
    await cast.start(cast.amy)
    talk = await cast.conversation()
    assert await transaction(lambda: click_sql.read(cast.jonah, talk.id, uuid.uuid4())) is None
    assert await read_with_login(cast.jonah, talk) is None
    assert bool(await read_with_login(cast.amy, talk)) is (
        database.dialect() == "postgres"
    )  # the other has no such read


async def campaign_of(token: str) -> Campaign:
    found = await Session.in_campaign(token, "meyer")
    assert found and found[1]
    return found[1].campaign


@pytest.mark.both
async def test_a_kept_row_is_as_new_as_the_statement_that_asks(cast: Cast) -> None:
    token = await Session.begin(cast.amy.user)
    for name in ("Meyer", "Meyer for Senate", "Meyer 2026"):
        await transaction(lambda name=name: Campaign.filter(id=cast.meyer.id).update(name=name))  # type: ignore[misc]
        for _ in range(2):
            assert as_stored(await campaign_of(token)) == as_stored(await Campaign.get(id=cast.meyer.id))
            assert (await campaign_of(token)).name == name


@pytest.mark.both
async def test_a_row_changed_twice_in_one_transaction_is_kept_as_it_was_committed(cast: Cast) -> None:
    token, rows = await Session.begin(cast.amy.user), Campaign.filter(id=cast.meyer.id)

    async def twice() -> None:
        await rows.update(name="Half")
        assert (await campaign_of(token)).name == "Half"
        await rows.update(name="Whole")

    await transaction(twice)
    assert (await campaign_of(token)).name == "Whole"


@pytest.mark.both
async def test_a_row_changed_and_rolled_back_is_kept_as_it_was(cast: Cast) -> None:
    token = await Session.begin(cast.amy.user)

    async def half() -> None:
        await Campaign.filter(id=cast.meyer.id).update(name="Half")
        assert (await campaign_of(token)).name == "Half"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await transaction(half)
    assert (await campaign_of(token)).name == cast.meyer.name


@pytest.mark.both
async def test_what_one_request_does_to_a_kept_row_stays_its_own(cast: Cast) -> None:
    token = await Session.begin(cast.amy.user)
    (await campaign_of(token)).name = "Mine alone"
    assert (await campaign_of(token)).name == cast.meyer.name


@pytest.mark.both
async def test_the_doctor_tells_of_a_postgres_that_may_forget(db: None) -> None:
    """The tests' own may: it lives for an hour."""
    told = await guards.careless()
    assert (told == []) if database.dialect() == "sqlite" else any("synchronous_commit" in line for line in told)
