"""Scripts of an action: write them, order them, say what sending them does (SPEC A2 to A5, A7)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile

from webapp import access, pages, words
from webapp.database import transaction
from webapp.forms import Form
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions import pictures
from webapp.models.actions.action import Action
from webapp.models.actions.pictures import Picture
from webapp.models.actions.script import INITIAL, RESPONSE, Script, put_in_order
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.conversations import making
from webapp.models.scripts import rendering
from webapp.models.scripts.links import CustomLink
from webapp.pages import page
from webapp.routes.admin.scripts import previews
from webapp.routes.admin.scripts.previews import LARGEST, Written
from webapp.rules import script_lint, variables
from webapp.rules.scripts import picture

NEVER_STORED = ("unknown_variable", "unclosed", "empty", "too_long")
MENUS = (
    (
        "Contact Info",
        [
            ("First Name", "first_name"),
            ("Last Name", "last_name"),
            ("Full Name", "full_name"),
            ("Email", "email"),
            ("Phone", "phone"),
            ("State", "state_abbrev"),
        ],
    ),
    (
        "User Info",
        [
            ("First Name", "user.first_name"),
            ("Last Name", "user.last_name"),
            ("Full Name", "user.full_name"),
            ("Email", "user.email"),
            ("Phone", "user.phone"),
            ("Team Code", "user.team_code"),
        ],
    ),
    (
        "Campaign Info",
        [
            ("Campaign Name", "campaign.name"),
            ("Description", "campaign.description"),
            ("Join Code", "campaign.join_code"),
            ("Broadcast Phone Number", "broadcast_phone_number"),
        ],
    ),
)
REFUSED = {
    "not_a_picture": "This file is no picture.",
    "broken": "This picture is broken: it can't be opened.",
    "other_type": "This type of picture does not go with texts. Save it as JPEG, PNG or GIF.",
    "too_many_pixels": "This picture has more points than can be worked on. Make it smaller.",
}


@dataclass(frozen=True)
class Unsaved:
    """What was typed into an editor and could not be stored: ``place`` says which, ``offer`` is a smaller picture."""

    place: str = ""
    form: Form = field(default_factory=Form)
    offer: Picture | None = None


@get("/actions/{action_id:int}/scripts")
async def scripts_page(request: Request, member: Membership, action_id: int) -> Response:
    return await _scripts(request, member, await access.action_of(member, action_id), Unsaved())


@post("/actions/{action_id:int}/preview", request_max_body_size=LARGEST)
async def preview(request: Request, member: Membership, action_id: int) -> Response:
    """What stands in an editor, as one person of the list would get it; asked again while someone types. Without
    JavaScript the whole page, with what was typed and is not stored."""
    action, form = await access.action_of(member, action_id), Form(await request.form())
    written = await previews.written_in(action, form)
    contact = await previews.chosen(member, action, form.text("contact", "", 30), form.text("step", "", 10))
    if request.headers.get("hx-request-type") != "partial":
        form.typed |= {"body": written.body, "name": form.text("name", "", 120)}
        return await _scripts(
            request, member, action, Unsaved(written.place, Form(form.data, form.typed)), 200, contact
        )
    check = (await previews.example(member, action, contact, written.body)).check(written)
    return page(request, "admin/scripts/_check_and_preview.html", action=action, client_id=uuid.uuid4(), **check)


@post("/actions/{action_id:int}/scripts", request_max_body_size=LARGEST)
async def add_script(request: Request, member: Membership, action_id: int) -> Response:
    return await _save(request, member, await access.action_of(member, action_id), None)


@post("/actions/{action_id:int}/scripts/{script_id:int}", request_max_body_size=LARGEST)
async def save_script(request: Request, member: Membership, action_id: int, script_id: int) -> Response:
    action = await access.action_of(member, action_id)
    return await _save(request, member, action, await access.script_of(action, script_id))


async def _save(request: Request, member: Membership, action: Action, script: Script | None) -> Response:
    saved = await _saved(request, member, action, script)
    return saved if isinstance(saved, Response) else _back(request, member, action, saved, saved=True)


async def _saved(request: Request, member: Membership, action: Action, script: Script | None) -> Script | Response:
    """A draft may be saved with anything in it but unknown variables and open braces (section 4): then the page again,
    with what was typed."""
    form = Form(await request.form())
    kind = script.kind if script else form.choice("kind", words.gettext("Kind"), (INITIAL, RESPONSE))
    body = form.long_text("body", words.gettext("The text"), 10_000)
    name = form.text("name", words.gettext("Name"), 120, required=kind == RESPONSE)
    tags, fields = await _effects(member.campaign, form)
    for finding in script_lint.lint(body, kind, await rendering.known_names(member.campaign)):  # type: ignore[arg-type]
        if finding.code in NEVER_STORED:
            form.wrong("body", finding.sentence)
    picture_id, offer = await _picture(member, form, script)
    if not form:
        unsaved = Unsaved(str(script.id) if script else f"new-{kind}", form, offer)
        return await _scripts(request, member, action, unsaved, status=422)
    return await transaction(lambda: _store(member, action, script, kind, name, body, picture_id, tags, fields))


async def _effects(campaign: Campaign, form: Form) -> tuple[list[Tag], list[tuple[CustomField, str]]]:
    tags = {str(t.id): t for t in await Tag.filter(campaign=campaign, archived_at=None)}
    fields = await CustomField.filter(campaign=campaign, archived_at=None)
    given = [(field, form.text(f"value_{field.slug}", field.title, 500)) for field in fields]
    for one, value in given:
        if not one.accepts(value):
            form.wrong("body", f"{one.title}: choose one of those offered.")
    return [tags[n] for n in form.many("tags", tags)], given


async def _picture(member: Membership, form: Form, script: Script | None) -> tuple[int | None, Picture | None]:
    """The picture the script is to have: the one chosen now, the smaller one that was offered, or what it had. Second:
    a smaller one to offer."""
    file, use = form.data.get("picture"), form.text("use_picture", "", 20)
    if isinstance(file, UploadFile) and file.filename:
        return await _uploaded(member, form, await file.read())
    if use.isdecimal():
        return (await access.picture_of(member, int(use))).id, None
    return (None if form.ticked("remove_picture") or script is None else script.picture_id), None


async def _uploaded(member: Membership, form: Form, data: bytes) -> tuple[int | None, Picture | None]:
    taken = await pictures.take_in(member.campaign, data)
    match taken:
        case picture.NoPicture(reason):
            form.wrong("picture", words.gettext(REFUSED[reason]))
            return None, None
        case pictures.TooLarge(size, smaller):
            form.wrong(
                "picture",
                words.gettext("This picture has %(n)s MB; a text carries less than 0.6.", n=f"{size / 1e6:.1f}"),
            )
            return None, smaller
        case _:
            form.typed["use_picture"] = str(taken.id)
            return taken.id, None


async def _store(
    member: Membership,
    action: Action,
    script: Script | None,
    kind: str,
    name: str,
    body: str,
    picture_id: int | None,
    tags: list[Tag],
    fields: list[tuple[CustomField, str]],
) -> Script:
    new = script is None
    script = script or await Script.create(
        action=action, kind=kind, position=await Script.next_position(action.id, kind)
    )
    await script.write(name, body, picture_id)
    if kind == RESPONSE:
        await script.apply_on_send(tags, fields)
    if new and kind == INITIAL:
        await making.pick_again(action)
    await _note(member, action, script, "script.saved")
    return script


async def _note(member: Membership, action: Action, script: Script, what: str) -> None:
    await audit.note(member.campaign, member.user, what, script.name or script.body, action=action.title)


@post("/actions/{action_id:int}/scripts/{script_id:int}/archive", request_max_body_size=LARGEST)
async def archive_script(request: Request, member: Membership, action_id: int, script_id: int) -> Response:
    """Nobody gets it any more; what was sent keeps it in Results."""
    action = await access.action_of(member, action_id)
    script = await access.script_of(action, script_id)

    async def store() -> None:
        await script.archive()
        if script.kind == INITIAL:
            await making.pick_again(action)
        await _note(member, action, script, "script.archived")

    await transaction(store)
    return _back(request, member, action)


@post("/actions/{action_id:int}/scripts/{script_id:int}/archive/end")
async def restore_script(request: Request, member: Membership, action_id: int, script_id: int) -> Response:
    action = await access.action_of(member, action_id)
    script = await access.archived_script_of(action, script_id)

    async def store() -> None:
        await script.restore()
        if script.kind == INITIAL:
            await making.pick_again(action)
        await _note(member, action, script, "script.restored")

    await transaction(store)
    return _back(request, member, action, script)


@post("/actions/{action_id:int}/scripts/{script_id:int}/copies", request_max_body_size=LARGEST)
async def copy_script(request: Request, member: Membership, action_id: int, script_id: int) -> Response:
    """The same once more, to be changed: behind it, with what sending it does. What is typed is saved first."""
    action = await access.action_of(member, action_id)
    saved = await _saved_first(request, member, action, await access.script_of(action, script_id))
    if isinstance(saved, Response):
        return saved
    script = saved

    async def store() -> Script:
        made = await script.copy()
        if script.kind == INITIAL:
            await making.pick_again(action)
        await _note(member, action, script, "script.copied")
        return made

    return _back(request, member, action, await transaction(store))


async def _saved_first(request: Request, member: Membership, action: Action, script: Script) -> Script | Response:
    """A button beside the text that does something else must not lose what is typed there."""
    return await _saved(request, member, action, script) if "body" in await request.form() else script


@post("/actions/{action_id:int}/scripts/{script_id:int}/moves", request_max_body_size=LARGEST)
async def move_script(request: Request, member: Membership, action_id: int, script_id: int) -> Response:
    """One place up or down among its kind. What is typed is saved first."""
    action, form = await access.action_of(member, action_id), await request.form()
    script = await _saved_first(request, member, action, await access.script_of(action, script_id))
    if isinstance(script, Response):
        return script
    ids = [row.id for row in await Script.of(action, script.kind)]
    at = ids.index(script.id)
    ids.insert(max(at + (-1 if form.get("up") else 1), 0), ids.pop(at))
    await audit.noted(
        member, lambda: put_in_order(action, script.kind, ids), "script.moved", script.name or script.body
    )
    return _back(request, member, action, script)


@post("/actions/{action_id:int}/script-orders")
async def order_scripts(request: Request, member: Membership, action_id: int) -> Response:
    """The response scripts as they were dragged: their ids in the new order. Nothing of the page needs to be loaded."""
    action, form = await access.action_of(member, action_id), Form(await request.form())
    ids = [int(n) for n in form.every("script") if n.isdecimal() and len(n) < 10]
    await audit.noted(member, lambda: put_in_order(action, RESPONSE, ids), "scripts.ordered", action.title)
    return Response(None, status_code=204) if request.headers.get("hx-request") else _back(request, member, action)


def _back(
    request: Request, member: Membership, action: Action, script: Script | None = None, saved: bool = False
) -> Response:
    """To the page, with this script open and the keyboard at it."""
    at = f"?script={script.id}{'&saved=1' if saved else ''}#script-{script.id}" if script else ""
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{action.id}/scripts{at}")


async def _scripts(
    request: Request,
    member: Membership,
    action: Action,
    unsaved: Unsaved,
    status: int = 200,
    contact: Contact | None = None,
) -> Response:
    initial, response = await Script.of(action, INITIAL), await Script.of(action, RESPONSE)
    campaign_id, asked = member.campaign_id, request.query_params
    written = _written(initial, response, unsaved)
    example = await previews.example(member, action, contact, *(w.body for w in written.values()))
    checks = {place: example.check(one) for place, one in written.items()}
    fields = await CustomField.filter(campaign_id=campaign_id, archived_at=None)
    custom = await CustomLink.filter(campaign_id=campaign_id, archived_at=None)
    opened = unsaved.place or asked.get("script", "")
    shown = opened if opened in written else str(initial[0].id) if initial else f"new-{INITIAL}"
    return page(
        request,
        "admin/scripts/scripts.html",
        status_code=status,
        action=action,
        initial=initial,
        response=response,
        fields=fields,
        archived=await Script.filter(action=action).exclude(archived_at=None),
        checks=checks,
        unsaved=unsaved,
        opened=opened,
        saved="saved" in asked,
        shown=checks[shown],
        client_id=uuid.uuid4(),
        tags=await Tag.filter(campaign_id=campaign_id, archived_at=None),
        menus=[
            *MENUS,
            ("Custom fields", [(f.title, f.slug) for f in fields]),
            ("Custom links", [(row.title, variables.link_name(row.slug)) for row in custom]),
        ],
    )


def _written(initial: list[Script], response: list[Script], unsaved: Unsaved) -> dict[str, Written]:
    """What stands in each editor, by its place; the one that could not be stored as it was typed."""
    found = {str(script.id): previews.stored(script) for script in (*initial, *response)}
    found |= {place: Written(place, kind, "") for place, kind in previews.NEW.items()}
    if unsaved.place:
        was, typed = found[unsaved.place], unsaved.form.typed
        found[unsaved.place] = Written(
            was.place, was.kind, typed["body"], typed.get("name", ""), was.picture, was.opts_out
        )
    return found


HANDLERS: list[Any] = [
    scripts_page,
    preview,
    add_script,
    save_script,
    archive_script,
    restore_script,
    copy_script,
    move_script,
    order_scripts,
]
