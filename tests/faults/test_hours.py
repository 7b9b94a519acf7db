"""The clock runs over the window's end, past midnight and a change of DST while volunteers text: nothing leaves outside."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.cast.waiting import until
from tests.faults.bank import Bank, open_bank
from tests.faults.bank.volunteer import Volunteer

pytestmark = pytest.mark.timeout(240)
NEW_YORK = ZoneInfo("America/New_York")
LATE = timedelta(
    seconds=6
)  # a claim is committed in time; its call begins within five seconds, and processes read the clock again each second
PEOPLE = 60


def set_clock(bank: Bank, at: datetime) -> None:
    fresh = bank.folder / "var" / "clock.new"
    fresh.write_text(repr((at - datetime.now(UTC)).total_seconds()))
    fresh.replace(bank.folder / "var" / "clock")


def local(day: tuple[int, int, int], hour: int, minute: int, second: int) -> datetime:
    return datetime(*day, hour, minute, second, tzinfo=NEW_YORK).astimezone(UTC)


async def nobody_leaves(bank: Bank, seconds: float) -> None:
    before = len(await bank.sent())
    await asyncio.sleep(seconds)
    assert len(await bank.sent()) == before, "a text left while the window was closed"


async def sent_more(bank: Bank, than: int) -> bool:
    return len(await bank.sent()) > than


@pytest.mark.parametrize(
    ("evening", "morning"),
    [((2026, 10, 31), (2026, 11, 1)), ((2027, 3, 13), (2027, 3, 14))],
    ids=["clocks-go-back", "clocks-go-forward"],
)
async def test_nothing_leaves_outside_the_hours_while_the_clock_runs_over_their_edges(
    db_url: str, tmp_path: Path, evening: tuple[int, int, int], morning: tuple[int, int, int]
) -> None:
    async with open_bank(tmp_path / "bank", db_url, PEOPLE, volunteers=2, bucket=50, rate=1) as (bank, made):
        set_clock(bank, local(evening, 20, 48, 0))
        bank.start_web()
        bank.start_worker()
        await until(bank.web_answers, 30)
        people = [Volunteer(bank, email) for email in made["emails"]]

        async def text(person: Volunteer) -> None:
            await person.log_in()
            await person.text_all(made["action"])

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(40):  # more is queued before nine than can leave, at a segment a second
                await asyncio.gather(*(text(person) for person in people))
        await until(lambda: sent_more(bank, 3), 20, 0.2)
        set_clock(bank, local(evening, 20, 58, 57))  # a text needs a minute of open window to leave
        await asyncio.sleep(6)
        await nobody_leaves(bank, 2)
        set_clock(bank, local(evening, 20, 59, 58))
        await nobody_leaves(bank, 3)
        evening_s = len(await bank.sent())
        assert 0 < evening_s < PEOPLE
        for at in (local(evening, 23, 59, 58), local(morning, 1, 59, 58), local(morning, 7, 58, 0)):
            set_clock(bank, at)
            await nobody_leaves(bank, 3)
        set_clock(bank, local(morning, 9, 0, 5))
        await asyncio.gather(*(person.text_all(made["action"]) for person in people))
        await until(lambda: sent_more(bank, evening_s), 30, 0.3)
        outside = [
            at for text in await bank.sent() if not open_at(at := datetime.fromtimestamp(text["created"], NEW_YORK))
        ]
        assert outside == []
        for person in people:
            await person.close()


def open_at(at: datetime) -> bool:
    return time(9) <= at.time() and (at - LATE).time() < time(21)
