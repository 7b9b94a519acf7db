"""##{{name}} in scripts (SPEC section 4). One pass: text that arrives in a value is never expanded.

Names ignore case and spaces, `{{name}}` and `## {{name}}` are taken as `##{{name}}`, quotes round a link's slug may be
curly.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

CONTACT = ("first_name", "last_name", "full_name", "email", "phone", "state_abbrev")
USER = ("user.first_name", "user.last_name", "user.full_name", "user.email", "user.phone", "user.team_code")
CAMPAIGN = ("campaign.name", "campaign.description", "campaign.join_code", "broadcast_phone_number")
BUILT_IN = frozenset(CONTACT + USER + CAMPAIGN)
ALIASES = {"fullname": "full_name", "user.fullname": "user.full_name"}

_VARIABLE = re.compile(r"(?:##+[ \t]*)?\{\{([^{}]*)\}\}")
_FILLED = "\ue000"  # stands for a variable while the rest of the text is looked at
_CLOSING = r"(?:[ \t]*\})*"
_BROKEN = re.compile(
    rf"##[ \t]*\{{+[^{{}}\s]*{_CLOSING}|\{{\{{[^{{}}\s]*{_CLOSING}|\}}\}}+|\{{+(?={_FILLED})|(?<={_FILLED})\}}+"
)
_LINK = re.compile(r"['\"‘’“”]\s*([^'\"‘’“”]+?)\s*['\"‘’“”]\s*\|\s*trackable", re.IGNORECASE)
_TRACKABLE = "'|trackable"
_FIELD = "custom_field_"
_NAME_IN_BROKEN = re.compile(rf"\{{+\s*([\w.]*\w){_CLOSING}")


@dataclass(frozen=True)
class Rendered:
    text: str


@dataclass(frozen=True)
class Unfilled:
    """What could not be filled: names with no value, or the unclosed brace as it stands."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Variable:
    name: str  # canonical
    start: int
    end: int


def render(text: str, values: Mapping[str, str | None]) -> Rendered | Unfilled:
    """``values`` by canonical name, fallbacks already in them; a blank value can't fill anything."""
    if problems := broken(text):
        return Unfilled(tuple(text[p.start : p.end] for p in problems))
    missing = [v.name for v in found(text) if not (value(values, v.name) or "").strip()]
    if missing:
        return Unfilled(tuple(dict.fromkeys(missing)))
    return Rendered(_VARIABLE.sub(lambda match: value(values, canonical(match[1])) or "", text))


@lru_cache(maxsize=500)
def found(text: str) -> tuple[Variable, ...]:
    """Every variable of a script, in order."""
    return tuple(Variable(canonical(m[1]), m.start(), m.end()) for m in _VARIABLE.finditer(text))


def beyond_built_in(text: str) -> bool:
    """Does it use a custom field, or a name nobody knows?"""
    return any(v.name not in BUILT_IN and not v.name.endswith(_TRACKABLE) for v in found(text))


def unknown(text: str, known: Collection[str]) -> list[str]:
    """The names used that are not among ``known`` (canonical names), each once."""
    return list(dict.fromkeys(v.name for v in found(text) if not _knows(known, v.name)))


@lru_cache(maxsize=500)
def broken(text: str) -> tuple[Variable, ...]:
    """Where a brace of ours is opened and not closed, closed and not opened, or one too many."""
    rest = _VARIABLE.sub(lambda match: _FILLED * len(match[0]), text)
    return tuple(Variable(m[0], m.start(), m.end()) for m in _BROKEN.finditer(rest))


def meant(broken_text: str, known: Collection[str]) -> tuple[str, int] | None:
    """The known name that stands in a brace left open, as ``{{first_name}`` or ``##{last_name,``, and where it ends."""
    match = _NAME_IN_BROKEN.search(broken_text)
    return (canonical(match[1]), match.end()) if match and _knows(known, canonical(match[1])) else None


def link_name(slug: str) -> str:
    """How a custom link is named in scripts and among values."""
    return f"'{slug}{_TRACKABLE}"


def bare(text: str) -> str:
    """The text with each variable's name in its place: about as long as what will be filled in."""
    return _VARIABLE.sub(lambda match: match[1], text)


def links(text: str) -> list[str]:
    """The slugs of the custom links a script uses, each once."""
    names = (v.name for v in found(text) if v.name.endswith(_TRACKABLE))
    return list(dict.fromkeys(name[1:].removesuffix(_TRACKABLE) for name in names))


def canonical(name: str) -> str:
    """The one way to write a name: lower case, no spaces, aliases resolved; a link as 'slug'|trackable."""
    if link := _LINK.fullmatch(name.strip()):
        return link_name(link[1].lower())
    plain = re.sub(r"\s+", "", name).lower()
    return ALIASES.get(plain, plain)


def same_field(name: str, slug: str) -> bool:
    """Does a script mean this custom field by that name?"""
    return name == slug or name == _FIELD + slug or _FIELD + name == slug


def value(values: Mapping[str, str | None], name: str) -> str | None:
    """What fills this canonical name: a custom field is found with ``custom_field_`` before it and without."""
    if name in values:
        return values[name]
    return values.get(name.removeprefix(_FIELD)) if name.startswith(_FIELD) else values.get(_FIELD + name)


def _knows(known: Collection[str], name: str) -> bool:
    return name in known or (name.startswith(_FIELD) and name.removeprefix(_FIELD) in known) or _FIELD + name in known
