"""Settings, API: tokens, made and ended by owners, and examples to copy (SPEC B6)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post

from webapp import config, words
from webapp.access import connections, finding, proving
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import OWNER, Membership
from webapp.models.api import token as tokens
from webapp.routes.admin.accounts import history
from webapp.routes.admin.api.examples import EXAMPLES
from webapp.rules.api import scopes
from webapp.words import later

WORDS = {
    scopes.CONTACTS_IN: later("Bring contacts and lists"),
    scopes.OPT_OUTS_IN: later("Bring opt-outs"),
    scopes.RESULTS: later("Read the figures of actions"),
    scopes.MESSAGES: later("Read texts"),
    scopes.REPORTS: later("Read reports"),
    scopes.OPT_OUTS: later("Read opt-outs"),
    scopes.PHONES: later("See whole phones in what it reads"),
}


@get("/settings/api")
async def tokens_page(request: Request, member: Membership) -> Response:
    return await _tokens(request, member, Form())


async def _tokens(request: Request, member: Membership, form: Form, status: int = 200, **shown: Any) -> Response:
    return page(
        request,
        "admin/api/tokens.html",
        status_code=status,
        form=form,
        by_owner=member.role == OWNER,
        tokens=await tokens.in_use(member.campaign_id),
        history=await history.of(member, "api_token"),
        scopes=[(scope, words.gettext(said)) for scope, said in WORDS.items()],
        examples=[(words.gettext(one.title), one.curl(_address(member))) for one in EXAMPLES],
        **{"made": None, "secret": "", **shown},
    )


def _address(member: Membership) -> str:
    return f"{config.settings().public_url}/api/v1/campaigns/{member.campaign.slug}"


@post("/settings/api/tokens", dependencies=proving.STAFF, status_code=200)
async def make_token(request: Request, member: Membership) -> Response:
    """The token stands on this answer, and nowhere else."""
    finding.owners_only(member)
    form = Form(await request.form())
    name, wanted = form.text("name", words.gettext("Name"), 80, required=True), form.many("scopes", scopes.SCOPES)
    if not set(wanted) - {scopes.PHONES}:
        form.wrong("scopes", words.gettext("Choose what the token may do."))
    if len(await tokens.in_use(member.campaign_id)) >= tokens.MOST:
        form.wrong("name", words.gettext("There are as many tokens as there may be. End one first."))
    if not form:
        return await _tokens(request, member, form, status=422)
    row, secret = await tokens.make(member, name, wanted)
    return await _tokens(request, member, Form(), made=row, secret=secret)


@post("/settings/api/tokens/{api_token_id:int}/end", dependencies=proving.STAFF)
async def end_token(request: Request, member: Membership, api_token_id: int) -> Response:
    finding.owners_only(member)
    await tokens.end(member, await connections.api_token_of(member, api_token_id))
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/settings/api")


HANDLERS = [tokens_page, make_token, end_token]
