"""A warning begins, goes on and ends with what carriers do, by number and by script's version (SPEC R7)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.cast import Cast
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.audit import AuditEvent
from webapp.models.actions.action import Action
from webapp.models.carriers import delivery, looking, showing
from webapp.models.carriers.delivery import Chosen, Delivered
from webapp.models.carriers.warning import CarrierWarning
from webapp.models.deliveries import DeliveryTally, hour_of
from webapp.models.numbers.number import change_number


async def left(
    cast: Cast, texts: int, code: int = 0, hours_ago: int = 0, script: int | None = None, number: int = 0
) -> None:
    """So many texts left with this outcome, by the number and with the script Hello, or by others."""
    where = {
        "campaign_id": cast.meyer.id,
        "hour": hour_of(clock.now() - timedelta(hours=hours_ago)),
        "number_id": number or cast.number.id,
        "action_id": cast.action.id,
        "script_id": cast.hello.id if script is None else script,
        "version": 1 if script is None else 0,
        "code": code,
    }
    delivered = 0 if code else texts
    await transaction(lambda: DeliveryTally.create(**where, texts=texts, delivered=delivered))  # type: ignore[arg-type]


@pytest.mark.both
async def test_a_rise_is_warned_of_once_goes_on_and_ends(cast: Cast) -> None:
    await left(cast, 900, hours_ago=30)
    await left(cast, 1, 30007, hours_ago=30)
    await left(cast, 70)
    assert await looking.look() == []
    await left(cast, 12, 30007)
    await left(cast, 3, 30004)
    begun = await looking.look()
    assert [(row.number_id, row.script_id, row.version) for row in begun] == [
        (cast.number.id, 0, 0),
        (0, cast.hello.id, 1),
    ]
    assert {(row.filtered, row.texts, row.filtered_before, row.texts_before, row.code) for row in begun} == {
        (15, 85, 1, 901, 30007)
    }
    await left(cast, 5, 30023)
    assert await looking.look() == [], "it goes on"
    assert [row.filtered for row in await CarrierWarning.standing(cast.meyer.id)] == [20, 20]
    assert await AuditEvent.filter(what="carriers.warned").count() == 2
    clock.freeze(clock.now() + timedelta(hours=4))
    assert await looking.look() == [] == await CarrierWarning.standing(cast.meyer.id), "nothing is sent any more"
    assert await CarrierWarning.filter(ended_at=clock.now()).count() == 2


@pytest.mark.both
async def test_two_workers_make_one_warning(cast: Cast) -> None:
    await left(cast, 50)
    await left(cast, 20, 30007)
    await asyncio.gather(looking.look(), looking.look())
    assert await CarrierWarning.all().count() == 2, "one of the number and one of the script"


@pytest.mark.both
async def test_only_what_runs_is_warned_of(cast: Cast) -> None:
    await left(cast, 50)
    await left(cast, 20, 30007)
    await left(cast, 50, 30007, script=0)  # typed words are no script
    await transaction(lambda: Action.filter(id=cast.action.id).update(archived_at=clock.now()))
    await change_number(cast.number, released_at=clock.now())
    assert await looking.look() == []


@pytest.mark.both
async def test_other_errors_and_other_campaigns_warn_nobody(cast: Cast) -> None:
    await left(cast, 50)
    await left(cast, 50, 30003)
    assert await looking.look() == []
    await left(cast, 50, 30007)
    await looking.look()
    assert await showing.standing(cast.ryan.id) == []
    [of_script] = await showing.standing(cast.meyer.id, cast.action)
    assert of_script.name == "script A of “Make a plan to vote”" and "change the words" in of_script.advice


@pytest.mark.both
async def test_the_page_s_sums_are_those_of_the_rows(cast: Cast) -> None:
    await left(cast, 80)
    await left(cast, 4, 30007, hours_ago=2)
    await left(cast, 6, 30003, hours_ago=25, script=0)
    await left(cast, 9, 30003, hours_ago=24 * 40)
    for action in (None, cast.action):
        day, week = Chosen(cast.meyer, action, 1), Chosen(cast.meyer, action, 7)
        total, errors = await delivery.by_error(week)
        assert total == Delivered(90, 80, 4, 6) and [(e.code, n) for e, n in errors] == [(30003, 6), (30007, 4)]
        assert (await delivery.by_error(day))[0] == Delivered(84, 80, 4, 0)
        assert [(row.id, d) for row, d in await delivery.by_number(week)] == [(cast.number.id, total)]
        version, typed = await delivery.by_version(week)
        assert version.script and (version.script.letter, version.words) == ("A", cast.hello.body)
        assert version.delivered == Delivered(84, 80, 4, 0)
        assert typed.script is None and typed.delivered == Delivered(6, 0, 0, 6)
        by_day = [(start.day, d.texts) for start, d in await delivery.over_time(week) if d.texts]
        assert by_day == [(24, 84), (23, 6)]
        assert [d.texts for _, d in await delivery.over_time(day)][:3] == [80, 0, 4]
    assert (await delivery.by_error(Chosen(cast.ryan, None, 30)))[0] == Delivered()
