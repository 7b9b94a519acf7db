"""Faults that keep an opt-in form from being opened (SPEC B2, A7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.script import INITIAL
from webapp.models.contacts.lists import ContactList
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_in_forms.form import SCRIPTS
from webapp.models.scripts import publishing, rendering
from webapp.rules import script_lint, variables
from webapp.rules.opt_ins import words
from webapp.rules.script_lint import Finding
from webapp.rules.speech.sentences import said, together

TITLES = {
    "initial": said("Initial script"),
    "follow_up": said("Follow-up script"),
    "initial_es": said("Initial script in Spanish"),
    "follow_up_es": said("Follow-up script in Spanish"),
}
NEVER_STORED = ("unknown_variable", "unclosed", "too_long")  # findings that even a draft may not have
OF_A_SENDER = ("sender", "link")  # warnings of a first text that nobody asked for


@dataclass(frozen=True)
class Words:
    """The parts that are checked: of the row, or of a form that is not stored yet. ``columns``: those of editing; ``scripts``: SCRIPTS -> words."""

    columns: dict[str, str]
    scripts: dict[str, str]


async def stops_opening(
    campaign: Campaign, its: Words, contact_list: ContactList, numbers: Sequence[PhoneNumber]
) -> list[str]:
    """Sentences; none where the form may be opened. ``numbers``: those chosen; none: every number of the campaign."""
    found: list[str] = [] if its.columns["consent"] else [said("The consent wording is missing: what people agree to.")]
    if not its.columns["reach"]:
        found.append(said("Say how people reach a person: whoever once opted out gets no text."))
    if contact_list.archived_at:
        found.append(said("Its contact list is archived. Choose another."))
    if not await _takes_new_contacts(campaign, numbers):
        found.append(said("None of its numbers can take new contacts. Choose another."))
    if not campaign.set_up:
        found.append(said("The set-up check is not green yet."))
    for name, body in its.scripts.items():
        if body or name == "initial":
            found += [
                together(TITLES[name], sentence, by=": ") for sentence in await _of_script(campaign, its, name, body)
            ]
    return found


async def _takes_new_contacts(campaign: Campaign, numbers: Sequence[PhoneNumber]) -> bool:
    """A paused number counts: sign-ups wait for it. A retired one takes nobody new any more (S3)."""
    if numbers:
        return any(number.retired_at is None and number.released_at is None for number in numbers)
    return await PhoneNumber.exists(campaign=campaign, retired_at=None, released_at=None)


async def _of_script(campaign: Campaign, its: Words, name: str, body: str) -> list[str]:
    kind, _ = SCRIPTS[name]
    found: list[str] = []
    if kind == INITIAL and body and not words.asks_for_yes(body):
        found.append(said("it does not ask for a YES."))
    found += [finding.sentence for finding in script_lint.errors(await findings(campaign, kind, body))]
    named = {variable.name for variable in variables.found(body)}
    own = {f"opt_in_form.{part}": its.columns[part] for part in ("title", "subtitle")}
    given = {**rendering.of_campaign(campaign), **own}
    lacking = [name for name in given if name in named and not (given[name] or "").strip()]
    found += [said("“%(name)s” has no words yet.", name=name) for name in lacking]
    return found + [check.sentence for check in await publishing.unfit(campaign, body)]


async def findings(campaign: Campaign, kind: str, body: str) -> list[Finding]:
    """The lint of a form's script."""
    known = await rendering.known_in_opt_ins(campaign)
    found = script_lint.lint(body, kind, known, campaign.name)
    return [finding for finding in found if finding.code not in OF_A_SENDER]


async def never_stored(campaign: Campaign, kind: str, body: str) -> list[str]:
    """Faults that even a draft's script may not have."""
    return [finding.sentence for finding in await findings(campaign, kind, body) if finding.code in NEVER_STORED]
