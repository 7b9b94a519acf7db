"""Scripts of an action written, copied, archived and ordered (SPEC A2 to A5, A7).

A button beside the text that copies or moves a script saves first what is typed there. A script that an action may not have
is answered with the page of scripts, and the typed words are kept; an owner may give a reason there.
"""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post

from webapp import queue, words
from webapp.access import finding
from webapp.http import bounded, pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import OWNER, Membership
from webapp.models.actions.action import Action
from webapp.models.actions.pictures import Picture
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.scripts import editing, reach
from webapp.models.scripts.editing import Draft, Refused
from webapp.routes.admin.scripts import pictures, scripts
from webapp.routes.admin.scripts.pictures import LARGEST
from webapp.routes.admin.scripts.scripts import Unsaved
from webapp.rules.edited import Meanwhile
from webapp.rules.speech.sentences import said

FIELDS = {
    "name": said("Script Name"),
    "body": said("The text"),
    "picture": said("Picture"),
    "tags": said("Tags"),
    "fields": said("Custom fields"),
}


@post("/actions/{action_id:int}/scripts", request_max_body_size=LARGEST, opt=bounded.MANY_FIELDS)
async def add_script(request: Request, member: Membership, action_id: int) -> Response:
    return await _save_and_show(request, member, await finding.action_of(member, action_id), None)


@post("/actions/{action_id:int}/scripts/{script_id:int}", request_max_body_size=LARGEST, opt=bounded.MANY_FIELDS)
async def save_script(request: Request, member: Membership, action_id: int, script_id: int) -> Response:
    action = await finding.action_of(member, action_id)
    return await _save_and_show(request, member, action, await finding.script_of(action, script_id))


async def _save_and_show(request: Request, member: Membership, action: Action, script: Script | None) -> Response:
    saved = await _save(request, member, action, script)
    return saved if isinstance(saved, Response) else await _back(request, member, action, saved, saved=True)


async def _save(request: Request, member: Membership, action: Action, script: Script | None) -> Script | Response:
    """The stored script; or, where the form can't be stored, the page with what was typed."""
    form = Form(await request.form())
    draft, offer = await _read(member, form, script)
    place, status = str(script.id) if script else f"new-{draft.kind}", 422
    if form:
        saved = await editing.save(action, script, draft, member, *_reason_and_mark(form))
        match saved:
            case Refused(gone=gone):  # what was typed is kept where a new script is written
                place = f"new-{draft.kind}" if gone else place
                return await _refused(request, member, action, saved, place, form, offer)
            case Meanwhile():
                _overtaken(form, saved)
                status = 409
            case _:
                return saved
    return await scripts.show(request, member, action, Unsaved(place, form, offer), status)


def _overtaken(form: Form, found: Meanwhile) -> None:
    form.overtaken(found, FIELDS)
    if "fields" in found.changed and "fields" not in found.mine:
        form.typed = {name: value for name, value in form.typed.items() if not name.startswith("value_")}


def _reason_and_mark(form: Form) -> tuple[str, str]:
    return form.text("reason", words.gettext("Reason"), 400), form.mark()


async def _refused(
    request: Request,
    member: Membership,
    action: Action,
    refused: Refused,
    place: str,
    form: Form,
    offer: Picture | None = None,
) -> Response:
    """``place``: the script the sentences are about. An owner may overrule what is `overrulable`, with a reason."""
    for sentence in refused.sentences:
        form.wrong("body" if "body" not in form.errors else f"body-{len(form.errors)}", words.gettext(sentence))
    unsaved = Unsaved(place, form, offer, may_insist=refused.overrulable and member.role == OWNER)
    return await scripts.show(request, member, action, unsaved, status=422)


async def _read(member: Membership, form: Form, script: Script | None) -> tuple[Draft, Picture | None]:
    """The form's fields, and a smaller picture to offer where the one uploaded is too large."""
    kind = script.kind if script else form.choice("kind", words.gettext("Kind"), (INITIAL, RESPONSE))
    body = form.long_text("body", words.gettext("The text"), 10_000)
    name = form.text("name", words.gettext("Name"), 120, required=kind == RESPONSE)
    tags, fields = await _effects(member.campaign, form)
    picture_id, offer = await pictures.chosen(member, form, script)
    return Draft(kind, name, body, picture_id, tags, fields), offer


async def _effects(campaign: Campaign, form: Form) -> tuple[list[Tag], list[tuple[CustomField, str]]]:
    """Tags and values that sending a response script sets."""
    tags = {str(t.id): t for t in await Tag.filter(campaign=campaign, archived_at=None)}
    fields = await CustomField.filter(campaign=campaign, archived_at=None)
    given = [(field, form.text(f"value_{field.slug}", field.title, 500)) for field in fields]
    for one, value in given:
        if not one.accepts(value):
            form.wrong("body", said("%(title)s: choose one of those offered.", title=one.title))
    return [tags[n] for n in form.many("tags", tags)], given


