"""The audit log is written by every change, read by staff, and changed by nobody (SPEC B4)."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from tests.cast import PASSWORD, Cast
from tests.cast.site import OFFICE, Browser, here
from webapp import clock, database
from webapp.database import transaction
from webapp.models.accounts import audit, passwords
from webapp.models.accounts.audit import AuditEvent
from webapp.models.bulk.job import KINDS
from webapp.routes.admin.accounts.audit_words import GROUPS, SAID

PAGE = OFFICE + "/audit"
WEBAPP = Path(__file__).parents[4] / "webapp"
VERBS = {"record", "note", "_note", "_save", "with_saver"}


@pytest.mark.both
async def test_the_log_says_who_did_what_to_what_and_from_where(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await gary.post(here(cast) + "/pause")
    page = (await gary.get(PAGE)).text
    assert "Gary Walsh" in page and "paused the action" in page and cast.action.title in page and "127.0.0.1" in page
    assert (await AuditEvent.get(what="action.paused")).origin == "127.0.0.1"


@pytest.mark.both
async def test_it_is_filtered_by_name_person_kind_and_day(cast: Cast, browse: Browser) -> None:
    gary, selina = await browse(cast.gary), await browse(cast.selina)
    await gary.post(here(cast) + "/pause")
    await selina.post(OFFICE + "/stop")
    today = cast.meyer.local(clock.now()).date().isoformat()
    for query, paused, stopped in (
        (f"q={cast.action.title[:3]}", True, False),
        (f"user={cast.selina.user_id}", False, True),
        ("group=action", True, False),
        ("group=campaign", False, True),
        (f"since={today}", True, True),
        ("since=2099-01-01", False, False),
        ("until=2000-01-01", False, False),
        ("user=system", False, False),
        ("user=x&group=nothing&since=never&before=-3", True, True),
    ):
        page = (await gary.get(f"{PAGE}?{query}")).text
        assert ("paused the action" in page, "stopped everything" in page) == (paused, stopped), query


@pytest.mark.both
async def test_a_day_of_the_filter_is_the_campaign_s_and_not_utc_s(cast: Cast, browse: Browser) -> None:
    clock.freeze(datetime(2026, 11, 25, 4, 30, tzinfo=UTC))  # half past eleven in New York, the day before
    gary = await browse(cast.gary)
    await gary.post(here(cast) + "/pause")
    for query, shown in (
        ("since=2026-11-24&until=2026-11-24", True),
        ("since=2026-11-25", False),
        ("until=2026-11-23", False),
    ):
        assert ("paused the action" in (await gary.get(f"{PAGE}?{query}")).text) is shown, query


@pytest.mark.both
async def test_older_entries_are_on_the_next_page(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)

    async def many() -> None:
        for n in range(130):
            await audit.note(cast.meyer, cast.gary.user, "tag.created", audit.NOTHING, f"Tag {n}")

    await transaction(many)
    first = (await gary.get(PAGE)).text
    assert "Tag 129<" in first and "Tag 0<" not in first
    older = first.split("before=")[1].split('"')[0]
    assert "Tag 0<" in (await gary.get(f"{PAGE}?before={older}")).text


@pytest.mark.both
async def test_the_database_changes_and_removes_no_entry(cast: Cast) -> None:
    await transaction(lambda: audit.note(cast.meyer, None, "tag.created", {"tag": 1}, "One"))
    for statement in ("UPDATE audit_event SET subject = 'Other' RETURNING id", "DELETE FROM audit_event RETURNING id"):
        with pytest.raises((IntegrityError, OperationalError, Exception), match="audit log can not be"):
            await transaction(lambda: database.query(statement))  # noqa: B023
    assert (await AuditEvent.get()).subject == "One"


async def test_log_ins_of_staff_are_in_it_and_those_of_volunteers_are_not(cast: Cast, browse: Browser) -> None:
    for who in (cast.gary, cast.amy):
        await passwords.set_password(who.user, await passwords.hashed(PASSWORD))
        await (await browse()).post("/login", data={"email": who.user.email, "password": PASSWORD})
    [entry] = await AuditEvent.filter(what="user.logged_in").select_related("user")
    assert entry.user == cast.gary.user and entry.origin == "127.0.0.1"


async def test_it_is_exported_by_those_who_may(cast: Cast, browse: Browser) -> None:
    gary, selina = await browse(cast.gary), await browse(cast.selina)
    await gary.post(here(cast) + "/pause")
    file = await selina.get(OFFICE + "/audit.csv?group=action")
    assert file.status_code == 200 and "action.paused" in file.text and "user.logged_in" not in file.text
    assert (await gary.get(OFFICE + "/audit.csv")).status_code == 404


async def test_another_campaign_s_entries_are_not_in_it(cast: Cast, browse: Browser) -> None:
    await (await browse(cast.gary)).post(here(cast) + "/pause")
    assert "paused the action" not in (await (await browse(cast.jonah)).get("/c/ryan/admin/audit")).text


def test_every_entry_the_code_makes_has_its_words() -> None:
    made = {f"contacts.{kind}" for kind in KINDS}
    for path in WEBAPP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            called = node.func if isinstance(node, ast.Call) else None
            name = getattr(called, "attr", getattr(called, "id", ""))
            if name in VERBS and isinstance(node, ast.Call):
                made |= {
                    a.value
                    for a in node.args
                    if isinstance(a, ast.Constant)
                    and isinstance(a.value, str)
                    and "." in a.value
                    and " " not in a.value
                }
    assert len(made) > 70
    assert sorted(made - SAID.keys()) == []
    assert {what.split(".")[0] for what in made} - GROUPS.keys() <= {"scripts", "numbers", "opt_outs", "setup"} | {
        "round_trip",
        "join_code",
    }
