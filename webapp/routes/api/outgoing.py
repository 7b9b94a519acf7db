"""Data that a program reads: results, texts, reports and opt-outs, page by page from the id it has already (SPEC B6)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, TypeVar

import msgspec
from litestar import Request, get
from litestar.params import Parameter

from webapp import clock
from webapp.access import api as asking
from webapp.access.finding import row_id
from webapp.models import kept_counts
from webapp.models.actions.action import Action
from webapp.models.api import giving_out
from webapp.models.contacts.lists import ContactList
from webapp.models.results import results
from webapp.routes.api import shapes
from webapp.routes.problems import Problem
from webapp.rules.api import scopes

P = TypeVar("P")
After = Annotated[int, Parameter(ge=0, description="The `next` of the page before; 0 for the first.")]
Most = Annotated[int, Parameter(ge=1, le=500, description="Rows of a page.")]


@get("/", opt={})
async def campaign(request: Request) -> shapes.CampaignOut:
    """Which campaign the token is of, and what it may do."""
    token = asking.token_of(request)
    return shapes.CampaignOut(token.campaign.name, token.campaign.slug, token.campaign.timezone, token.scopes)


@get("/lists", opt={"scope": scopes.CONTACTS_IN})
async def lists(request: Request) -> shapes.Lists:
    """Contact lists in use."""
    token = asking.token_of(request)
    found = await ContactList.filter(campaign_id=token.campaign_id, archived_at=None).order_by("id")
    return shapes.Lists([shapes.ListOut(row.id, row.name, row.size) for row in found])


@get("/actions", opt={"scope": scopes.RESULTS})
async def actions(request: Request) -> shapes.Actions:
    """All actions, archived ones too."""
    token = asking.token_of(request)
    found = await Action.filter(campaign_id=token.campaign_id, of_opt_in=False).order_by("id")
    return shapes.Actions([_action(row) for row in found])


def _action(row: Action) -> shapes.ActionOut:
    state = "archived" if row.archived_at else "paused" if row.paused_at else row.state
    return shapes.ActionOut(row.id, row.title, state)


@get("/actions/{action_id:int}/results", opt={"scope": scopes.RESULTS})
async def action_results(request: Request, action_id: int) -> shapes.ResultsOut:
    """The figures of View Results, as they are now."""
    action = await asking.action_of(asking.token_of(request), action_id)
    counted = await kept_counts.totals(action.id)
    users = asdict(await results.overview(action, counted))
    counts = {name: counted[name] for name in kept_counts.COLUMNS if name not in users}
    return shapes.ResultsOut(_action(action), clock.now().isoformat(), users, counts)


@get("/messages", opt={"scope": scopes.MESSAGES})
async def messages(request: Request, after: After = 0, limit: Most = 100) -> shapes.Messages:
    """Texts of both directions, oldest first. The carrier's report on a text comes later: ask for the text again, or take a
    webhook."""
    token = asking.token_of(request)
    return _page(await giving_out.messages(token.campaign, row_id(after), limit, token.scopes), shapes.Messages)


@get("/messages/{message_id:int}", opt={"scope": scopes.MESSAGES})
async def message(request: Request, message_id: int) -> shapes.MessageOut:
    """One text as it is now."""
    token = asking.token_of(request)
    found = await giving_out.message(token.campaign, row_id(message_id), token.scopes)
    if found is None:
        raise Problem(404, "There is no such text in this campaign.")
    return msgspec.convert(found, shapes.MessageOut)


@get("/reports", opt={"scope": scopes.REPORTS})
async def reports(request: Request, after: After = 0, limit: Most = 100) -> shapes.Reports:
    """Reports as they were filed, oldest first. Of one conversation the newest counts."""
    token = asking.token_of(request)
    return _page(await giving_out.reports(token.campaign, row_id(after), limit, token.scopes), shapes.Reports)


@get("/opt-outs", opt={"scope": scopes.OPT_OUTS})
async def opt_outs(request: Request, after: After = 0, limit: Most = 100) -> shapes.OptOuts:
    """Phones that are never texted again, oldest first."""
    token = asking.token_of(request)
    return _page(await giving_out.opt_outs(token.campaign, row_id(after), limit, token.scopes), shapes.OptOuts)


def _page(found: giving_out.Page, shape: type[P]) -> P:
    return msgspec.convert({"items": found.rows, "next": found.after, "more": found.more}, shape)


HANDLERS = [campaign, lists, actions, action_results, messages, message, reports, opt_outs]