@get("/actions/{action_id:int}/scripts/{script_id:int}/archive")
async def ask_to_archive(request: Request, member: Membership, action_id: int, script_id: int) -> Response:
    """Says how many people and texts archiving the script is about, and asks."""
    action = await finding.action_of(member, action_id)
    script = await finding.script_of(action, script_id)
    return page(
        request,
        "admin/scripts/archive.html",
        action=action,
        script=script,
        reach=await reach.of_one(action.id, script.id),
        others=await Script.filter(action=action, kind=script.kind, archived_at=None).exclude(id=script.id).count(),
    )


@post(
    "/actions/{action_id:int}/scripts/{script_id:int}/archive", request_max_body_size=LARGEST, opt=bounded.MANY_FIELDS
)
async def archive_script(request: Request, member: Membership, action_id: int, script_id: int) -> Response:
    action = await finding.action_of(member, action_id)
    await editing.archive(action, await finding.script_of(action, script_id), member)
    return await _back(request, member, action)


@post("/actions/{action_id:int}/scripts/{script_id:int}/archive/end")
async def restore_script(request: Request, member: Membership, action_id: int, script_id: int) -> Response:
    action, form = await finding.action_of(member, action_id), Form(await request.form())
    script = await finding.archived_script_of(action, script_id)
    if refused := await editing.restore(action, script, member, _reason_and_mark(form)[0]):
        return await _refused(request, member, action, refused, f"archived-{script.id}", form)
    return await _back(request, member, action, script)


@post("/actions/{action_id:int}/scripts/{script_id:int}/copies", request_max_body_size=LARGEST, opt=bounded.MANY_FIELDS)
async def copy_script(request: Request, member: Membership, action_id: int, script_id: int) -> Response:
    action = await finding.action_of(member, action_id)
    saved = await _saved_first(request, member, action, await finding.script_of(action, script_id))
    if isinstance(saved, Response):
        return saved
    form = Form(await request.form())
    made = await editing.copy(action, saved, member, _reason_and_mark(form)[0])
    if isinstance(made, Refused):
        return await _refused(request, member, action, made, _place(saved, made), _typed(form, saved))
    return await _back(request, member, action, made)


def _place(script: Script, refused: Refused) -> str:
    """Where the sentences stand: a script that was archived meanwhile has no editor any more."""
    return "" if refused.gone else str(script.id)


def _typed(form: Form, script: Script) -> Form:
    """The editor keeps the stored text where the form brought none."""
    form.typed = {"body": script.body, "name": script.name, **form.typed}
    return form


async def _saved_first(request: Request, member: Membership, action: Action, script: Script) -> Script | Response:
    return await _save(request, member, action, script) if "body" in await request.form() else script


@post("/actions/{action_id:int}/scripts/{script_id:int}/moves", request_max_body_size=LARGEST, opt=bounded.MANY_FIELDS)
async def move_script(request: Request, member: Membership, action_id: int, script_id: int) -> Response:
    """One place up or down among its kind."""
    action, form = await finding.action_of(member, action_id), Form(await request.form())
    saved = await _saved_first(request, member, action, await finding.script_of(action, script_id))
    if isinstance(saved, Response):
        return saved
    places = -1 if form.data.get("up") else 1
    if refused := await editing.move(action, saved, places, member, _reason_and_mark(form)[0]):
        return await _refused(request, member, action, refused, _place(saved, refused), _typed(form, saved))
    return await _back(request, member, action, saved)


@post("/actions/{action_id:int}/script-orders")
async def order_scripts(request: Request, member: Membership, action_id: int) -> Response:
    """The response scripts as they were dragged: their ids in the new order. htmx has the page in order already."""
    action, form = await finding.action_of(member, action_id), Form(await request.form())
    partial = bool(request.headers.get("hx-request"))
    ids = [int(n) for n in form.every("script") if n.isdecimal() and len(n) < 10]
    if refused := await editing.order_responses(action, ids, member):
        if partial:  # script_order.js says it, and puts the rows back
            told = " ".join(words.gettext(sentence) for sentence in refused.sentences)
            return Response(told, status_code=422, media_type="text/plain")
        return await _refused(request, member, action, refused, "", form)
    return Response(None, status_code=204) if partial else await _back(request, member, action)


async def _back(
    request: Request, member: Membership, action: Action, script: Script | None = None, saved: bool = False
) -> Response:
    """To the page of scripts, with this one open and focused. Other conversations may be open or closed now."""
    await queue.apply_audience(action.id)
    at = f"?script={script.id}{'&saved=1' if saved else ''}#script-{script.id}" if script else ""
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{action.id}/scripts{at}")


HANDLERS: list[Any] = [
    add_script,
    save_script,
    ask_to_archive,
    archive_script,
    restore_script,
    copy_script,
    move_script,
    order_scripts,
]
