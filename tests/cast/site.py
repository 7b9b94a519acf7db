"""The site as tests ask it: browsers of the cast, every route with ids of Meyer's, the audit log."""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from litestar import Litestar

from tests.cast import PASSWORD, Cast, drawn
from tests.cast.bulk import finish
from tests.cast.exporting import finish_export
from tests.cast.lists import take_all
from tests.cast.opt_ins import make_form, signs_up
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts import teams
from webapp.models.accounts.audit import AuditEvent
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership
from webapp.models.actions import pictures
from webapp.models.actions.action import Action
from webapp.models.actions.pictures import Picture
from webapp.models.actions.script import RESPONSE, Script
from webapp.models.api import token as tokens
from webapp.models.bulk import slices
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.exports import schedules
from webapp.models.hooks import endpoint
from webapp.models.hooks.event import HookEvent
from webapp.models.imports import importing
from webapp.models.joining.invites import Invite
from webapp.models.links.links import CustomLink
from webapp.models.logins.passkeys import Passkey
from webapp.models.nightly import plan
from webapp.models.notices import telling
from webapp.models.receiving import media
from webapp.models.scripts import cost
from webapp.models.sending.click import Queued
from webapp.models.sharing import sharing
from webapp.models.sharing.sharing import OptOutSharing
from webapp.models.van.fact import VanFact
from webapp.models.van_lists import loading
from webapp.models.van_lists.listed import VanList
from webapp.rules.api import scopes
from webapp.rules.hooks import events

Browser = Callable[..., Awaitable[httpx.AsyncClient]]
OFFICE = "/c/meyer/admin"
# Browsers of people, as they say who they are
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36"
IN_APP = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/21E219 [FBAN/FBIOS;FBAV/457.0.0.40.110]"
FINE = "Hi ##{{first_name}}, it's ##{{user.first_name}} with Meyer for Senate. Vote? Reply STOP to opt out."
# Somebody new at the sign-up of Meyer's
JOIN = {
    "code": "482913",
    "first_name": "Carmen",
    "last_name": "Villarreal",
    "phone": "412-555-0166",
    "email": "Carmen@example.org",
    "password": PASSWORD,
    "zip": "16503",
    "language": "es",
}
PARTIAL = {"hx-request": "true", "hx-request-type": "partial"}


def over_asgi(site: Litestar, raise_errors: bool = False) -> httpx.ASGITransport:
    """Straight into the site, without a port."""
    application: Any = site  # Litestar's types of ASGI are narrower than httpx's
    return httpx.ASGITransport(application, raise_app_exceptions=raise_errors)


async def audited(what: str) -> int:
    """How often it is in the audit log."""
    return await AuditEvent.filter(what=what).count()


def campaign_routes(app: Litestar) -> list[tuple[str, str]]:
    """(method, path) of everything inside a campaign."""
    found = [
        (method, route.path_format)
        for route in app.routes
        if route.path_format.startswith("/c/{slug")
        for method in getattr(route, "methods", ())
        if method in ("GET", "POST")
    ]
    assert len(found) > 60
    return sorted(found)


def fill(path: str, names: dict[str, str], slug: str) -> str:
    filled = re.sub(r"\{(\w+)(:\w+)?\}", lambda m: slug if m[1] == "slug" else names[m[1]], path)
    assert "{" not in filled
    return filled


async def ask(client: httpx.AsyncClient, method: str, path: str) -> httpx.Response:
    return await client.request(method, path, data={} if method == "POST" else None)


