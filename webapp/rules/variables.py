"""##{{name}} in scripts and the menus of them (SPEC section 4, A5). Filled in one pass: a variable inside a value is not expanded.

Names ignore case and spaces. `{{name}}` and `## {{name}}` mean `##{{name}}`. Quotes round a link's slug may be curly.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from webapp.rules.speech.sentences import said

Menu = tuple[str, list[tuple[str, str]]]  # its title; words and the variable's name of each item

OF_USERS = said("User Info")
MENUS: list[Menu] = [
    (
        said("Contact Info"),
        [
            (said("First Name"), "first_name"),
            (said("Last Name"), "last_name"),
            (said("Full Name"), "full_name"),
            (said("Email"), "email"),
            (said("Phone"), "phone"),
            (said("State"), "state_abbrev"),
        ],
    ),
    (
        OF_USERS,
        [
            (said("First Name"), "user.first_name"),
            (said("Last Name"), "user.last_name"),
            (said("Full Name"), "user.full_name"),
            (said("Email"), "user.email"),
            (said("Phone"), "user.phone"),
            (said("Team Code"), "user.team_code"),
        ],
    ),
    (
        said("Campaign Info"),
        [
            (said("Campaign Name"), "campaign.name"),
            (said("Description"), "campaign.description"),
            (said("Join Code"), "campaign.join_code"),
            (said("Broadcast Phone Number"), "broadcast_phone_number"),
        ],
    ),
]
OPT_IN_MENU: Menu = (
    said("Opt-In"),
    [
        (said("Title"), "opt_in_form.title"),
        (said("Subtitle"), "opt_in_form.subtitle"),
        (said("Referral Link"), "contact_referral_link"),
    ],
)
WORDS = {name: words for _, items in MENUS for words, name in items}
CONTACT, USER, CAMPAIGN = (tuple(name for _, name in items) for _, items in MENUS)
BUILT_IN = frozenset(CONTACT + USER + CAMPAIGN)
OPT_IN = tuple(name for _, name in OPT_IN_MENU[1])  # known in the scripts of an opt-in form only
ALIASES = {"fullname": "full_name", "user.fullname": "user.full_name"}

_VARIABLE = re.compile(r"(?:(?<!#)##+[ \t]*)?\{\{([^{}]*)\}\}")
_FILLED = "\ue000"  # in place of each variable, while the rest is searched for stray braces
_CLOSING = r"(?:[ \t]*\})*"
_BROKEN = re.compile(
    rf"##[ \t]*\{{+[^{{}}\s]*{_CLOSING}|\{{\{{[^{{}}\s]*{_CLOSING}|\}}\}}+|\{{+(?={_FILLED})|(?<={_FILLED})\}}+"
)
_LINK = re.compile(r"['\"‘’“”]\s*([^'\"‘’“”]+?)\s*['\"‘’“”]\s*\|\s*trackable", re.IGNORECASE)
_TRACKABLE = "'|trackable"
_FIELD = "custom_field_"
_NAME_IN_BROKEN = re.compile(rf"(?<!\{{)\{{+\s*([\w.]*\w){_CLOSING}")


@dataclass(frozen=True)
class Rendered:
    text: str


@dataclass(frozen=True)
class Unfilled:
    """``names``: variables without a value, or the unclosed braces as written."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Variable:
    """``name`` is canonical. ``start``, ``end``: its place in the text, in characters."""

    name: str
    start: int
    end: int


def render(text: str, values: Mapping[str, str | None]) -> Rendered | Unfilled:
    """``values``: by canonical name, with fallbacks. A blank value leaves its variable unfilled."""
    if problems := broken(text):
        return Unfilled(tuple(text[p.start : p.end] for p in problems))
    missing = [v.name for v in found(text) if not (value(values, v.name) or "").strip()]
    if missing:
        return Unfilled(tuple(dict.fromkeys(missing)))
    return Rendered("".join(_filled(text, values)))


def _filled(text: str, values: Mapping[str, str | None]) -> Iterator[str]:
    """Its parts, with the values between them."""
    at = 0
    for variable in found(text):
        yield text[at : variable.start]
        yield value(values, variable.name) or ""
        at = variable.end
    yield text[at:]


