"""Limits of a draft by language and place, and the campaign's list of ZIPs and districts (SPEC A9)."""

from __future__ import annotations

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile

from webapp import words
from webapp.access import finding
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.actions import limit_settings
from webapp.models.actions.limit_settings import Report
from webapp.routes.admin.actions.publication import publication
from webapp.rules.actions import limits

LARGEST = 10_000_000  # bytes of a file of districts
MOST = 500  # places of an action


@post("/actions/{action_id:int}/limits")
async def save_limits(request: Request, member: Membership, action_id: int) -> Response:
    action, form = await finding.action_of(member, action_id), Form(await request.form())
    language = form.choice("language", words.gettext("Language"), ("", *words.LANGUAGES))
    areas = await _areas(form, member)
    if form and not await limit_settings.save(action, language, areas, member):
        form.wrong("language", words.gettext("This action is published, so its limits stay as they are."))
    if not form:
        return await publication(request, member, action, form, status=422)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{action.id}/publication")


async def _areas(form: Form, member: Membership) -> list[tuple[str, str]]:
    states = _known(form, "states", limits.state, words.gettext("“%(name)s” is no state."), ",")
    counties = _known(
        form,
        "counties",
        limits.county,
        words.gettext("“%(name)s” is no county. Write it as Allegheny County, PA."),
        ";",
    )
    districts = [" ".join(line.split()) for line in _lines(form, "districts", ";")]
    for name in await limit_settings.unknown_districts(member.campaign_id, districts):
        form.wrong("districts", words.gettext("“%(name)s” is in no list of districts.", name=name[:60]))
    places = [(limits.STATE, one) for one in states] + [(limits.COUNTY, one) for one in counties]
    places += [(limits.DISTRICT, one) for one in districts]
    if len(places) > MOST:
        form.wrong("districts", words.gettext("An action has at most 500 places."))
    return places


def _known(form: Form, name: str, find: limits.Find, wrong: str, between: str) -> list[str]:
    found = [(line, find(line)) for line in _lines(form, name, between)]
    for line, value in found:
        if not value:
            form.wrong(name, wrong % {"name": line[:60]})
    return [value for _, value in found if value]


def _lines(form: Form, name: str, between: str) -> list[str]:
    """One a line; a line may hold several, with ``between`` between them."""
    typed = form.long_text(name, words.gettext("Places"), 10_000).replace(between, "\n")
    return list(dict.fromkeys(line.strip() for line in typed.split("\n") if line.strip()))


@get("/districts")
async def districts_page(request: Request, member: Membership) -> Response:
    return await _districts(request, member, None)


@post("/districts", request_max_body_size=LARGEST)
async def upload_districts(request: Request, member: Membership) -> Response:
    file = (await request.form()).get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return await _districts(request, member, Report(words.gettext("No file was chosen.")), 422)
    report = await limit_settings.take_districts(await file.read(), member)
    return await _districts(request, member, report, 422 if report.error else 200)


async def _districts(request: Request, member: Membership, report: Report | None, status: int = 200) -> Response:
    known = await limit_settings.districts(member.campaign_id)
    return page(request, "admin/actions/districts.html", status_code=status, districts=known, report=report)


HANDLERS = [save_limits, districts_page, upload_districts]
