"""Names of variables in other brackets than ##{{ }}: [First Name], {first_name}, <first_name>, %name%, #{{first_name}}.

They would be sent as they stand (SPEC A7).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from webapp.rules import variables

# Variables as other systems and people write them -> ours
_MEANT = {
    "name": "first_name",
    "first": "first_name",
    "fname": "first_name",
    "firstname": "first_name",
    "nombre": "first_name",
    "last": "last_name",
    "lname": "last_name",
    "lastname": "last_name",
    "surname": "last_name",
    "state": "state_abbrev",
    "yourname": "user.first_name",
    "myname": "user.first_name",
    "yourfirstname": "user.first_name",
    "volunteer": "user.first_name",
    "sender": "user.first_name",
    "texter": "user.first_name",
    "agent": "user.first_name",
    "campaign": "campaign.name",
    "campaignname": "campaign.name",
    "organization": "campaign.name",
    "organizationname": "campaign.name",
    "joincode": "campaign.join_code",
    "teamcode": "user.team_code",
}
# "texterFirstName", "Contact Name": whose name it is
_SENDERS = "user texter agent sender volunteer rep representative caller organizer canvasser staff my your"
_CONTACTS = "contact recipient voter supporter person lead member constituent subscriber"
_PARTS = {
    "firstname": "first_name",
    "fname": "first_name",
    "name": "first_name",
    "lastname": "last_name",
    "lname": "last_name",
}
_MEANT |= {
    whose + written: before + name
    for words, before in ((_SENDERS, "user."), (_CONTACTS, ""))
    for whose in words.split()
    for written, name in _PARTS.items()
}
_FIELD = "custom_field_"
_MARKS = r"#$%@*|"
# A name among brackets, at most 60 characters; then a lone # at a variable; then a name that only a variable has
_BRACKETS = re.compile(
    r"(?:[#$]{1,3}[ \t]?)?[\[{<«‹]{1,3}[ \t]{0,2}([^\[\]{}<>«»‹›\n]{1,60})[\]}>»›]{1,3}|\*\|(\w{1,60})\|\*"
)
# FNAME, $FirstName, @lastname: a name in one word, behind a sign or in capitals
_ONE_WORD = re.compile(
    r"(?<![\w$%@:~^#{\[<./])(?:[$%@:~^#]((?i:first|last|full|f|l)(?i:name))|((?:FIRST|LAST|FULL|F|L)NAME))(?![\w.@}\]>%|])"
)
_OF_TEMPLATES = re.compile(
    r"\{%[^{}\n]{0,60}%\}|\{[^{}\n]{1,60}\|[^{}\n]{1,60}\}|\{[0-9]?\}"
)  # {% if x %}, {Hi|Hello}, {0}
_BARE = re.compile(
    rf"(?<![\w?&/=.@#-])[{_MARKS}(]{{0,3}} ?_{{0,3}}((?:user\.|campaign\.)?[a-zA-Z]\w{{0,60}}[_.]\w{{1,60}})(?![\w=@/-]|\.\w)[{_MARKS})]{{0,3}}"
)
_BETWEEN = re.compile(r"(?<![\w%$|@#^~])([%$|@#^~])\1?([a-zA-Z][\w.]{0,60})\1{1,2}(?![\w%$|@#^~])")
_MARKED = re.compile(rf"[{{\[<«‹_]|{_BETWEEN.pattern}|{_ONE_WORD.pattern}|\b(?:user|campaign)\.[a-z]", re.IGNORECASE)
_LONE_SIGN = re.compile(r"(?<!#)#[ \t]?(?=\{\{)")
_WORDS = re.compile(r"[^\W\d_]+(?:[ _'’-][^\W\d_]+){0,2}")


@dataclass(frozen=True)
class Bracketed:
    """``start``, ``end``: its place. ``name``: the variable meant; "" where only brackets stand round some words."""

    start: int
    end: int
    name: str


def found(text: str, known: Collection[str]) -> list[Bracketed]:
    """``known``: canonical names. Nothing that is a variable already, or a broken one (``variables.broken``)."""
    taken = [(v.start, v.end) for v in (*variables.found(text), *variables.broken(text))]
    names = _by_key(frozenset(known))
    rest = _blanked(text, taken)
    places = [*_in_brackets(text, rest, names), *_bare(rest, names), *_at_variables(text), *_one_word(rest, names)]
    return sorted([*places, *_between(rest, names, places)], key=lambda b: b.start)


@lru_cache(maxsize=2_000)
def marked(text: str) -> bool:
    """False where nothing in the text can be the name of a variable, whatever the campaign's fields are called."""
    return _MARKED.search(text) is not None


