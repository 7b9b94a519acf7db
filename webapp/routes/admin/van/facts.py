"""Every fact on its way to VAN, with its state and VAN's answer; sent again by hand (SPEC B3)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException

from webapp import queue
from webapp.access import connections, finding
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.van import connection, matching, places, showing
from webapp.models.van.fact import NO_ID, STATES
from webapp.models.van.mapping import FIELD, OPT_OUT, TAG

KINDS = (TAG, FIELD, OPT_OUT)


@get("/van")
async def facts_page(
    request: Request, member: Membership, show: str = "", kind: str = "", van: int = 0, before: int = 0
) -> Response:
    only = await connections.van_of(member, van) if van else None
    wanted: dict[str, Any] = {
        "state": show if show in STATES else "",
        "kind": kind if kind in KINDS else "",
        "van": only.id if only else 0,
    }
    rows, more = await showing.page(member.campaign_id, **wanted, before=finding.row_id(before))
    bounds: dict[str, Any] = {"many": showing.MANY, "again": showing.AGAIN, "more": more}
    shown = await _shown(member)
    return page(request, "admin/van/facts.html", "admin/van/_facts.html", rows=rows, **wanted, **shown, **bounds)


async def _shown(member: Membership) -> dict[str, Any]:
    return {
        "connection": None,  # the page is about all VANs
        "places": await places.shown(member.campaign_id),
        "names_of_vans": await showing.names(member.campaign_id),
        "totals": await showing.totals(member.campaign_id),
    }


@post("/van/facts/{fact_id:int}/sending")
async def send_again(request: Request, member: Membership, fact_id: int) -> Response:
    fact = await connections.van_fact_of(member, fact_id)
    await showing.send_again(member, fact.id)
    await queue.send_to_van(member.campaign_id)
    return _to(request, member, fact.state)


@post("/van/facts/{fact_id:int}/found")
async def found_there(request: Request, member: Membership, fact_id: int) -> Response:
    """Staff looked: VAN has what was in doubt."""
    fact = await connections.van_fact_of(member, fact_id)
    await showing.is_there(member, fact.id)
    return _to(request, member, fact.state)


@post("/van/sendings")
async def send_all_again(request: Request, member: Membership) -> Response:
    """All facts of a state that the page shows: of one kind or VAN only where it was filtered so."""
    form = Form(await request.form())
    state, kind, van = (form.text(name, "", 10) for name in ("state", "kind", "van"))
    if state not in showing.AGAIN or kind not in ("", *KINDS) or not (van or "0").isdecimal():
        raise NotFoundException
    only = await connections.van_of(member, int(van)) if int(van or 0) else None
    await showing.send_all_again(member, state, kind, only.id if only else 0)
    await queue.send_to_van(member.campaign_id)
    return _to(request, member, "")


@post("/van/matching")
async def find_people(request: Request, member: Membership) -> Response:
    """Looks in VAN for those whose facts wait for a VAN ID."""
    if not await connection.of(member.campaign_id):
        raise NotFoundException
    await matching.ask(member)
    await queue.send_to_van(member.campaign_id)
    return _to(request, member, NO_ID)


def _to(request: Request, member: Membership, state: str) -> Response:
    query = f"?show={state}" if state else ""
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/van{query}")


HANDLERS = [facts_page, send_again, found_there, send_all_again, find_people]
