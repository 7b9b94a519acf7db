"""On PostgreSQL no statement of Start, a tap, a reply, a thread or the inbox reads a whole table, whatever the planner knows of it:
an evening meets tables that were never looked at, or only when they were empty. (Those of an import: test_import_plans.)"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.cast.database.plans import BIG, explained, statements, whole_indexes, whole_tables
from tests.cast.lists import import_file, write
from tests.cast.site import PARTIAL, Browser
from tests.cast.texting import says, texted
from webapp import clock, database
from webapp.database import packed, statistics, transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership, User
from webapp.models.cards.card import AHEAD
from webapp.models.contacts.lists import ContactList

pytestmark = pytest.mark.postgres

PEOPLE = 1_500
PLANNED = re.compile(r"\s*(SELECT|INSERT|UPDATE|WITH)", re.IGNORECASE)
LARGE = re.compile(r"Seq Scan on (contact|conversation|list_membership)\b")  # those that have PEOPLE rows here
NEVER_ANALYSED, WHEN_EMPTY = -1, 0
CARD = "WITH b AS"


@pytest.mark.parametrize("rows_known", [NEVER_ANALYSED, WHEN_EMPTY], ids=["never analysed", "analysed when empty"])
async def test_no_statement_of_an_evening_reads_a_whole_table(
    cast: Cast, browse: Browser, tmp_path: Path, rows_known: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "MANY", 10**9)  # the statements must do without a look at the tables
    await fill(cast, tmp_path)
    await texted(cast)
    await forget(rows_known)
    amy, here = await browse(cast.amy), "/c/meyer"
    talk = await cast.conversation()
    with statements() as asked:
        await says(cast, "Where do I vote?")
        for path in (f"threads/{talk.id}", "inbox?show=all", "inbox", "badges"):
            assert (await amy.get(f"{here}/{path}", headers=PARTIAL)).status_code == 200
        assert (await amy.post(f"{here}/actions/{cast.action.id}/buckets")).status_code == 303
        card = (await amy.get(f"{here}/actions/{cast.action.id}/queue")).text
        path, *behind = dict.fromkeys(re.findall(r'hx-post="(/c/meyer/queue/[0-9]+/messages)"', card))
        form = dict(re.findall(r'name="(client_message_id|hash)" value="([^"]*)"', card)[:2])
        form["ahead"] = ",".join(re.findall(r"[0-9]+", "".join(behind)))
        form |= dict(re.findall(r'data-(shows)="([^"]+)"', card))
        assert (
            len(form) == 4
            and len(behind) == AHEAD
            and (await amy.post(path, data=form, headers=PARTIAL)).status_code == 200
        )
    planned = {text: values for text, values in asked if PLANNED.match(text)}
    assert len(planned) > 20 and any("INSERT INTO message" in text for text in planned)
    for whole in (whole_tables, whole_indexes):
        read = [(text, await whole(text, values)) for text, values in planned.items()]
        assert [found for found in read if found[1]] == [], "no index serves it"
    assert [(text, plan) for text, plan in await plans(planned) if LARGE.search(plan)] == []


@pytest.mark.parametrize("rows_known", [NEVER_ANALYSED, WHEN_EMPTY], ids=["never analysed", "analysed when empty"])
async def test_neither_way_of_a_start_reads_a_whole_table(
    cast: Cast, tmp_path: Path, rows_known: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "MANY", 10**9)
    await fill(cast, tmp_path)
    await forget(rows_known)
    with statements() as asked:
        await cast.start(cast.dan)
        await transaction(lambda: cast.start(cast.gary))  # the way with locks
    found = {text: values for text, values in asked if text.startswith(("WITH", "SELECT b.id AS b__id"))}
    assert {"WITH able", "WITH picked"} <= {text.split(" AS")[0] for text in found}
    for whole in (whole_tables, whole_indexes):
        assert [text for text, values in found.items() if await whole(text, values)] == []
    assert [(text, plan) for text, plan in await plans(found) if LARGE.search(plan)] == []


async def test_a_card_looks_at_no_contact_outside_its_bucket_however_well_the_planner_knows_them(
    cast: Cast, browse: Browser, tmp_path: Path
) -> None:
    """A join of the bucket's contacts became a look at all contacts for each card, once the tables were analysed; and one of
    those who went back, a look at all conversations."""
    await fill(cast, tmp_path)
    await cast.start(cast.amy)
    await many_go_back(cast.amy)
    await database.query("ANALYZE")
    amy = await browse(cast.amy)
    with statements() as asked:
        assert (await amy.get(f"/c/meyer/actions/{cast.action.id}/queue")).status_code == 200
    cards = {text: values for text, values in asked if text.startswith(CARD)}
    assert len(cards) == 2, "the one that is shown, and those behind it"
    assert [plan for _, plan in await plans(cards) if LARGE.search(plan)] == []


async def test_a_login_looks_for_its_rows_and_reads_no_table_of_some_pages_whole(cast: Cast, browse: Browser) -> None:
    """PostgreSQL takes up to seven pages for cheaper than one that it looks for."""
    await many_log_in()
    await database.query("ANALYZE")
    amy = await browse(cast.amy)
    with statements() as asked:
        assert (await amy.get("/c/meyer/badges", headers=PARTIAL)).status_code == 200
    logins = [(text, values) for text, values in asked if "FROM session" in text]
    assert logins
    for text, values in logins:
        assert re.findall(r"Seq Scan on (session|membership|user_account)", await explained(text, values, ())) == []


async def many_log_in() -> None:
    async def join() -> None:
        now, campaign = clock.now(), await Campaign.get(slug="meyer")
        people = [User(first_name="Ann", email=f"ann{n}@example.org", created_at=now) for n in range(300)]
        await User.bulk_create(people)
        joined = [
            Membership(campaign=campaign, user=user, joined_at=now) for user in await User.filter(first_name="Ann")
        ]
        await Membership.bulk_create(joined)

    await transaction(join)
    for user in await User.filter(first_name="Ann"):
        await Session.begin(user)


async def fill(cast: Cast, tmp_path: Path) -> None:
    rows = (f"(212) 555-{n:04},Lisa,Ng" for n in range(PEOPLE))
    job = await import_file(cast, write(tmp_path, "phone,first_name,last_name\n" + "\n".join(rows) + "\n"))
    people = await ContactList.get(id=job.contact_list_id)
    await transaction(lambda: cast.action.use_lists([cast.voters, people]))
    await cast.make()


async def many_go_back(member: Membership) -> None:
    """Every contact there is went back from this volunteer to the pool."""

    async def body() -> None:
        await database.query(
            "INSERT INTO assignment_event (conversation_id, from_user_id, how, to_staff, at)"
            f" SELECT id, {member.user_id}, 'return', false, {packed.mark('timestamptz')} FROM conversation",
            packed.sql_time(clock.now()),
        )

    await transaction(body)


async def forget(rows_known: int) -> None:
    async def body() -> None:
        for table in BIG:
            await database.query(f"DELETE FROM pg_statistic WHERE starelid = '{table}'::regclass")
            await database.query(
                f"UPDATE pg_class SET reltuples = {rows_known}, relpages = 0 WHERE oid = '{table}'::regclass"
            )

    await transaction(body)


async def plans(planned: dict[str, list[object]]) -> list[tuple[str, str]]:
    found = []
    for text, values in planned.items():
        rows = await database.rows(f"EXPLAIN {text}", f"EXPLAIN {database.numbered(text)}", values)
        found.append((text, "\n".join(row["QUERY PLAN"] for row in rows)))
    return found


KNOWN = "SELECT COUNT(*) AS n FROM pg_statistic s JOIN pg_class c ON c.oid = s.starelid WHERE c.relnamespace = 'public'::regnamespace"


@pytest.mark.postgres
@pytest.mark.parametrize("time", (1, 2))
async def test_a_test_of_plans_finds_tables_of_which_nothing_is_known(cast: Cast, time: int) -> None:
    """The second time too: the first has left statistics, and pages of rows that are gone."""
    assert (await database.query(KNOWN))[0]["n"] == 0
    [pages] = await database.query("SELECT pg_relation_size('contact') / 8192 AS n")
    assert pages["n"] == 1
    for n in range(200):
        await cast.add_contact(f"+1412555{3000 + n}", first_name="Mike", zip="15213")
    await database.query("ANALYZE contact")
    assert (await database.query(KNOWN))[0]["n"] > 0