@lru_cache(maxsize=50)
def _by_key(known: frozenset[str]) -> dict[str, str]:
    """Names that one may have typed, letters and digits alone -> canonical name."""
    own = {_key(name): name for name in known if "|" not in name}
    own |= {_key(name.removeprefix(_FIELD)): name for name in known if name.startswith(_FIELD)}
    own |= {_key(_FIELD + name): name for name in known if name not in variables.BUILT_IN and "|" not in name}
    return {key: name for key, name in _MEANT.items() if name in known} | own


def _key(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _blanked(text: str, places: list[tuple[int, int]]) -> str:
    """With a line end in place of each character of these places, so that no pattern crosses them."""
    parts, at = [], 0
    for start, end in sorted(places):
        if end > at:
            parts += [text[at:start], "\n" * (end - max(start, at))]
            at = end
    return "".join([*parts, text[at:]])


def _in_brackets(text: str, rest: str, names: dict[str, str]) -> Iterator[Bracketed]:
    for match in _BRACKETS.finditer(rest):
        inside = match[1] or match[2]
        name = names.get(_key(inside), "")
        if name or _WORDS.fullmatch(inside.strip()):
            yield Bracketed(match.start(), match.end(), name)
    for match in _OF_TEMPLATES.finditer(rest):
        if not names.get(_key(match[0])):
            yield Bracketed(match.start(), match.end(), "")


def _one_word(rest: str, names: dict[str, str]) -> Iterator[Bracketed]:
    for match in _ONE_WORD.finditer(rest):
        if name := names.get(_key(match[1] or match[2])):
            yield Bracketed(match.start(), match.end(), name)


def meant(name: str, known: Collection[str]) -> str:
    """The canonical name that other systems' "FNAME" or "contact.firstName" stands for; "" for none."""
    names = _by_key(frozenset(known))
    plain = name.split("|")[0]
    return names.get(_key(plain)) or names.get(_key(plain.rpartition(".")[2]), "")


def _between(rest: str, names: dict[str, str], found: list[Bracketed]) -> Iterator[Bracketed]:
    """%name% and the like, where nothing was found yet."""
    taken = {n for place in found for n in range(place.start, place.end)}
    for match in _BETWEEN.finditer(rest):
        if (name := names.get(_key(match[2]))) and match.start() not in taken:
            yield Bracketed(match.start(), match.end(), name)


def _bare(rest: str, names: dict[str, str]) -> Iterator[Bracketed]:
    inside = [match.span() for match in _BRACKETS.finditer(rest)]
    ends = iter([*inside, (len(rest) + 1, len(rest) + 1)])
    start, end = next(ends)
    for match in _BARE.finditer(rest):
        while end <= match.start():
            start, end = next(ends)
        name = names.get(_key(match[1]))
        if name and variables.same_field(match[1].strip("_").casefold(), name.casefold()) and match.start() < start:
            yield Bracketed(match.start(), match.end(), name)


def _at_variables(text: str) -> Iterator[Bracketed]:
    """#{{first_name}} and [##{{first_name}}]: one sign too few, or brackets that would be sent with the value."""
    for variable in variables.found(text):
        start, end = variable.start, variable.end
        if text[start] == "{" and (sign := _LONE_SIGN.search(text, max(0, start - 2), start + 2)):
            yield Bracketed(sign.start(), end, variable.name)
        elif text[start - 1 : start] + text[end : end + 1] in ("[]", "<>"):
            yield Bracketed(start - 1, end + 1, variable.name)
