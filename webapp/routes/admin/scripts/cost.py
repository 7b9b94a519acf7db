"""The cost of a script, or of all first texts of an action, over the whole list (SPEC A6)."""

from __future__ import annotations

from dataclasses import replace

from litestar import Request, Response, get, post

from webapp import queue
from webapp.access import finding, troubles
from webapp.http import bounded
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.numbers import choice
from webapp.models.scripts import cost
from webapp.models.scripts.cost import ScriptCost
from webapp.routes.admin.scripts.pictures import LARGEST
from webapp.routes.admin.scripts.previews import NEW, Written, stored, written_in

AT_ONCE = 0.25  # seconds of a request spent on counting; a worker goes on


@post("/actions/{action_id:int}/script-costs", request_max_body_size=LARGEST, opt=bounded.MANY_FIELDS)
async def count_script(request: Request, member: Membership, action_id: int) -> Response:
    action, form = await finding.action_of(member, action_id), Form(await request.form())
    written = await written_in(action, form)
    return await _script_cost(request, action, await _cost_of(action, member, written), written.place)


async def _cost_of(action: Action, member: Membership, written: Written) -> ScriptCost:
    found, new = await cost.begin(action, member.user, written.body, written.picture is not None, written.place)
    if new and await cost.run(found.id, AT_ONCE):
        await queue.run_cost(found.id)
    return await finding.script_cost_of(action, found.id)


@get("/actions/{action_id:int}/script-costs/{cost_id:int}")
async def script_cost(request: Request, member: Membership, action_id: int, cost_id: int) -> Response:
    """The page asks again until the count is over."""
    action = await finding.action_of(member, action_id)
    found = await finding.script_cost_of(action, cost_id)
    return await _script_cost(request, action, found, _place(request.query_params.get("place", found.place)))


def _place(asked: str) -> str:
    return asked if asked in NEW or (asked.isdecimal() and len(asked) < 10) else ""


async def _script_cost(request: Request, action: Action, found: ScriptCost, place: str) -> Response:
    """``place``: the editor that asks; another editor may have had the same text counted."""
    response = NEW.get(place) == RESPONSE or (
        place.isdecimal() and await Script.exists(id=int(place), action=action, kind=RESPONSE)
    )
    return page(
        request,
        "admin/scripts/script_cost.html",
        "admin/scripts/_script_cost.html",
        action=action,
        cost=found,
        place=place,
        kind=RESPONSE if response else INITIAL,
        people=await cost.people_of(found),
    )


@get("/actions/{action_id:int}/cost")
async def action_cost(request: Request, member: Membership, action_id: int) -> Response:
    """Everyone gets one of the initial scripts: the mean of the scripts' costs."""
    action = await finding.action_of(member, action_id)
    scripts = await Script.of(action, INITIAL)
    written = [stored(script) for script in scripts]
    costs = [await _cost_of(action, member, replace(one, place=f"cost-{one.place}")) for one in written]
    return await _action_cost(request, member, action, costs, [script.letter for script in scripts])


async def _action_cost(
    request: Request, member: Membership, action: Action, costs: list[ScriptCost], letters: list[str]
) -> Response:
    scripts, stopped = max(len(costs), 1), troubles.stop(await troubles.of(member.campaign))
    return page(
        request,
        "admin/scripts/action_cost.html",
        "admin/scripts/_action_cost.html",
        action=action,
        script_costs=costs,
        letters=letters,
        price=sum(one.price(member.campaign) for one in costs) // scripts,
        forecast=await choice.done_at(member.campaign, sum(one.segments for one in costs) / scripts, stopped),
        people=max((one.people for one in costs), default=0),
        counting=not all(one.over for one in costs),
    )


HANDLERS = [count_script, script_cost, action_cost]
