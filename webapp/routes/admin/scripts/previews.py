"""A script while it is written: as one person gets it, what it costs over the list, and on one's own phone (SPEC A6, A7)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Any

from litestar import Request, Response, get, post

from webapp import access, forms, limiting, queue, words
from webapp.forms import Form
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.actions.pictures import Picture
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.contacts.contact import Contact
from webapp.models.numbers import choice
from webapp.models.scripts import cost, links, people_in_order, rendering
from webapp.models.scripts.cost import ScriptMeasure
from webapp.models.sending import test_text
from webapp.models.sending.click import Declined
from webapp.pages import page
from webapp.routes.admin.sending import own_phone
from webapp.rules import phone, script_lint, segments, variables

LARGEST = 25_000_000  # bytes of a form with a picture; what is too much for a text is offered smaller
AT_ONCE = 0.25  # seconds of a request spent on a measure; the rest is a worker's
NEW = {f"new-{INITIAL}": INITIAL, f"new-{RESPONSE}": RESPONSE}  # places of scripts that are not stored yet


@dataclass(frozen=True)
class Written:
    """What stands in an editor. ``place``: the script's id, or one of NEW."""

    place: str
    kind: str
    body: str
    name: str = ""
    picture: Picture | None = None
    opts_out: bool = False  # sending it does, by its tags as stored


@dataclass(frozen=True)
class Example:
    """The person a script is shown as, and all that is asked once for a whole page of scripts. ``real``: from the list,
    not invented."""

    contact: Contact
    real: bool
    given: dict[str, str | None]
    known: set[str]
    links: set[str]  # those to be offered
    campaign: Campaign

    def check(self, written: Written) -> dict[str, Any]:
        """What the counter, the findings and the preview of one script show."""
        body, picture = written.body, written.picture
        given = {**self.given, **links.samples(body)}
        unfilled = [v.name for v in variables.found(body) if not (variables.value(given, v.name) or "").strip()]
        rendered = variables.render(body, given | {name: f"[{name}]" for name in unfilled})
        text = rendered.text if isinstance(rendered, variables.Rendered) else body
        findings, counted = self._lint(written, text) if body else [], segments.count(text)
        return {
            "written": written,
            "text": text,
            "findings": findings
            + script_lint.picture(bool(picture and not picture.intact()))
            + script_lint.opting_out_of_the_glad(written.name, written.opts_out),
            "unfilled": [
                name for name in dict.fromkeys(unfilled) if not variables.unknown(f"{{{{{name}}}}}", self.known)
            ],
            "counted": counted,
            "billed": segments.billed(counted, picture is not None),
            "price": self.campaign.mms_price if picture else self.campaign.segment_price,
            "forcing": segments.forcing(text),
            "contact": self.contact,
            "real": self.real,
        }

    def _lint(self, written: Written, text: str) -> list[script_lint.Finding]:
        known, name = self.known, self.campaign.name
        return script_lint.lint(written.body, written.kind, known, name, text, self.links)  # type: ignore[arg-type]


async def example(member: Membership, action: Action, contact: Contact | None, *bodies: str) -> Example:
    """As ``contact`` would get it, or the first of the list; an invented person while there is none."""
    found = contact or await people_in_order.neighbour(action, 0)
    shown = found or Contact(id=0, first_name="Maria", last_name="Delgado", phone="+14125550142", state_abbrev="PA")
    given = await rendering.values(member.campaign, shown, member.user, "".join(bodies))
    known, offered = await rendering.known_names(member.campaign), await links.names(member.campaign, archived_at=None)
    return Example(shown, found is not None, given, known, offered, member.campaign)


async def chosen(member: Membership, action: Action, contact_id: str, step: str) -> Contact | None:
    """The contact a preview is asked for: this one, or the one before or after it on the list."""
    number = access.row_id(int(contact_id)) if contact_id.isdecimal() and len(contact_id) < 19 else 0
    if step in ("next", "previous"):
        return await people_in_order.neighbour(action, number, backwards=step == "previous")
    return await Contact.get_or_none(id=number, campaign_id=member.campaign_id)


async def written_in(action: Action, form: Form) -> Written:
    """As sent along, or as a mend that was tapped makes it; what was not sent is as it is stored."""
    place, name = form.text("place", "", 24), "mend" if form.data.get("mend") else "body"
    if place in NEW:
        return Written(place, NEW[place], form.long_text(name, "", 10_000))
    script = await access.script_of(action, int(place) if place.isdecimal() and len(place) < 10 else 0)
    await script.fetch_related("picture", "script_tags__tag")
    kept = stored(script)
    return replace(kept, body=form.long_text(name, "", 10_000)) if name in form.data else kept


def stored(script: Script) -> Written:
    """``picture`` and ``script_tags__tag`` are loaded already."""
    return Written(str(script.id), script.kind, script.body, script.name, script.picture, script.opts_out)


@post("/actions/{action_id:int}/measures", request_max_body_size=LARGEST)
async def measure(request: Request, member: Membership, action_id: int) -> Response:
    """What it costs over the whole list: a small one at once, a large one by a worker while the page looks again."""
    action, form = await access.action_of(member, action_id), Form(await request.form())
    written = await written_in(action, form)
    made = await measured(action, member, written)
    return await _measure(request, action, await access.measure_of(action, made.id), written.place)


