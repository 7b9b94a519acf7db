"""Opt-in forms made, changed, opened and closed (SPEC B2)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from tortoise.expressions import Q

from webapp import words
from webapp.access import finding
from webapp.http import bounded, pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.contacts.labels import CustomField
from webapp.models.contacts.lists import ContactList
from webapp.models.links import links
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_in_forms.form import OPEN, SCRIPTS, OptInForm
from webapp.models.opt_ins import checks, editing, people
from webapp.models.opt_ins.editing import Draft, Refused
from webapp.routes.admin.accounts import history
from webapp.rules import edited, variables
from webapp.rules.edited import Meanwhile
from webapp.rules.opt_ins import words as known_words
from webapp.rules.speech.sentences import said

LABELS = {
    "contact_list": said("Contact list"),
    "fields": said("Custom fields"),
    "numbers": said("Numbers"),
    "initial": said("Initial script"),
}
OFFERED = 200  # lists to choose from, the newest first


@get("/opt-ins")
async def opt_ins_page(request: Request, member: Membership) -> Response:
    forms = await OptInForm.filter(campaign_id=member.campaign_id).order_by("-id").select_related("contact_list")
    counted = await people.counts([form.id for form in forms])
    return page(request, "admin/opt_ins/opt_ins.html", forms=forms, counted=counted)


@get("/opt-ins/new")
async def new_opt_in(request: Request, member: Membership) -> Response:
    return await _show(request, member, None, Form())


@post("/opt-ins", opt=bounded.MANY_FIELDS)
async def add_opt_in(request: Request, member: Membership) -> Response:
    form = Form(await request.form())
    draft = await _read(member, form)
    made = await editing.create(draft, member) if form and draft else None
    if isinstance(made, OptInForm):
        return _to(request, member, made, "?saved=1")
    _note(form, made)
    return await _show(request, member, None, form, 422)


@get("/opt-ins/{opt_in_id:int}")
async def opt_in_page(request: Request, member: Membership, opt_in_id: int, saved: int = 0) -> Response:
    return await _show(request, member, await finding.opt_in_of(member, opt_in_id), Form(), saved=bool(saved))


@post("/opt-ins/{opt_in_id:int}", opt=bounded.MANY_FIELDS)
async def save_opt_in(request: Request, member: Membership, opt_in_id: int) -> Response:
    its, form = await finding.opt_in_of(member, opt_in_id), Form(await request.form())
    draft = await _read(member, form, its)
    saved = await editing.save(its, draft, member, form.mark()) if form and draft else None
    if isinstance(saved, OptInForm):
        return _to(request, member, its, "?saved=1")
    _note(form, saved)
    return await _show(request, member, its, form, 409 if isinstance(saved, Meanwhile) else 422)


def _note(form: Form, outcome: Refused | Meanwhile | OptInForm | None) -> None:
    if isinstance(outcome, Meanwhile):
        form.overtaken(outcome, LABELS)
    for name, sentence in outcome.wrong.items() if isinstance(outcome, Refused) else ():
        form.wrong(name, words.gettext(sentence))


@post("/opt-ins/{opt_in_id:int}/opening")
async def open_opt_in(request: Request, member: Membership, opt_in_id: int) -> Response:
    """Anybody may sign up from now on; where something is in the way, the page says what."""
    its, form = await finding.opt_in_of(member, opt_in_id), Form()
    for n, sentence in enumerate(await editing.open_form(its, member)):
        form.wrong(f"open-{n}", words.gettext(sentence))
    if not form:
        return await _show(request, member, its, form, 422)
    return _to(request, member, its, "/share")


@post("/opt-ins/{opt_in_id:int}/opening/end")
async def close_opt_in(request: Request, member: Membership, opt_in_id: int) -> Response:
    its = await finding.opt_in_of(member, opt_in_id)
    await editing.close_form(its, member)
    return _to(request, member, its)


async def _show(
    request: Request, member: Membership, its: OptInForm | None, form: Form, status: int = 200, saved: bool = False
) -> Response:
    stored = await editing.values(its) if its else {}
    return page(
        request,
        "admin/opt_ins/form.html",
        status_code=status,
        its=its,
        form=form,
        saved=saved,
        mark=edited.mark(stored),
        stored=stored,
        history=await history.of(member, "opt_in", its.id) if its else None,
        lists=await _lists(member, its),
        chosen_fields=[str(field.id) for field in await its.fields_asked()] if its else [],
        chosen_numbers=[str(n) for n in await its.number_ids()] if its else [],
        menus=await _menus(member),
        found=await _findings(member, form, stored),
        in_the_way=await editing.in_the_way(its) if its and its.state == OPEN else [],
        **await _offered(member, its),
    )


async def _lists(member: Membership, its: OptInForm | None) -> list[ContactList]:
    """Those in use, and the form's own, archived or not."""
    in_use = await ContactList.filter(campaign_id=member.campaign_id, archived_at=None).order_by("-id").limit(OFFERED)
    own = [its.contact_list] if its and its.contact_list_id not in {row.id for row in in_use} else []
    return [*own, *in_use]