async def ids(cast: Cast, folder: Path) -> dict[str, str]:
    """One row of Meyer's for each name in a path."""
    await cast.start(cast.amy)
    outcome = await cast.click(cast.amy)
    assert isinstance(outcome, Queued)
    (folder / "x.csv").write_text("phone\n2125550123\n")
    job = await importing.begin(cast.meyer, "Other", folder / "x.csv", "x.csv", None)
    await take_all(job.id)
    await transaction(lambda: Membership.filter(id=cast.gary.id).update(may_export=True))
    work = await slices.begin(cast.meyer, cast.gary.user, "opt_out", [0], {})
    await finish(work.id)
    may_export = await Membership.get(id=cast.gary.id).select_related("user", "campaign")
    schedule, exported = await schedules.start(may_export, "contacts", "csv", {}, "", "daily")
    await finish_export(exported.id)
    group = await teams.create_list("Texters", cast.gary)
    await Invite.make("volunteer", "", cast.gary)
    picture = await pictures.take_in(cast.meyer, drawn())
    assert isinstance(picture, Picture)
    link = await make_link(cast)
    action = await Action.get(id=cast.action.id).select_related("campaign")
    measure, _ = await cost.begin(action, cast.gary.user, "Hello", picture=False)
    assert measure
    came = await transaction(lambda: media.Media.create(message=outcome.message, url="https://api.twilio.com/x"))
    await media.keep(came, drawn())
    notice = await telling.begin(
        cast.gary, telling.Words("message", "Tonight", "At six"), [cast.amy.id], "Amy", uuid.uuid4()
    )
    await telling.note(notice.id, [telling.Told(one.id) for one in await telling.claim(notice.id, 1)])
    form = await make_form(cast)
    signed = await signs_up(form)
    assert signed
    fact = await transaction(
        lambda: VanFact.create(campaign_id=cast.meyer.id, contact_id=cast.lisa.id, kind="opt_out", value="x")
    )
    await sharing.say(cast.selina, "ryan")
    hook, _ = await endpoint.make(cast.selina, "https://data.example.org/", list(events.KINDS), False)
    event = await transaction(
        lambda: HookEvent.create(endpoint_id=hook.id, campaign_id=cast.meyer.id, kind=events.SENT, subject_id=0)
    )
    nightly = await plan.make(cast.gary, "https://data.example.org/x.csv", "data.example.org", "Nightly", 3)
    saved = await transaction(
        lambda: VanList.create(campaign_id=cast.meyer.id, van=0, saved_list_id=9_001, name="GOTV", people=3)
    )
    return {
        "topic": "queue",
        "screen": "contacts",
        "prepared": "get-out-the-vote",
        "card": "1",
        "van_list_id": str(saved.id),
        "load_id": str((await loading.start(cast.gary, saved)).id),
        "fact_id": str(fact.id),
        "hook_id": str(hook.id),
        "sharing_id": str((await OptOutSharing.get()).id),
        "nightly_id": str(nightly.id),
        "event_id": str(event.id),
        "api_token_id": str((await tokens.make(cast.selina, "Data desk", list(scopes.SCOPES)))[0].id),
        "opt_in_id": str(form.id),
        "sign_up_id": str(signed.id),
        "notice_id": str(notice.id),
        "media_id": str(came.id),
        "number_id": str(cast.number.id),
        "picture_id": str(picture.id),
        "link_id": str(link.id),
        "cost_id": str(measure.id),
        "job_id": str(work.id),
        "export_id": str(exported.id),
        "schedule_id": str(schedule.id),
        "user_list_id": str(group.id),
        "invite_id": str((await Invite.get()).id),
        "tag_id": str((await Tag.get(slug="will_vote", campaign=cast.meyer)).id),
        "field_id": str((await CustomField.get(slug="notes", campaign=cast.meyer)).id),
        "action_id": str(cast.action.id),
        "conversation_id": str(outcome.message.conversation_id),
        "message_id": str(outcome.message.id),
        "script_id": str(cast.hello.id),
        "import_id": str(job.id),
        "list_id": str(cast.voters.id),
        "contact_id": str(cast.lisa.id),
        "member_id": str(cast.dan.id),
        "passkey_id": str((await Passkey.add(cast.dan.user, "Phone", "id", "key", 0)).id),
        "session_id": str(await _session_of(cast.dan)),
    }


async def _session_of(member: Membership) -> int:
    await Session.begin(member.user)
    return (await Session.filter(user_id=member.user_id).order_by("-id"))[0].id


async def make_link(cast: Cast) -> CustomLink:
    """The custom link 'plan' of Meyer's."""
    return await transaction(
        lambda: CustomLink.create(
            campaign=cast.meyer, slug="plan", title="Plan", url="https://a.example/", created_at=clock.now()
        )
    )


def form_of(text: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes to ``action``."""
    found = re.search(rf'<form[^>]*action="{action}".*?</form>', text, re.S)
    assert found, f"no form to {action}"
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[0]))


async def make_action(gary: httpx.AsyncClient, cast: Cast) -> int:
    """A draft over Meyer's voters, made by its form."""
    answer = await gary.post(
        OFFICE + "/actions",
        data={
            "title": "Ballot cure",
            "lists": str(cast.voters.id),
            "description": "d",
            "instructions": "i",
            "ends_on": "",
        },
    )
    return int(re.search(r"/actions/(\d+)/scripts", answer.headers["location"])[1])  # type: ignore[index]


def here(cast: Cast) -> str:
    """The office's pages of the action."""
    return f"/c/meyer/admin/actions/{cast.action.id}"


async def begin_work(gary: httpx.AsyncClient, kind: str, **form: str | list[str]) -> httpx.Response:
    """Work on all the form finds, begun by its form."""
    return await gary.post(OFFICE + "/contacts/bulk", data={"kind": kind, "scope": "all", **form})


async def add_response(cast: Cast, name: str) -> Script:
    made = Script(action=cast.action, kind=RESPONSE, name=name, body=f"{name}, ##{{{{first_name}}}}", position=9)
    await transaction(made.save)
    return made


def figures_of(page: str) -> dict[str, str]:
    """The numbers of a page, by their words."""
    return dict(re.findall(r"<dt>([^<]+)</dt>\s*<dd>(?:<a [^>]+>)?([\d,]+)(?:</a>)?</dd>", page))
