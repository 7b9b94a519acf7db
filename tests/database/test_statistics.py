"""PostgreSQL's plans while tables grow: what was planned over an empty table does not go on reading the whole of it."""

from __future__ import annotations

import uuid

import asyncpg
import pytest

from tests.cast import Cast
from tests.cast.database.plans import BIG, Asked, statements
from webapp import clock, config, database
from webapp.database import statistics, transaction
from webapp.models.accounts.sessions import Session
from webapp.models.cards.following import OnPage
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ListMembership
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.scripts import first_card
from webapp.models.sending import click_sql, first_text
from webapp.models.sending.click import Queued

pytestmark = pytest.mark.postgres
PEOPLE = 800


@pytest.fixture(autouse=True)
def looks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "SECONDS", 0.0)


async def fill(cast: Cast) -> None:
    """As an evening does: people, their conversations, a text to each, all Amy's."""
    people = [
        Contact(campaign=cast.meyer, phone=f"+1412{2000000 + n}", first_name="Mike", created_at=clock.now())
        for n in range(PEOPLE)
    ]
    await transaction(lambda: Contact.bulk_create(people))
    everyone = await Contact.filter(campaign=cast.meyer).exclude(id=cast.lisa.id)
    rows = [ListMembership(contact_list=cast.voters, contact=contact) for contact in everyone]
    await transaction(lambda: ListMembership.bulk_create(rows))
    await cast.make()
    talks = await Conversation.filter(contact_id__in=[contact.id for contact in everyone]).select_related("contact")
    texts = [text(cast, talk) for talk in talks]
    await transaction(lambda: Message.bulk_create(texts))
    await database.query("SELECT pg_stat_force_next_flush()")
    await database.query("SELECT 1 AS one")


def text(cast: Cast, talk: Conversation) -> Message:
    return Message(
        campaign=cast.meyer,
        contact=talk.contact,
        conversation=talk,
        user_id=cast.amy.user_id,
        action_id=cast.action.id,
        direction="out",
        kind="initial",
        phone=talk.contact.phone,
        body="Hi",
        status="taken",
        created_at=clock.now(),
        public_id=uuid.uuid4(),
    )


async def test_tables_that_grew_are_counted_anew_and_others_are_not(cast: Cast) -> None:
    await database.query("ANALYZE")
    await fill(cast)
    names = await statistics.keep_up()
    assert {"contact", "conversation", "message"} <= set(names) and "campaign" not in names
    [row] = await database.query("SELECT reltuples::int AS rows FROM pg_class WHERE oid = 'contact'::regclass")
    assert row["rows"] == PEOPLE + 1
    await database.query("SELECT pg_stat_force_next_flush()")
    assert await statistics.keep_up() == []


async def test_a_table_of_any_name_is_counted_anew(cast: Cast) -> None:
    await database.query("ANALYZE")
    await database.query('CREATE TABLE "Odd-Name" (id int)')
    try:
        await database.query('INSERT INTO "Odd-Name" SELECT generate_series(1, 900)')
        await database.query("SELECT pg_stat_force_next_flush()")
        await database.query("SELECT 1 AS one")
        assert await statistics.keep_up() == ["Odd-Name"]
        [row] = await database.query("SELECT reltuples::int AS rows FROM pg_class WHERE relname = 'Odd-Name'")
        assert row["rows"] == 900
    finally:
        await database.query('DROP TABLE "Odd-Name"')


async def test_where_it_fails_it_says_so_in_the_log_and_whoever_called_goes_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def refused(sql: str, *values: object) -> list[dict[str, object]]:
        raise asyncpg.InsufficientPrivilegeError("must be owner of the table")

    monkeypatch.setattr(database, "query", refused)
    assert await statistics.keep_up() == []
    assert "could not be kept up" in caplog.text and "must be owner" in caplog.text


async def test_a_process_looks_every_few_seconds_at_most(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    await database.query("ANALYZE")
    await statistics.keep_up()
    monkeypatch.setattr(statistics, "SECONDS", 60.0)
    with statements() as asked:
        assert await statistics.keep_up() == [] and asked == []


SEEN = ("WITH b AS", "WITH s0 AS (INSERT INTO message")  # those whose plan over empty tables reads all of one that grew


@pytest.mark.parametrize("analysed", [True, False])
@pytest.mark.parametrize("begins", ["SELECT l.id AS l__id", *SEEN])
async def test_each_statement_of_a_tap_is_planned_anew_after_the_first_texts(
    cast: Cast, analysed: bool, begins: str
) -> None:
    """The page's card, the login with the click's rows, the text with the next card; on a database whose tables were analysed
    while they were empty, and on one that never was."""
    if analysed:
        await database.query("VACUUM (ANALYZE, INDEX_CLEANUP ON)")  # no page is left of what other tests had
    await cast.start(cast.amy)
    [(query, values)] = [(query, values) for query, values in await tap(cast) if query.startswith(begins)]
    connection = await asyncpg.connect(config.settings().database)
    try:
        for _ in range(7):  # asyncpg prepares it once; from the sixth on PostgreSQL keeps one plan for all values
            await undone(connection, query, values)
        await fill(cast)
        if analysed and begins in SEEN:
            assert await read_whole(connection, query, values), "else this test looks at nothing"
        assert await statistics.keep_up()
        assert await read_whole(connection, query, values) == []
    finally:
        await connection.close()


class Undone(Exception):
    pass


async def tap(cast: Cast) -> Asked:
    """Its statements, and nothing of what they wrote."""
    token = await Session.begin(cast.amy.user)

    async def body() -> None:
        talk = await cast.conversation()
        found = await Session.in_campaign(token, "meyer", beside=click_sql.beside(talk.id))
        assert found and found[1]
        read = click_sql.with_login(found[0].row, found[0].found, found[1])
        before, text = await first_card.queue_of(cast.amy, cast.action)
        assert before and text
        sent = await first_text.send_first(
            cast.amy, talk.id, uuid.uuid4(), text.hash, read, OnPage([talk.id], before.mark)
        )
        assert isinstance(sent, Queued) and sent.following
        raise Undone

    with statements() as asked, pytest.raises(Undone):
        await transaction(body)
    return asked


async def undone(connection: asyncpg.Connection, query: str, values: list[object]) -> None:
    around = connection.transaction()
    await around.start()
    await connection.fetch(query, *values)
    await around.rollback()


async def read_whole(connection: asyncpg.Connection, query: str, values: list[object]) -> list[str]:
    """The large tables of which the kept plan reads every row: counted, as a plan that is explained may be another."""
    before = await _rows_read(connection)
    await undone(connection, query, values)
    after = await _rows_read(connection)
    return sorted(name for name in after if after[name] - before.get(name, 0) >= PEOPLE / 2)


async def _rows_read(connection: asyncpg.Connection) -> dict[str, int]:
    await connection.execute("SELECT pg_stat_force_next_flush()")
    rows = await connection.fetch("SELECT relname, seq_tup_read FROM pg_stat_user_tables")
    return {row["relname"]: row["seq_tup_read"] for row in rows if row["relname"] in BIG}