async def _offered(member: Membership, its: OptInForm | None) -> dict[str, Any]:
    """Numbers in use, and those chosen for the form, retired or not: without its only number it would have every one."""
    own, chosen = {"campaign_id": member.campaign_id}, await its.number_ids() if its else []
    return {
        "fields": await CustomField.filter(**own, archived_at=None),
        "numbers": await PhoneNumber.filter(Q(retired_at=None) | Q(id__in=chosen or [0]), **own).order_by("id"),
    }


async def _menus(member: Membership) -> list[variables.Menu]:
    """Variables of an opt-in form's scripts: none of a sender, since nobody sends them."""
    offered = await links.names(member.campaign, archived_at=None)
    own = [(slug, name) for name in sorted(offered) for slug in variables.links(f"{{{{{name}}}}}")]
    return [menu for menu in variables.MENUS if menu[0] != variables.OF_USERS] + [
        variables.OPT_IN_MENU,
        (said("Custom links"), own),
    ]


async def _findings(member: Membership, form: Form, stored: dict[str, str]) -> dict[str, list[Any]]:
    """Script -> what the lint says of the words on the page."""
    found = {}
    for name, (kind, _) in SCRIPTS.items():
        body = form.typed.get(name, stored.get(name, ""))
        found[name] = await checks.findings(member.campaign, kind, body) if body else []
    return found


async def _read(member: Membership, form: Form, its: OptInForm | None = None) -> Draft | None:
    """None where the list is missing."""
    gettext = words.gettext
    columns = {
        "title": form.text("title", gettext("Title"), 120, required=True),
        "subtitle": form.text("subtitle", gettext("Subtitle"), 300),
        "consent": form.long_text("consent", gettext("Consent wording"), 2_000),
        "title_es": form.text("title_es", gettext("Title in Spanish"), 120),
        "subtitle_es": form.text("subtitle_es", gettext("Subtitle in Spanish"), 300),
        "consent_es": form.long_text("consent_es", gettext("Consent wording in Spanish"), 2_000),
        "keyword": _keyword(form),
        "reach": form.text("reach", gettext("How to reach a person"), 200),
    }
    scripts = {name: form.long_text(name, gettext(title), 10_000) for name, title in checks.TITLES.items()}
    offered = await _offered(member, its)
    fields, numbers = _ticked(form, "fields", offered), _ticked(form, "numbers", offered)
    chosen = await _chosen_list(member, form)
    return Draft(columns, chosen, fields, numbers, **scripts) if chosen else None


def _keyword(form: Form) -> str:
    typed = form.text("keyword", words.gettext("Keyword"), 20)
    word = known_words.keyword(typed)
    if typed and not word:
        form.wrong(
            "keyword",
            words.gettext(
                "A keyword is one word of 3 to 20 letters or digits, and none that means something else, such as STOP, HELP or SURE."
            ),
        )
    return word


def _ticked(form: Form, name: str, offered: dict[str, Any]) -> list[Any]:
    rows = {str(row.id): row for row in offered[name]}
    return [rows[n] for n in form.many(name, rows)]


async def _chosen_list(member: Membership, form: Form) -> ContactList | None:
    list_id = form.integer("contact_list", words.gettext("Contact list"), 1, 2**31 - 1)
    found = await ContactList.filter(id=list_id, campaign_id=member.campaign_id).first()
    if found is None:
        form.errors["contact_list"] = words.gettext("Choose a contact list.")
    return found


def _to(request: Request, member: Membership, its: OptInForm, more: str = "") -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/opt-ins/{its.id}{more}")


HANDLERS = [opt_ins_page, new_opt_in, add_opt_in, opt_in_page, save_opt_in, open_opt_in, close_opt_in]
