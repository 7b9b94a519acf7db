"""The Share tab of an opt-in form, who signed up by it, and who referred whom (SPEC B1, B2)."""

from __future__ import annotations

import segno
from litestar import Request, Response, get

from webapp.access import finding
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.links import links, ready_links
from webapp.models.opt_in_forms.form import OptInForm
from webapp.models.opt_in_forms.sign_up import Consent, SignUp
from webapp.models.opt_ins import people


@get("/opt-ins/{opt_in_id:int}/share")
async def share_page(request: Request, member: Membership, opt_in_id: int) -> Response:
    its = await finding.opt_in_of(member, opt_in_id)
    link = await ready_links.of(member.campaign_id, ready_links.OPT_IN, its.id)
    counted = await links.counted(member.campaign)
    return page(
        request,
        "admin/opt_ins/share.html",
        its=its,
        link=link,
        in_script=ready_links.in_script(link.slug) if link else "",
        clicks=counted.get(link.id, links.Clicks()) if link else None,
        qr=segno.make(its.address).svg_data_uri(scale=5, dark="#17150f", light="#fffdf8"),
    )


@get("/opt-ins/{opt_in_id:int}/people")
async def sign_ups_page(request: Request, member: Membership, opt_in_id: int, before: int = 0) -> Response:
    its = await finding.opt_in_of(member, opt_in_id)
    rows = await people.newest(its, finding.row_id(before))
    asks = await people.asks(rows)
    shown = [(row, asks.get(row.asked_id or 0)) for row in rows[: people.PAGE]]
    return page(
        request,
        "admin/opt_ins/people.html",
        its=its,
        rows=[(row, people.state(row, ask), people.why(row, ask)) for row, ask in shown],
        more=len(rows) > people.PAGE,
        counts=(await people.counts([its.id]))[its.id],
    )


@get("/opt-ins/{opt_in_id:int}/referrals")
async def referrals_page(request: Request, member: Membership, opt_in_id: int, after: int = 0) -> Response:
    return await _tree(request, await finding.opt_in_of(member, opt_in_id), None, finding.row_id(after))


@get("/opt-ins/{opt_in_id:int}/people/{sign_up_id:int}")
async def sign_up_page(
    request: Request, member: Membership, opt_in_id: int, sign_up_id: int, after: int = 0
) -> Response:
    """One person: what they agreed to, who referred them, and whom they referred."""
    its = await finding.opt_in_of(member, opt_in_id)
    return await _tree(request, its, await finding.sign_up_of(its, sign_up_id), finding.row_id(after))


async def _tree(request: Request, its: OptInForm, row: SignUp | None, after: int) -> Response:
    """Below one person, or from the top."""
    below = await people.branches(its, row, after)
    return page(
        request,
        "admin/opt_ins/referrals.html",
        its=its,
        top=await people.branch(row) if row else None,
        path_to=await people.path_to(row) if row else [],
        rows=below[: people.PAGE],
        more=len(below) > people.PAGE,
        counts=(await people.counts([its.id]))[its.id],
        consents=await Consent.filter(sign_up=row).order_by("id").limit(20) if row else [],
    )


HANDLERS = [share_page, sign_ups_page, referrals_page, sign_up_page]
