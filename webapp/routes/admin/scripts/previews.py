"""The counter, findings and preview of the text in a script's editor (SPEC A6, A7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from webapp.access import finding
from webapp.http.forms import Form
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.actions.pictures import Picture
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.contacts.contact import Contact
from webapp.models.links import links
from webapp.models.scripts import people_in_order, rendering
from webapp.rules import script_lint, segments, variables

NEW = {f"new-{INITIAL}": INITIAL, f"new-{RESPONSE}": RESPONSE}  # place of an unsaved script -> its kind


@dataclass(frozen=True)
class Written:
    """The contents of one editor. ``place``: the script's id, or one of NEW. ``opts_out``: a stored tag of it opts people
    out."""

    place: str
    kind: str
    body: str
    name: str = ""
    picture: Picture | None = None
    opts_out: bool = False


@dataclass(frozen=True)
class Example:
    """The person scripts are shown for, and the lookups all scripts of a page share. ``real``: the person is on the
    action's lists, not invented. ``values``: what fills variables. ``known``: names of variables. ``links``: names of
    the custom links to offer."""

    contact: Contact
    real: bool
    values: dict[str, str | None]
    known: set[str]
    links: set[str]
    campaign: Campaign

    def check(self, written: Written) -> dict[str, Any]:
        """The counter, the findings and the preview of one script."""
        text, unfilled = self._rendered(written.body)
        counted = segments.count(text)
        return {
            "written": written,
            "text": text,
            "findings": self._findings(written, text),
            "unfilled": unfilled,
            "counted": counted,
            "billed": segments.billed(counted, written.picture is not None),
            "price": self.campaign.mms_price if written.picture else self.campaign.segment_price,
            "forcing": segments.forcing(text),
            "contact": self.contact,
            "real": self.real,
        }

    def _rendered(self, body: str) -> tuple[str, list[str]]:
        """The text, with [name] for a variable nothing fills, and those variables; a link that the campaign doesn't have is
        one. Unknown names are findings already."""
        samples = {name: address for name, address in links.samples(body).items() if name in self.known}
        values = {**self.values, **samples}
        empty = [v.name for v in variables.found(body) if not (variables.value(values, v.name) or "").strip()]
        rendered = variables.render(body, values | {name: f"[{name}]" for name in empty})
        text = rendered.text if isinstance(rendered, variables.Rendered) else body
        return text, [name for name in dict.fromkeys(empty) if not variables.unknown(f"{{{{{name}}}}}", self.known)]

    def _findings(self, written: Written, text: str) -> list[script_lint.Finding]:
        missing = bool(written.picture and not written.picture.intact())
        return [
            *(self._lint(written, text) if written.body else []),
            *script_lint.picture(missing),
            *script_lint.opts_out_supporters(written.name, written.opts_out),
        ]

    def _lint(self, written: Written, text: str) -> list[script_lint.Finding]:
        known, name = self.known, self.campaign.name
        return script_lint.lint(written.body, written.kind, known, name, text, self.links)


async def example(member: Membership, action: Action, contact: Contact | None, *bodies: str) -> Example:
    """For ``contact``, or else the first contact of the list; an invented person where the list is empty."""
    found = contact or await people_in_order.neighbour(action, 0)
    shown = found or Contact(id=0, first_name="Maria", last_name="Delgado", phone="+14125550142", state_abbrev="PA")
    values = await rendering.values(member.campaign, shown, member.user, "".join(bodies))
    known, offered = await rendering.known_names(member.campaign), await links.names(member.campaign, archived_at=None)
    return Example(shown, found is not None, values, known, offered, member.campaign)


async def chosen(member: Membership, action: Action, contact_id: str, step: str) -> Contact | None:
    """The contact asked for, or its neighbour on the list where ``step`` is "next" or "previous"."""
    number = finding.row_id(int(contact_id)) if contact_id.isdecimal() and len(contact_id) < 19 else 0
    if step in ("next", "previous"):
        return await people_in_order.neighbour(action, number, backwards=step == "previous")
    return await Contact.get_or_none(id=number, campaign_id=member.campaign_id)


async def written_in(action: Action, form: Form) -> Written:
    """The editor's text, or the text of a fix that was tapped. Parts that the form lacks are as stored."""
    place, name = form.text("place", "", 24), "fixed" if form.data.get("fixed") else "body"
    if place in NEW:
        return Written(place, NEW[place], form.long_text(name, "", 10_000))
    script = await finding.script_of(action, int(place) if place.isdecimal() and len(place) < 10 else 0)
    await script.fetch_related("picture", "script_tags__tag")
    kept = stored(script)
    return replace(kept, body=form.long_text(name, "", 10_000)) if name in form.data else kept


def stored(script: Script) -> Written:
    """``picture`` and ``script_tags__tag`` are loaded already."""
    return Written(str(script.id), script.kind, script.body, script.name, script.picture, script.opts_out)
