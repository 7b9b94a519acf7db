"""Scripts of an action: write them, see them as real people will, know what they cost (SPEC A2 to A7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post

from webapp import access, clock, pages, words
from webapp.database import transaction
from webapp.forms import Form
from webapp.models import audit, making, values
from webapp.models.actions import Action, ActionList
from webapp.models.campaign import Campaign
from webapp.models.contacts import Contact
from webapp.models.labels import CustomField, Tag
from webapp.models.people import Membership
from webapp.models.scripts import INITIAL, RESPONSE, Script
from webapp.pages import page
from webapp.rules import script_lint, segments, variables

MENUS = (
    ("Contact Info", [("First Name", "first_name"), ("Last Name", "last_name"), ("Full Name", "full_name"),
                      ("Email", "email"), ("Phone", "phone"), ("State", "state_abbrev")]),
    ("User Info", [("First Name", "user.first_name"), ("Last Name", "user.last_name"), ("Full Name", "user.full_name"),
                   ("Email", "user.email"), ("Phone", "user.phone"), ("Team Code", "user.team_code")]),
    ("Campaign Info", [("Campaign Name", "campaign.name"), ("Description", "campaign.description"),
                       ("Join Code", "campaign.join_code"), ("Broadcast Phone Number", "broadcast_phone_number")]),
)  # fmt: skip


@get("/actions/{action_id:int}/scripts")
async def scripts_page(request: Request, member: Membership, action_id: int) -> Response:
    return await _scripts(request, member, await access.action_of(member, action_id))


@post("/actions/{action_id:int}/scripts")
async def add_script(request: Request, member: Membership, action_id: int) -> Response:
    return await _save(request, member, await access.action_of(member, action_id), None)


@post("/actions/{action_id:int}/scripts/{script_id:int}")
async def save_script(request: Request, member: Membership, action_id: int, script_id: int) -> Response:
    action = await access.action_of(member, action_id)
    return await _save(request, member, action, await access.script_of(action, script_id))


async def _save(request: Request, member: Membership, action: Action, script: Script | None) -> Response:
    """A draft may be saved with anything in it but unknown variables and open braces (section 4)."""
    form = Form(await request.form())
    kind = script.kind if script else form.choice("kind", words.gettext("Kind"), (INITIAL, RESPONSE))
    body = form.long_text("body", words.gettext("The text"), 10_000)
    name = form.text("name", words.gettext("Name"), 120, required=kind == RESPONSE)
    tags, fields = await _effects(member.campaign, form)
    findings = script_lint.lint(body, kind, await values.known_names(member.campaign), member.campaign.name)  # type: ignore[arg-type]
    for finding in findings:
        if finding.code in ("unknown_variable", "unclosed", "empty", "too_long"):
            form.wrong("body", finding.sentence)
    if not form:
        return await _scripts(request, member, action, form, script.id if script else kind, status=422)
    await transaction(lambda: _store(member, action, script, kind, name, body, tags, fields))
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{action.id}/scripts")


async def _effects(campaign: Campaign, form: Form) -> tuple[list[Tag], list[tuple[CustomField, str]]]:
    tags = {str(t.id): t for t in await Tag.filter(campaign=campaign, archived_at=None)}
    fields = await CustomField.filter(campaign=campaign, archived_at=None)
    given = [(field, form.text(f"value_{field.slug}", field.title, 500)) for field in fields]
    for field, value in given:
        if value and field.choices and value not in field.choices:
            form.wrong("body", f"{field.title}: choose one of those offered.")
    return [tags[n] for n in form.many("tags", tags)], given


async def _store(
    member: Membership, action: Action, script: Script | None, kind: str, name: str, body: str, tags: list[Tag],
    fields: list[tuple[CustomField, str]],
) -> None:  # fmt: skip
    new = script is None
    script = script or await Script.create(
        action=action, kind=kind, position=await Script.filter(action=action, kind=kind).count()
    )
    await script.write(name, body)
    if kind == RESPONSE:
        await script.apply_on_send(tags, fields)
    if new and kind == INITIAL:
        await making.pick_again(action)
    await audit.note(member.campaign, member.user, "script.saved", name or body, action=action.title)


@post("/actions/{action_id:int}/scripts/{script_id:int}/archive")
async def archive_script(request: Request, member: Membership, action_id: int, script_id: int) -> Response:
    action = await access.action_of(member, action_id)
    script = await access.script_of(action, script_id)

    async def store() -> None:
        script.archived_at = clock.now()
        await script.save(update_fields=["archived_at"])
        if script.kind == INITIAL:
            await making.pick_again(action)
        await audit.note(
            member.campaign, member.user, "script.archived", script.name or script.body, action=action.title
        )

    await transaction(store)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{action.id}/scripts")


@post("/actions/{action_id:int}/scripts/{script_id:int}/copies")
async def copy_script(request: Request, member: Membership, action_id: int, script_id: int) -> Response:
    """The same once more, to be changed: behind it, with what sending it does."""
    action = await access.action_of(member, action_id)
    script = await access.script_of(action, script_id)

    async def store() -> None:
        await script.copy()
        if script.kind == INITIAL:
            await making.pick_again(action)
        await audit.note(member.campaign, member.user, "script.copied", script.name or script.body, action=action.title)

    await transaction(store)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{action.id}/scripts")


@post("/actions/{action_id:int}/scripts/{script_id:int}/moves")
async def move_script(request: Request, member: Membership, action_id: int, script_id: int) -> Response:
    """One place up or down among its kind."""
    action, form = await access.action_of(member, action_id), await request.form()
    script = await access.script_of(action, script_id)
    step = -1 if form.get("up") else 1

    async def store() -> None:
        rows = list(await Script.filter(action=action, kind=script.kind, archived_at=None))
        at = next(n for n, row in enumerate(rows) if row.id == script.id)
        to = min(max(at + step, 0), len(rows) - 1)
        rows.insert(to, rows.pop(at))
        for position, row in enumerate(rows):
            await Script.filter(id=row.id).update(position=position)
        await audit.note(member.campaign, member.user, "script.moved", script.name or script.body, action=action.title)

    await transaction(store)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{action.id}/scripts")


@post("/actions/{action_id:int}/preview")
async def preview(request: Request, member: Membership, action_id: int) -> Response:
    """What stands in the editor, as one person of the list would get it; asked again while someone types."""
    action, form = await access.action_of(member, action_id), Form(await request.form())
    kind = form.choice("kind", words.gettext("Kind"), (INITIAL, RESPONSE))
    body, place = form.long_text("body", words.gettext("The text"), 10_000), str(form.data.get("place", "new"))[:20]
    at = int(form.typed.get("at") or form.data.get("at", "0")) if str(form.data.get("at", "0")).isdecimal() else 0
    return page(
        request, "admin/_script_check.html", place=place, at=at, kind=kind,
        **(await _as_seen(member, action, at, body)).check(kind, body),
    )  # fmt: skip


@dataclass(frozen=True)
class Example:
    """The person a script is shown as, and all that is asked once for a whole page of scripts."""

    contact: Contact
    people: int
    given: dict[str, str | None]
    known: set[str]
    campaign_name: str

    def check(self, kind: str, body: str) -> dict[str, Any]:
        rendered = variables.render(body, self.given)
        text = rendered.text if isinstance(rendered, variables.Rendered) else body
        return {
            "findings": script_lint.lint(body, kind, self.known, self.campaign_name) if body else [],  # type: ignore[arg-type]
            "text": text, "unfilled": rendered.names if isinstance(rendered, variables.Unfilled) else (),
            "counted": segments.count(text), "contact": self.contact, "people": self.people,
        }  # fmt: skip


async def _as_seen(member: Membership, action: Action, at: int, *bodies: str) -> Example:
    contact, people = await _example(action, at)
    given = await values.values(member.campaign, contact, member.user, "".join(bodies))
    return Example(contact, people, given, await values.known_names(member.campaign), member.campaign.name)


async def _example(action: Action, at: int) -> tuple[Contact, int]:
    """A person of the action's lists to show the script as; an invented one while there is none."""
    ids = await ActionList.filter(action=action).values_list("contact_list_id", flat=True)
    sizes = sum(int(n) for n in await ActionList.filter(action=action).values_list("contact_list__size", flat=True))  # type: ignore[call-overload]
    found = Contact.filter(list_memberships__contact_list_id__in=list(ids) or [0]).order_by("id")
    contact = await found.offset(at % max(sizes, 1) % 200).first()
    return contact or Contact(
        id=0, first_name="Maria", last_name="Delgado", phone="+14125550142", state_abbrev="PA"
    ), sizes


async def _scripts(
    request: Request,
    member: Membership,
    action: Action,
    form: Form | None = None,
    wrong: int | str = "",
    status: int = 200,
) -> Response:
    initial, response = await Script.of(action, INITIAL), await Script.of(action, RESPONSE)
    seen = await _as_seen(member, action, 0, *(s.body for s in (*initial, *response)))
    checks = {s.id: seen.check(s.kind, s.body) for s in (*initial, *response)}
    for script in response:
        opts_out = any(row.tag.opts_out for row in script.script_tags)
        checks[script.id]["findings"] += script_lint.opting_out_of_the_glad(script.name, opts_out)
    fields = await CustomField.filter(campaign_id=member.campaign_id, archived_at=None)
    return page(
        request, "admin/scripts.html", status_code=status, action=action, initial=initial, response=response,
        checks=checks, form=Form() if form is None else form, wrong=wrong, fields=fields,
        tags=await Tag.filter(campaign_id=member.campaign_id, archived_at=None),
        menus=[*MENUS, ("Custom fields", [(f.title, f.slug) for f in fields])],
        empty=seen.check(INITIAL, ""),
    )  # fmt: skip


HANDLERS = [scripts_page, add_script, save_script, archive_script, copy_script, move_script, preview]
