"""Opt-in forms made, changed, opened and closed, each with its audit note (SPEC B2, B4).

A draft may lack almost anything. Of an open form everything that stops opening also stops a change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webapp import clock, database
from webapp.database import transactional
from webapp.database.locks import Lock
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import PRIVATE, Action
from webapp.models.actions.script import Script
from webapp.models.contacts.labels import CustomField
from webapp.models.contacts.lists import ContactList
from webapp.models.links import ready_links
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_in_forms.form import CLOSED, OPEN, SCRIPTS, OptInField, OptInForm, OptInNumber
from webapp.models.opt_ins import checks
from webapp.rules import edited
from webapp.rules.edited import Meanwhile
from webapp.rules.links import web_links
from webapp.rules.speech.sentences import said

NAMES = {
    "initial": "",
    "follow_up": said("Follow-up"),
    "initial_es": said("In Spanish"),
    "follow_up_es": said("Follow-up in Spanish"),
}
COLUMNS = ("title", "subtitle", "consent", "title_es", "subtitle_es", "consent_es", "keyword", "reach")


@dataclass(frozen=True)
class Draft:
    """A form to be stored. ``columns``: those of COLUMNS."""

    columns: dict[str, str]
    contact_list: ContactList
    fields: list[CustomField]
    numbers: list[PhoneNumber]
    initial: str
    follow_up: str
    initial_es: str = ""
    follow_up_es: str = ""

    @property
    def scripts(self) -> dict[str, str]:
        """SCRIPTS -> words."""
        return {name: getattr(self, name) for name in SCRIPTS}

    @property
    def words(self) -> checks.Words:
        return checks.Words(self.columns, self.scripts)


@dataclass(frozen=True)
class Refused:
    """Nothing was changed. ``wrong``: field -> sentence."""

    wrong: dict[str, str]


@transactional
async def create(draft: Draft, by: Membership) -> OptInForm | Refused:
    """A draft with an action of its own, and the custom link that leads to its page."""
    campaign = await _locked_names(by)
    if wrong := await _wrong(campaign, draft, None):
        return Refused(wrong)
    action = await Action.create(
        campaign=campaign,
        title=draft.columns["title"],
        state=PRIVATE,
        of_opt_in=True,
        published_at=clock.now(),
        created_at=clock.now(),
    )
    its: dict[str, Any] = {**draft.columns, "slug": await _free_slug(campaign, draft.columns["title"])}
    form = await OptInForm.create(
        campaign=campaign, action=action, contact_list=draft.contact_list, created_at=clock.now(), **its
    )
    await _write_parts(form, draft)
    await ready_links.make(by, ready_links.OPT_IN, form.id, form.title, form.slug)
    await audit.record(by, "opt_in.created", {"opt_in": form.id}, form.title)
    return form


@transactional
async def save(form: OptInForm, draft: Draft, by: Membership, seen: str = "") -> OptInForm | Refused | Meanwhile:
    """``seen``: the mark of the page (rules/edited.py). People who signed up before agreed to the version before."""
    campaign = await _locked_names(by)
    stored = await OptInForm.filter(id=form.id).select_for_update().get()
    if overtaken := edited.meanwhile(seen, await values(stored), _values_of(draft)):
        return await audit.with_saver(overtaken, by.campaign_id, "opt_in.saved", "opt_in", stored.id)
    wrong = await _wrong(campaign, draft, stored)
    if not wrong and stored.state == OPEN and (found := await _stopped(campaign, draft)):
        wrong = {"open": " ".join(found)}
    if wrong:
        return Refused(wrong)
    if _values_of(draft) != await values(stored):
        await OptInForm.filter(id=form.id).update(
            version=stored.version + 1, contact_list_id=draft.contact_list.id, **draft.columns
        )
        await Action.filter(id=stored.action_id).update(title=draft.columns["title"])
        await _write_parts(stored, draft)
    about: audit.About = {"opt_in": stored.id}
    await audit.record(by, "opt_in.saved", about, draft.columns["title"], version=stored.version + 1)
    return await OptInForm.get(id=form.id)


@transactional
async def open_form(form: OptInForm, by: Membership) -> list[str]:
    """Anybody may sign up from now on. Returns what is in the way; then nothing was changed."""
    stored = await OptInForm.filter(id=form.id).select_for_update().get()
    if found := await in_the_way(stored):
        return found
    if stored.state != OPEN:
        await OptInForm.filter(id=form.id).update(state=OPEN)
        await audit.record(by, "opt_in.opened", {"opt_in": stored.id}, stored.title, version=stored.version)
    return []


async def in_the_way(form: OptInForm) -> list[str]:
    """The faults that keep the stored form from being opened. For an open form: those that came up since."""
    words = checks.Words({name: getattr(form, name) for name in COLUMNS}, await form.scripts())
    chosen = await ContactList.get(id=form.contact_list_id)
    return await checks.stops_opening(await Campaign.get(id=form.campaign_id), words, chosen, await _numbers(form))


async def _numbers(form: OptInForm) -> list[PhoneNumber]:
    return await PhoneNumber.filter(id__in=await form.number_ids() or [0])


@transactional
async def close_form(form: OptInForm, by: Membership) -> None:
    """Nobody can sign up any more; its page says so. People who signed up before can still confirm."""
    if await OptInForm.filter(id=form.id, state=OPEN).update(state=CLOSED):
        await audit.record(by, "opt_in.closed", {"opt_in": form.id}, form.title)


async def values(form: OptInForm) -> dict[str, str]:
    """The stored values, in words, to compare two people's forms."""
    chosen = await ContactList.get(id=form.contact_list_id)
    columns = {name: getattr(form, name) for name in COLUMNS}
    return _in_words(columns, chosen, await form.fields_asked(), await _numbers(form), await form.scripts())


