"""The values of a script's variables for one contact and one sender (SPEC section 4)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from webapp import config
from webapp.models.accounts import teams
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.actions.script import Script
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, field_values
from webapp.models.links import links
from webapp.models.opt_in_forms import values as opt_in_values
from webapp.rules import errors, names, phone, safeguards, script_lint, variables
from webapp.rules.scripts import brackets

TEAM_CODE = "user.team_code"
PLAIN = "x"  # in place of a value that is not looked at
Values = Mapping[str, str | None]  # by canonical name


@dataclass(frozen=True)
class Rendering:
    """A script as one contact would get it. ``hash``: the card carries it, and the click compares it (A11). With
    ``unfilled`` variables, ``text`` is the script's own and ``hash`` is "". ``wrong``: why nobody may send it: 1310, 1315
    or 1316. ``theirs``: it is wrong by a value of the contact's own, not by the script or the campaign's words."""

    text: str
    unfilled: tuple[str, ...]
    hash: str
    wrong: int | None = None
    theirs: bool = False

    @property
    def lacks(self) -> tuple[str, ...]:
        """The variables that the sender or the campaign has no value for: no fault of this contact."""
        return tuple(name for name in self.unfilled if not variables.of_contact(name))

    @property
    def final_code(self) -> int | None:
        """Why this contact gets no first text, until the value or the script changes: 1307, 1310, 1315 or 1316."""
        if self.unfilled:
            return None if self.lacks else errors.UNFILLED
        return self.wrong if self.theirs else None

    @property
    def stopped(self) -> Literal["", "sender", "text"]:
        """Why the text can't leave, where that is no fault of this contact: the conversation stays open."""
        if self.lacks:
            return "sender"
        return "text" if self.wrong and not self.theirs else ""


async def known_names(campaign: Campaign) -> set[str]:
    """Canonical names of all variables a script of this campaign's actions may use."""
    slugs = await CustomField.filter(campaign=campaign).values_list("slug", flat=True)
    return set(variables.BUILT_IN) | {str(slug) for slug in slugs} | await links.names(campaign)


async def known_in_opt_ins(campaign: Campaign) -> set[str]:
    """The same for an opt-in form's scripts: with the variables of opt-ins, and without those of a sender, since no
    user sends them (B2)."""
    return (await known_names(campaign) | set(variables.OPT_IN)) - set(variables.USER)


async def render(
    campaign: Campaign, script: Script, contact: Contact, sender: User | None, conversation_id: int
) -> Rendering:
    return (await render_all(campaign, [script], contact, sender, conversation_id))[0]


async def render_all(
    campaign: Campaign, scripts: list[Script], contact: Contact, sender: User | None, conversation_id: int
) -> list[Rendering]:
    """Loads the values once. Links are the conversation's own, created where missing. ``scripts``: of one action.
    ``sender``: None for an opt-in form's texts."""
    given = await _given(campaign, scripts, contact, sender)
    own = await links.addresses(campaign, scripts, conversation_id)
    return await _all(campaign, contact, [(script, {**given, **own.get(script.id, {})}) for script in scripts])


async def preview_all(campaign: Campaign, scripts: list[Script], contact: Contact, sender: User) -> list[Rendering]:
    """Links are samples, as long as real ones; nothing is stored."""
    given = await _given(campaign, scripts, contact, sender)
    given |= await links.known_samples(campaign, "".join(script.body for script in scripts))
    return await _all(campaign, contact, [(script, given) for script in scripts])


async def _given(
    campaign: Campaign, scripts: list[Script], contact: Contact, sender: User | None
) -> dict[str, str | None]:
    body = "".join(script.body for script in scripts)
    own = {}
    if variables.of_opt_in(body):
        own = await opt_in_values.of(scripts[0].action_id, contact.id, scripts[0].language)
    return {**await values(campaign, contact, sender, body), **own} if scripts else {}


async def _all(campaign: Campaign, contact: Contact, pairs: list[tuple[Script, Values]]) -> list[Rendering]:
    """Each script filled in with its values, and judged (A7)."""
    made = [_rendered(script, given) for script, given in pairs]
    fields = await fields_for(campaign.id, "\n".join(rendered.text for rendered in made if rendered.hash))
    found = []
    for rendered, (script, given) in zip(made, pairs, strict=True):
        if rendered.hash and (wrong := safeguards.wrong_words(rendered.text, fields)):
            plain = {**given, **dict.fromkeys(await _own_names(campaign, contact), PLAIN)}
            theirs = safeguards.wrong_words(_filled(script.body, plain), fields) is None
            rendered = replace(rendered, wrong=wrong, theirs=theirs)
        found.append(rendered)
    return found


async def _own_names(campaign: Campaign, contact: Contact) -> list[str]:
    """The variables whose values are the contact's own, not the campaign's fallbacks and defaults."""
    fallback = campaign.contact_name("")
    given = {**of_contact(campaign, contact), **await field_values(contact.id)}
    return [name for name, value in given.items() if value and value != fallback]


