"""People, carriers and admins do things in any order, and each number of the results is what SPEC's words say (R1 to R3)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.cast import Cast
from tests.cast.histories import ledger
from tests.cast.histories.carrier import CODES
from tests.cast.histories.crowd import Crowd
from tests.cast.histories.steps import OFTEN, RARELY
from webapp.models import kept_counts
from webapp.models.actions.action import Action
from webapp.models.contacts import search
from webapp.models.conversations.message import Message
from webapp.models.kept_counts import CodeTally, SafeguardHit, ScriptTally, Tally
from webapp.models.results import recount, results, view_reports
from webapp.rules import errors
from webapp.rules.contacts import contact_filter
from webapp.rules.contacts.contact_filter import Filter

STEPS = st.lists(st.sampled_from([*OFTEN * 2, *RARELY]), min_size=20, max_size=60)
BOXES = {"initials", "follow_ups", "responses", "reported", "reports", "opt_outs", "remaining", "needs_attention"}
BOXES |= {"twilio_errors", "carrier_filtering", "replied", "performs", "link_clicks"}
BUSY = [*OFTEN * 5, *["click", "claim", "start", "go_on", "open_link"] * 6, *["newcomer"] * 12, *RARELY]
OF_USERS = ("initials", "follow_ups", "reports", "needs_attention", "performs")


@pytest.mark.both
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, dice=st.randoms(use_true_random=False))
async def test_every_number_is_what_the_law_says(
    anew: Callable[[], Awaitable[Cast]], steps: list[str], dice: random.Random
) -> None:
    crowd = await Crowd.gather(await anew(), dice)
    for step in ["start", "click", "claim", *steps, "sweep"]:
        note(step)
        await crowd.does(step)
    assert await recount.differences() == []
    for action in crowd.actions:
        await agrees(action, await ledger.count(crowd, action.id))
        await every_number_leads_to_its_people(crowd.cast, action)


@pytest.mark.both
@pytest.mark.parametrize("seed", [2, 6])
async def test_after_a_long_night_every_number_is_what_the_law_says(cast: Cast, seed: int) -> None:
    """Plain dice: those of the histories above throw low, so that hardly a bucket is finished."""
    dice = random.Random(seed)
    crowd = await Crowd.gather(cast, dice)
    for step in [*dice.choices(BUSY, k=400), "sweep"]:
        await crowd.does(step)
    assert await recount.differences() == []
    there = Counter[str]()
    for action in crowd.actions:
        told = await ledger.count(crowd, action.id)
        await agrees(action, told)
        await every_number_leads_to_its_people(crowd.cast, action)
        there += told.boxes
    assert {"initials", "replied", "performs", "link_clicks"} <= there.keys()


@pytest.mark.both
async def test_every_code_is_in_the_one_box_of_its_class(cast: Cast) -> None:
    """All codes we know, and some that we don't, said by a status; those about a text by the call too."""
    crowd = await Crowd.gather(cast, random.Random(0), contacts=0)
    by_call = [code for code in CODES if code in errors.ABOUT_THE_TEXT]
    for n, (code, late) in enumerate([*((code, True) for code in CODES), *((code, False) for code in by_call)]):
        await cast.add_contact(f"+1412555{n + 2000}", first_name="C", zip="15213")
        await crowd.refused(code, late)
    assert await recount.differences() == []
    for action in crowd.actions:
        await agrees(action, await ledger.count(crowd, action.id))
    boxes = await kept_counts.totals(cast.action.id)
    assert min(boxes["twilio_errors"], boxes["carrier_filtering"], boxes["safeguards"]) >= 2


async def agrees(action: Action, told: ledger.Told) -> None:
    """The kept counts with the ledger."""
    totals = await kept_counts.totals(action.id)
    assert {box: totals[box] for box in BOXES} == {box: told.boxes[box] for box in BOXES}
    kept = Counter[tuple[int, str]]()
    for row in await Tally.filter(action_id=action.id):
        kept.update({(row.user_id, name): getattr(row, name) for name in OF_USERS})
    assert +kept == +told.by_user
    for (user_id, name), number in told.by_user.items():
        if name == "initials" and user_id:
            assert await search.count(action.campaign, Filter(action=action.id, box=name, sender=user_id)) == number
    hits = {(row.conversation_id, row.code) for row in await SafeguardHit.filter(action_id=action.id)}
    assert told.certain <= hits <= told.possible and totals["safeguards"] == len(hits)
    codes = Counter({row.code: 0 for row in await CodeTally.filter(action_id=action.id)})
    for code in await CodeTally.filter(action_id=action.id):
        codes[code.code] += code.number
    assert +codes == told.codes + Counter(code for _, code in hits)
    seen = await results.overview(action, totals)
    assert (seen.started, seen.completed, seen.performs) == (
        len(told.started),
        len(told.completed),
        told.boxes["performs"],
    )
    assert seen.sent_to >= seen.seen >= 0 and seen.sent_to >= seen.started >= seen.completed
    await agrees_on_scripts_and_reports(action, told)


async def agrees_on_scripts_and_reports(action: Action, told: ledger.Told) -> None:
    sent, answered = Counter[tuple[int, int]](), Counter[int]()
    for row in await ScriptTally.filter(action_id=action.id):
        sent[row.script_id, row.version] += row.sent
        answered[row.script_id] += row.answered
    assert +sent == told.by_script and +answered == told.answered
    found = await view_reports.totals(action)
    answers = {("field", title): sum(values.values()) for title, values in found.fields.items()}
    for title, number in found.typed.items():
        answers["field", title] = answers.get(("field", title), 0) + number
    assert answers | {("tag", tag): number for tag, number in found.tags.items()} == dict(told.answers)
    rows = await results.side_by_side(action)
    assert sum(row.sent for row in rows) == told.boxes["initials"]
    shown = Counter({(row.script.id, row.version): row.sent for row in rows})
    assert +shown == Counter({key: told.by_script[key] for key in shown if told.by_script[key]})


async def every_number_leads_to_its_people(cast: Cast, action: Action) -> None:
    """The link under a number finds the people it counts: a number of people as many, a number of texts whoever got them."""
    totals, found = await kept_counts.totals(action.id), dict[str, int]()
    for box in contact_filter.BOXES:
        found[box] = await search.count(cast.meyer, Filter(action=action.id, box=box))
        page = await search.page(cast.meyer, Filter(action=action.id, box=box))
        assert len(page.contacts) == found[box] and (found[box] > 0) == (totals[box] > 0), box
    one_each = ("initials", "remaining", "reported", "opt_outs")
    assert {box: found[box] for box in one_each} == {box: totals[box] for box in one_each}
    for told, number in await results.by_code(action):
        people = await search.count(cast.meyer, Filter(action=action.id, code=told.code))
        assert 0 < people <= number and (people == number or told.kind != "safeguard")
    texted = await Message.filter(action_id=action.id, direction="out", status="taken")
    assert found["follow_ups"] == len({m.contact_id for m in texted if m.kind != "initial"})