def _values_of(draft: Draft) -> dict[str, str]:
    return _in_words(draft.columns, draft.contact_list, draft.fields, draft.numbers, draft.scripts)


def _in_words(
    columns: dict[str, str],
    chosen: ContactList,
    fields: list[CustomField],
    numbers: list[PhoneNumber],
    scripts: dict[str, str],
) -> dict[str, str]:
    return {
        **columns,
        "contact_list": chosen.name,
        "fields": ", ".join(sorted(field.title for field in fields)),
        "numbers": ", ".join(sorted(number.e164 for number in numbers)),
        **scripts,
    }


async def _locked_names(by: Membership) -> Campaign:
    await database.lock(Lock.NAMING_FORMS, by.campaign_id)
    return await Campaign.get(id=by.campaign_id)


async def _wrong(campaign: Campaign, draft: Draft, form: OptInForm | None) -> dict[str, str]:
    wrong = {}
    for name, body in draft.scripts.items():
        if body and (found := await checks.never_stored(campaign, SCRIPTS[name][0], body)):
            wrong[name] = " ".join(found)
    keyword = draft.columns["keyword"]
    others = OptInForm.filter(campaign=campaign, keyword=keyword).exclude(id=form.id if form else 0)
    if keyword and await others.exists():
        wrong["keyword"] = said("Another opt-in form has this keyword.")
    return wrong


async def _stopped(campaign: Campaign, draft: Draft) -> list[str]:
    return await checks.stops_opening(campaign, draft.words, draft.contact_list, draft.numbers)


async def _write_parts(form: OptInForm, draft: Draft) -> None:
    await OptInField.filter(form=form).delete()
    await OptInNumber.filter(form=form).delete()
    for field in draft.fields:
        await OptInField.create(form=form, field=field)
    for number in draft.numbers:
        await OptInNumber.create(form=form, number=number)
    for name, body in draft.scripts.items():
        await _write_script(form, name, body)


async def _write_script(form: OptInForm, name: str, body: str) -> None:
    """A new version where the words changed. A script without words is none."""
    kind, language = SCRIPTS[name]
    script = await form.own_script(kind, language)
    if script is None and body:
        title = NAMES[name]
        script = await Script.create(action_id=form.action_id, kind=kind, name=title, language=language)
    if script and body:
        await script.write(script.name, body, None)
    elif script:
        await script.archive()


async def _free_slug(campaign: Campaign, title: str) -> str:
    base = web_links.slug(title)[:34] or "sign-up"
    taken = {str(slug) for slug in await OptInForm.filter(campaign=campaign).values_list("slug", flat=True)}
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, 1_000))) if slug not in taken)
