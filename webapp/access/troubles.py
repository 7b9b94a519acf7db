"""Gathers what the office is told about trouble with sending and publishing (rules/trouble.py)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from webapp import clock, database, queue
from webapp.models import writing
from webapp.models.accounts.campaign import Campaign
from webapp.models.carriers import showing
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_outs import bounds
from webapp.models.outcomes import outages
from webapp.models.results import operations, seldom
from webapp.models.scripts import scheduling
from webapp.rules import trouble
from webapp.rules.carriers import told
from webapp.rules.trouble import State, Trouble


async def shared(campaign: Campaign, all_of_it: bool = False) -> dict[str, Any]:
    """For every page of the office: the troubles, the worst first, and how many texts wait. ``all_of_it``: numbers that
    wait by themselves too. Where nothing is wrong, a page reads no row for this."""
    troubles = await of(campaign, all_of_it)
    waiting = sum(q.texts for q in await operations.queues(campaign)) if troubles else 0
    return {"troubles": troubles, "texts_waiting": waiting}


def stop(troubles: Iterable[Trouble]) -> bool:
    """Does one of them keep every text from leaving?"""
    return any(one.stops for one in troubles)


async def of(campaign: Campaign, all_of_it: bool = False) -> list[Trouble]:
    signs, wrote, now = await queue.signs(), await writing.tried(writing.SELDOM), clock.now()
    waits = (
        [n for n in await PhoneNumber.filter(campaign=campaign, released_at=None) if n.held_until] if all_of_it else []
    )
    held = [n.held_until for n in waits if n.held_until and n.held_until > now]
    state = State(
        stopped_at=campaign.stopped_at,
        stopped_code=campaign.stopped_code,
        failing_since=campaign.failing_since,
        failure=campaign.failure,
        out=campaign.failures >= outages.FEW,
        tries_at=campaign.rests_until if campaign.rest(now) else None,
        held=len(held),
        held_until=max(held, default=None),
        worker=signs.worker,
        valkey=signs.valkey,
        valkey_refuses=trouble.refused_by_valkey(signs.refuses),
        database=wrote.database,
        files=wrote.files,
        ahead=signs.ahead,
        own_clock=database.dialect() == "sqlite",
        jumped=signs.jumped,
        **await _seldom(campaign),
    )
    return trouble.found(state)


async def _seldom(campaign: Campaign) -> dict[str, Any]:
    there_is = await seldom.there_is(campaign.id)
    missed = await scheduling.missed(campaign.id) if there_is["missed"] else []
    paused = await bounds.paused(campaign.id) if there_is["paused"] else []
    filtering = await showing.standing(campaign.id) if there_is["filtering"] else []
    return {
        "missed": tuple((a.id, a.title, a.missed_why.split("\n")[0]) for a in missed),
        "paused": tuple((m.id, m.user.name) for m in paused),
        "filtering": tuple(_filtering(one) for one in filtering),
    }


def _filtering(one: showing.Standing) -> Trouble:
    row = one.warning
    return told.trouble(one.name, row.lately, row.before, one.advice, row.begun_at, one.page)
