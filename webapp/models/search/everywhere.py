"""Searches a campaign for everything at once: contacts, actions, scripts, users, lists and tags (SPEC H1).

A kind shows MOST, found by an index of the campaign. Contacts and users are found as their own pages find them, so that a
number here and there is the same. The others are compared word by word: every word typed must stand in the name, or in a
script's text, in any case and without accents.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from webapp import database
from webapp.models.accounts import user_search
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.contacts import search
from webapp.models.contacts.contact import Contact
from webapp.rules import letters
from webapp.rules.accounts.user_filter import EVERYONE, UserFilter
from webapp.rules.contacts.contact_filter import MANY, Filter

LONGEST = 80  # characters of what is typed
MOST = 6  # of a kind on the page
COUNTED = 100  # counting the others stops past it
_WORDS = 6
_ACTIONS = 300  # the newest, whose scripts are searched
_ACCENTED, _PLAIN = "áéíóúüñ", "aeiouun"


@dataclass(frozen=True)
class Kind:
    """``count``: how many there are, at most ``bound`` + 1, which stands for "more than that"."""

    name: str
    rows: list[Any]
    count: int
    bound: int = COUNTED


@dataclass(frozen=True)
class Found:
    """``kinds``: kinds with something found, in the order of the page."""

    q: str
    kinds: list[Kind] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(kind.count for kind in self.kinds)


def typed(q: str) -> str:
    """The words to search for: on one line, without what databases can't store, cut to LONGEST."""
    return " ".join(q[: 4 * LONGEST].replace("\x00", "").split())[:LONGEST].strip()


async def find(campaign: Campaign, q: str) -> Found:
    q = typed(q)
    if not q:
        return Found(q)
    found = [
        await _contacts(campaign, q),
        await _named("actions", _ACTION, campaign, q),
        await _named("scripts", _SCRIPT, campaign, q),
        await _users(campaign, q),
        await _named("lists", _LIST, campaign, q),
        await _named("tags", _TAG, campaign, q),
    ]
    return Found(q, [kind for kind in found if kind.count])


async def _contacts(campaign: Campaign, q: str) -> Kind:
    wanted = Filter(q=q)
    there = await search.counted(campaign, wanted)
    ids = await search.ids(campaign, wanted, 0, 2**62, MOST) if there.n else []
    rows = await Contact.filter(campaign=campaign, id__in=ids or [0]).order_by("id")
    return Kind("contacts", list(rows), there.n + int(there.more), MANY)


async def _users(campaign: Campaign, q: str) -> Kind:
    """Users who wait, are suspended or were removed are found too, since staff look for them."""
    wanted = UserFilter(q=q, status=EVERYONE)
    ids = await user_search.ids(campaign, wanted, most=COUNTED + 1)
    rows: list[Membership] = await user_search.loaded(ids[:MOST])
    return Kind("users", rows, len(ids))


# Each finds rows of one campaign, newest first; {0}, {1}: where every word must stand
_ACTION = (
    "SELECT a.id, a.title AS name, a.state, a.archived_at FROM action a"
    " WHERE a.campaign_id = ? AND NOT a.of_opt_in AND {title} ORDER BY a.id DESC"
)
_SCRIPT = (
    "SELECT s.id, s.name, s.body, s.kind, s.archived_at, s.action_id, a.title FROM"
    f" (SELECT id, title FROM action WHERE campaign_id = ? AND NOT of_opt_in ORDER BY id DESC LIMIT {_ACTIONS}) AS a"
    " JOIN script s ON s.action_id = a.id WHERE {script} ORDER BY a.id DESC, s.id"
)
_LIST = (
    "SELECT l.id, l.name, l.size, l.archived_at FROM contact_list l"
    " WHERE l.campaign_id = ? AND {name} ORDER BY l.id DESC"
)
_TAG = "SELECT t.id, t.name, t.archived_at FROM tag t WHERE t.campaign_id = ? AND {tag} ORDER BY t.id"
_PLACES = {"title": "a.title", "script": "s.name || ' ' || s.body", "name": "l.name", "tag": "t.name"}


async def _named(name: str, text: str, campaign: Campaign, q: str) -> Kind:
    sql, values = named_sql(text, campaign, q)
    rows = await database.query(sql, *values)
    return Kind(name, rows[:MOST], len(rows))


def named_sql(text: str, campaign: Campaign, q: str) -> tuple[str, list[Any]]:
    words = letters.folded(q).split()[:_WORDS]
    conditions = {
        place: " AND ".join([f"{_folded(column)} LIKE ? ESCAPE '!'"] * len(words)) or "1 = 0"
        for place, column in _PLACES.items()
    }
    return f"{text.format(**conditions)} LIMIT {COUNTED + 1}", [campaign.id, *(f"%{_escaped(w)}%" for w in words)]


def _folded(column: str) -> str:
    """In lower case, and without the accents of Spanish, alike on both databases: SQLite's lower() knows ASCII only."""
    if database.dialect() == "postgres":
        return f"translate(lower({column}), '{_ACCENTED}{_ACCENTED.upper()}', '{2 * _PLAIN}')"
    for accented, plain in zip(_ACCENTED + _ACCENTED.upper(), 2 * _PLAIN, strict=True):
        column = f"replace({column}, '{accented}', '{plain}')"
    return f"lower({column})"


def _escaped(word: str) -> str:
    return "".join(f"!{c}" if c in "!%_" else c for c in word)