async def nobody_may_send(campaign: Campaign, shared: Values, scripts: list[Script]) -> bool:
    """True where the script or the campaign's words make one of these a text that nobody may send (A7). ``shared``: the
    values that are the same for all contacts."""
    plain = {variable.name: PLAIN for script in scripts for variable in variables.found(script.body)}
    given = {**plain, **{name: value for name, value in shared.items() if value}}
    texts = [_filled(script.body, given) for script in scripts]
    fields = await fields_for(campaign.id, "\n".join(texts))
    wrong = any(safeguards.wrong_words(text, fields) for text in texts)
    return wrong or bool(await unfit(campaign, "\n".join(script.body for script in scripts)))


def _filled(body: str, given: Values) -> str:
    """The text, or the script itself where something can't be filled."""
    made = variables.render(body, given)
    return body if isinstance(made, variables.Unfilled) else made.text


async def fields_for(campaign_id: int, text: str) -> frozenset[str]:
    """Slugs of the campaign's custom fields if the text may name one; else none, without a statement."""
    if not brackets.marked(text):
        return frozenset()
    slugs = await CustomField.filter(campaign_id=campaign_id).values_list("slug", flat=True)
    return frozenset(str(slug) for slug in slugs)


def _rendered(script: Script, given: Mapping[str, str | None]) -> Rendering:
    made = variables.render(script.body, given)
    if isinstance(made, variables.Unfilled):
        return Rendering(script.body, made.names, "")
    return rendering(script, made.text)


def rendering(script: Script, text: str) -> Rendering:
    """``text``: this version of the script, filled in for one person."""
    return Rendering(text, (), _signed(f"{script.id}:{script.version}:{text}"))


def _signed(what: str) -> str:
    return _digest(config.secret_key(config.settings()), what)


@lru_cache(maxsize=2_000)  # the click asks for what the card asked for
def _digest(key: str, what: str) -> str:
    return hmac.digest(key.encode(), what.encode(), "sha256").hex()


async def values(campaign: Campaign, contact: Contact, sender: User | None, text: str) -> dict[str, str | None]:
    """By canonical name, with fallbacks and fields' defaults. Fields and the team code are loaded only if ``text`` uses
    them."""
    fields = await _fields(campaign, contact) if variables.uses_fields(text) else {}
    return {**fields, **of_contact(campaign, contact), **await of_sender(campaign, sender, text)}


async def _fields(campaign: Campaign, contact: Contact) -> dict[str, str]:
    return await _defaults(campaign) | await field_values(contact.id)


async def _defaults(campaign: Campaign) -> dict[str, str]:
    defaults = await CustomField.filter(campaign=campaign).values_list("slug", "default_value")
    return {str(slug): str(default) for slug, default in defaults}


async def of_sender(campaign: Campaign, sender: User | None, text: str) -> dict[str, str | None]:
    """The values that are the same for all contacts. A value that no text may have counts as missing, so no contact is
    closed for it."""
    given = {**(_sender(campaign, sender) if sender else {}), **of_campaign(campaign)}
    if sender and any(variable.name == TEAM_CODE for variable in variables.found(text)):
        given[TEAM_CODE] = await teams.code_of(campaign.id, sender.id)
    return {name: "" if script_lint.in_sent(value or "") else value for name, value in given.items()}


def of_contact(campaign: Campaign, contact: Contact) -> dict[str, str | None]:
    return {
        "first_name": campaign.contact_name(names.greeting(contact.first_name)),
        "last_name": names.greeting(contact.last_name),
        "full_name": campaign.contact_name(names.greeting(contact.name)),
        "email": contact.email,
        "phone": phone.national(contact.phone),
        "state_abbrev": contact.state_abbrev,
    }


def _sender(campaign: Campaign, sender: User) -> dict[str, str | None]:
    """A name that was stored before the rule for names existed is not sent: the fallback replaces it (A7)."""
    first, last = (name if names.may_be_a_persons(name) else "" for name in (sender.first_name, sender.last_name))
    return {
        "user.first_name": campaign.sender_name(first),
        "user.last_name": last,
        "user.full_name": campaign.sender_name(f"{first} {last}".strip()),
        "user.email": sender.email,
        "user.phone": phone.national(sender.phone),
        TEAM_CODE: None,
    }


async def unfit(campaign: Campaign, text: str) -> list[str]:
    """The variables in the text whose words, set by the campaign, hold a link shortener or braces; fallbacks and
    defaults count too."""
    given: dict[str, str | None] = {**(await _defaults(campaign) if variables.uses_fields(text) else {})}
    given |= of_campaign(campaign)
    given |= dict.fromkeys(("first_name", "full_name"), campaign.contact_name(""))
    given |= dict.fromkeys(("user.first_name", "user.full_name"), campaign.sender_name(""))
    names = dict.fromkeys(variable.name for variable in variables.found(text))
    fields = await fields_for(campaign.id, "\n".join(value for value in given.values() if value))
    return [name for name in names if script_lint.in_sent(variables.value(given, name) or "", fields)]


def of_campaign(campaign: Campaign) -> dict[str, str | None]:
    return {
        "campaign.name": campaign.name,
        "campaign.description": campaign.description,
        "campaign.join_code": campaign.join_code,
        "broadcast_phone_number": phone.national(campaign.broadcast_phone_number),
    }
