"""The page of an action's scripts, and its preview while someone writes (SPEC A2 to A7)."""

from __future__ import annotations

import uuid
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any

from litestar import Request, Response, get, post

from webapp.access import finding
from webapp.http import bounded
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.actions.pictures import Picture
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.links.links import CustomLink
from webapp.models.scripts import editing, reach
from webapp.routes.admin.accounts import history
from webapp.routes.admin.accounts.history import History
from webapp.routes.admin.scripts import previews
from webapp.routes.admin.scripts.pictures import LARGEST
from webapp.routes.admin.scripts.previews import Written
from webapp.rules import edited, variables
from webapp.rules.speech.sentences import said


@dataclass(frozen=True)
class Unsaved:
    """The contents of an editor that could not be stored. ``place``: as in Written, or "archived-7" of a script that can't
    be used again. ``offer``: a smaller picture. ``may_insist``: an owner may overrule the refusal with a reason."""

    place: str = ""
    form: Form = field(default_factory=Form)
    offer: Picture | None = None
    may_insist: bool = False

    @property
    def typed(self) -> bool:
        """Did the form bring a text? To copy, move, order or use again brings none."""
        return "body" in self.form.data


@get("/actions/{action_id:int}/scripts")
async def scripts_page(request: Request, member: Membership, action_id: int) -> Response:
    return await show(request, member, await finding.action_of(member, action_id), Unsaved())


@post("/actions/{action_id:int}/preview", request_max_body_size=LARGEST, opt=bounded.MANY_FIELDS)
async def preview(request: Request, member: Membership, action_id: int) -> Response:
    """An editor's text as one person of the list would get it. Without JavaScript the whole page, nothing stored."""
    action, form = await finding.action_of(member, action_id), Form(await request.form())
    written = await previews.written_in(action, form)
    contact = await previews.chosen(member, action, form.text("contact", "", 30), form.text("step", "", 10))
    if request.headers.get("hx-request-type") != "partial":
        form.typed |= {"body": written.body, "name": form.text("name", "", 120)}
        unsaved = Unsaved(written.place, Form(form.data, form.typed))
        return await show(request, member, action, unsaved, 200, contact)
    check = (await previews.example(member, action, contact, written.body)).check(written)
    return page(request, "admin/scripts/_check_and_preview.html", action=action, client_id=uuid.uuid4(), **check)


async def show(
    request: Request,
    member: Membership,
    action: Action,
    unsaved: Unsaved,
    status: int = 200,
    contact: Contact | None = None,
) -> Response:
    """``contact``: the person scripts are shown for."""
    initial, response = await Script.of(action, INITIAL), await Script.of(action, RESPONSE)
    checks = await _checks(member, action, _written([*initial, *response], unsaved), contact)
    opened = unsaved.place or request.query_params.get("script", "")
    shown = opened if opened in checks else str(initial[0].id) if initial else f"new-{INITIAL}"
    return page(
        request,
        "admin/scripts/scripts.html",
        status_code=status,
        action=action,
        initial=initial,
        response=response,
        checks=checks,
        unsaved=unsaved,
        opened=opened,
        saved="saved" in request.query_params,
        shown=checks[shown],
        history=await _history(member, action, opened, checks),
        client_id=uuid.uuid4(),
        **await _about(action, [*initial, *response]),
        **await _menus(member.campaign_id),
    )


async def _history(member: Membership, action: Action, opened: str, there: Container[str]) -> History:
    """Of the script that is open, else of the action and all its scripts."""
    if opened.isdecimal() and opened in there:
        return await history.of(member, "script", int(opened))
    return await history.of(member, "action", action.id)


async def _about(action: Action, scripts: list[Script]) -> dict[str, Any]:
    """The page's words beside the scripts in use."""
    return {
        "archived": await Script.filter(action=action).exclude(archived_at=None),
        "reach": await reach.of_scripts(action.id) if action.live else {},
        "marks": {str(script.id): edited.mark(editing.words_from(script)) for script in scripts},
    }


def _written(scripts: list[Script], unsaved: Unsaved) -> dict[str, Written]:
    """The contents of each editor by its place: the stored text, or text typed and not stored."""
    found = {str(script.id): previews.stored(script) for script in scripts}
    found |= {place: Written(place, kind, "") for place, kind in previews.NEW.items()}
    if unsaved.place in found:
        was, typed = found[unsaved.place], unsaved.form.typed
        found[unsaved.place] = Written(
            was.place, was.kind, typed.get("body", was.body), typed.get("name", was.name), was.picture, was.opts_out
        )
    return found


async def _checks(
    member: Membership, action: Action, written: dict[str, Written], contact: Contact | None
) -> dict[str, dict[str, Any]]:
    example = await previews.example(member, action, contact, *(one.body for one in written.values()))
    return {place: example.check(one) for place, one in written.items()}


async def _menus(campaign_id: int) -> dict[str, Any]:
    """Tags and fields a response script may set, and the menus of variables."""
    in_use = {"campaign_id": campaign_id, "archived_at": None}
    fields, links = await CustomField.filter(**in_use), await CustomLink.filter(**in_use)
    menus: list[variables.Menu] = [
        *variables.MENUS,
        (said("Custom fields"), [(one.title, one.slug) for one in fields]),
        (said("Custom links"), [(one.title, variables.link_name(one.slug)) for one in links]),
    ]
    return {"fields": fields, "tags": await Tag.filter(**in_use), "menus": menus}


HANDLERS = [scripts_page, preview]