@lru_cache(maxsize=500)
def found(text: str) -> tuple[Variable, ...]:
    """Every variable of a script, in order."""
    return tuple(Variable(canonical(m[1]), m.start(), m.end()) for m in _VARIABLE.finditer(text))


def of_opt_in(text: str) -> bool:
    """True where it names a variable that only an opt-in form fills."""
    return any(v.name in OPT_IN for v in found(text))


def uses_fields(text: str) -> bool:
    """True where it names a custom field, or anything that is neither built in nor a link."""
    return any(v.name not in BUILT_IN and v.name not in OPT_IN and not v.name.endswith(_TRACKABLE) for v in found(text))


def unknown(text: str, known: Collection[str]) -> list[str]:
    """The names used that are not among ``known`` (canonical names), each once."""
    return list(dict.fromkeys(v.name for v in found(text) if not _knows(known, v.name)))


@lru_cache(maxsize=500)
def broken(text: str) -> tuple[Variable, ...]:
    """Stray braces: opened and not closed, closed and not opened, or one too many."""
    rest = _VARIABLE.sub(lambda match: _FILLED * len(match[0]), text)
    return tuple(Variable(m[0], m.start(), m.end()) for m in _BROKEN.finditer(rest))


def meant(broken_text: str, known: Collection[str]) -> tuple[str, int] | None:
    """The known name in an unclosed brace, as in ``{{first_name}`` or ``##{last_name,``, and the length up to its
    end."""
    match = _NAME_IN_BROKEN.search(broken_text)
    return (canonical(match[1]), match.end()) if match and _knows(known, canonical(match[1])) else None


def link_name(slug: str) -> str:
    """The canonical name of a custom link."""
    return f"'{slug}{_TRACKABLE}"


def with_names(text: str) -> str:
    """The text with each variable replaced by its name: about as long as the filled text."""
    return _VARIABLE.sub(lambda match: match[1], text)


def links(text: str) -> list[str]:
    """The slugs of the custom links a script uses, each once."""
    names = (v.name for v in found(text) if v.name.endswith(_TRACKABLE))
    return list(dict.fromkeys(name[1:].removesuffix(_TRACKABLE) for name in names))


def canonical(name: str) -> str:
    """Lower case, no spaces, aliases resolved; a link as 'slug'|trackable."""
    if link := _LINK.fullmatch(name.strip()):
        return link_name(link[1].lower())
    plain = re.sub(r"\s+", "", name).lower()
    return ALIASES.get(plain, plain)


def of_contact(name: str) -> bool:
    """True for a variable filled from the contact's own data or a custom field. False for one of the sender, the
    campaign or an opt-in form, for a link, and for broken braces."""
    return name not in USER + CAMPAIGN + OPT_IN and not name.endswith(_TRACKABLE) and not {"{", "}"} & set(name)


def same_field(name: str, slug: str) -> bool:
    """True where this name in a script means the custom field."""
    return name == slug or name == _FIELD + slug or _FIELD + name == slug


def value(values: Mapping[str, str | None], name: str) -> str | None:
    """The value of this canonical name. A custom field may be named with ``custom_field_`` before it or without."""
    if name in values:
        return values[name]
    return values.get(name.removeprefix(_FIELD)) if name.startswith(_FIELD) else values.get(_FIELD + name)


def _knows(known: Collection[str], name: str) -> bool:
    return name in known or (name.startswith(_FIELD) and name.removeprefix(_FIELD) in known) or _FIELD + name in known


def why_unknown(name: str) -> str:
    """Of a name that `unknown` found, in a sentence that says what to do."""
    if name.endswith(_TRACKABLE):
        return said(
            "There is no custom link “%(name)s”. Make it in Settings, Custom links.",
            name=name[1:].removesuffix(_TRACKABLE),
        )
    if name.startswith(_FIELD):
        return said(
            "There is no custom field “%(name)s”. Make it in Settings, Custom Fields.", name=name.removeprefix(_FIELD)
        )
    return said("“%(name)s” is not a variable of this campaign.", name=name)