async def measured(action: Action, member: Membership, written: Written) -> ScriptMeasure:
    """A new one is begun here and goes on with a worker; one that is there already is only looked at."""
    made, new = await cost.begin(action, member.user, written.body, written.picture is not None, written.place)
    if new and await cost.run(made.id, AT_ONCE):
        await queue.run_measure(made.id)
    return made


@get("/actions/{action_id:int}/measures/{measure_id:int}")
async def look_again(request: Request, member: Membership, action_id: int, measure_id: int) -> Response:
    action = await access.action_of(member, action_id)
    found = await access.measure_of(action, measure_id)
    return await _measure(request, action, found, _place(request.query_params.get("place", found.place)))


def _place(asked: str) -> str:
    return asked if asked in NEW or (asked.isdecimal() and len(asked) < 10) else ""


async def _measure(request: Request, action: Action, found: ScriptMeasure, place: str) -> Response:
    """``place``: the editor that asks; the same text may have been measured for another."""
    response = NEW.get(place) == RESPONSE or (
        place.isdecimal() and await Script.exists(id=int(place), action=action, kind=RESPONSE)
    )
    return page(
        request,
        "admin/scripts/measure.html",
        "admin/scripts/_measure.html",
        action=action,
        measure=found,
        place=place,
        kind=RESPONSE if response else INITIAL,
        people=await cost.people_of(found),
    )


@post("/actions/{action_id:int}/tests", request_max_body_size=LARGEST)
async def send_test(request: Request, member: Membership, action_id: int) -> Response:
    """To the phone of whoever asks, as the person shown would get it."""
    action, form = await access.action_of(member, action_id), Form(await request.form())
    written = await written_in(action, form)
    contact = await chosen(member, action, form.text("contact", "", 30), "")
    said = await _send_test(member, action, written, contact, form)
    status = 200 if form else 422
    return page(
        request,
        "admin/scripts/test.html",
        "admin/scripts/_test.html",
        status_code=status,
        action=action,
        said=said,
        fine=bool(form),
        place=written.place,
        client_id=uuid.uuid4(),
    )


async def _send_test(member: Membership, action: Action, written: Written, contact: Contact | None, form: Form) -> str:
    """One sentence: where it went, or why it did not."""
    shown = await example(member, action, contact, written.body)
    check = shown.check(written)
    client_id = forms.uuid_of(form.text("client_message_id", "", 40))
    if why := _hindrance(member, check, client_id):
        form.wrong("test", why)
        return why
    if not await limiting.allowed(limiting.TEST, str(member.user_id)):
        form.wrong("test", words.gettext("Those were many tests in an hour. Wait a little, then try again."))
        return form.errors["test"]
    assert client_id
    picture_id = written.picture.id if written.picture else None
    outcome = await test_text.send(member, written.body, shown.contact, client_id, picture_id)
    if isinstance(outcome, Declined):
        form.wrong("test", own_phone.declined(outcome.code))
        return form.errors["test"]
    if outcome.again:
        return words.gettext("That one is on its way already.")
    await queue.drain(outcome.message.number_id or 0)
    return words.gettext("On its way to %(phone)s.", phone=phone.national(member.user.phone))


def _hindrance(member: Membership, check: dict[str, Any], client_id: uuid.UUID | None) -> str:
    """Why there is nothing to send; a missing way to opt out does not matter on one's own phone."""
    wrong = [f for f in script_lint.errors(check["findings"]) if f.code != "no_opt_out"]
    if wrong or not check["written"].body:
        return wrong[0].sentence if wrong else words.gettext("There is no text yet.")
    if client_id is None:
        return words.gettext("Something in that form could not be read. Nothing was sent.")
    if not member.campaign.set_up:
        return words.gettext("The set-up check is not green yet, so nothing can be sent.")
    if member.campaign.stopped_at:
        return words.gettext("All texts are stopped now. Start again first.")
    return "" if member.user.phone else words.gettext("There is no phone number in your account.")


@get("/actions/{action_id:int}/cost")
async def show_cost(request: Request, member: Membership, action_id: int) -> Response:
    """What the first texts cost: everyone gets one of the initial scripts, so their mean over the whole list."""
    action = await access.action_of(member, action_id)
    scripts = [stored(script) for script in await Script.of(action, INITIAL)]
    made = [await measured(action, member, replace(written, place=f"cost-{written.place}")) for written in scripts]
    measures = [await access.measure_of(action, one.id) for one in made]
    price = sum(one.price(member.campaign) for one in measures) // max(len(measures), 1)
    forecast = await choice.done_at(member.campaign, sum(one.segments for one in measures) / max(len(measures), 1))
    return page(
        request,
        "admin/scripts/cost.html",
        "admin/scripts/_cost.html",
        action=action,
        measures=measures,
        price=price,
        forecast=forecast,
        people=max((one.people for one in measures), default=0),
        counting=not all(one.over for one in measures),
    )


HANDLERS = [measure, look_again, send_test, show_cost]
