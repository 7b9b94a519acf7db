"""The sentences for the office when sending is stopped or fails: what happened, since when, what was kept, what to do (SPEC X4).

Decided from values alone, the worst first. A page shows the first; Operations shows all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.rules import errors

WARN_AHEAD, MOST_AHEAD = 60.0, 300.0  # seconds by which the clock is off: said; and no text is claimed (SQLite)
OF_NUMBERS = frozenset({21212, 21606, 21611, 21659, 30024, 30032, 30034})
CODES_AT_TWILIO = "https://www.twilio.com/docs/api/errors/"


@dataclass(frozen=True, kw_only=True)
class State:
    """The facts of this moment. ``out``: so many calls failed that numbers rest, ``tries_at`` the next try. ``held``: numbers that
    Twilio asked to wait. ``worker``, ``valkey``: seen lately; ``valkey_refuses``: of REFUSES. ``database``, ``files``: "", "full", "read_only" or "away".
    ``ahead``: seconds by which the clock that decides is ahead of Twilio's; None where not known. ``own_clock``: that clock
    is the machine's (SQLite). ``jumped``: seconds by which a worker's clock was set in the last hour; 0 for not. ``missed``:
    actions that could not be published at their time: id, title and the first reason. ``paused``: volunteers who opted too many
    out: id of the membership and name."""

    stopped_at: datetime | None
    stopped_code: int | None
    failing_since: datetime | None
    failure: str
    out: bool
    tries_at: datetime | None
    held: int
    held_until: datetime | None
    worker: bool
    valkey: bool
    valkey_refuses: str
    database: str
    files: str
    ahead: float | None
    own_clock: bool
    jumped: float
    missed: tuple[tuple[int, str, str], ...]
    paused: tuple[tuple[int, str], ...]
    filtering: tuple[Trouble, ...]


@dataclass(frozen=True)
class Trouble:
    """``what`` happened and what to ``do``. ``link``: a page below the office, or an address at Twilio. ``stops``: no text
    leaves meanwhile; those that wait are kept."""

    name: str
    what: str
    do: str
    link: str = ""
    link_words: str = ""
    since: datetime | None = None
    tries_at: datetime | None = None
    stops: bool = True


def found(state: State) -> list[Trouble]:
    every = (_database(state), _stop(state), _valkey(state), _worker(state), _clock(state), _twilio(state))
    return [
        one
        for one in (
            *every,
            _files(state),
            _held(state),
            _jump(state),
            *state.filtering,
            *_missed(state),
            *_paused(state),
        )
        if one
    ]


def _database(state: State) -> Trouble | None:
    what = {
        "full": "The disk of the database is full: nothing can be stored.",
        "read_only": "The database takes no changes: nothing can be stored.",
        "away": "The database can't be written.",
    }.get(state.database)
    do = {
        "full": "Ask whoever runs this server to make room. Then everything goes on by itself.",
        "read_only": "Ask whoever runs this server to let it take changes again. Then everything goes on by itself.",
    }.get(state.database, "Ask whoever runs this server to look at it. Then everything goes on by itself.")
    return Trouble("database", what, do) if what else None


def _stop(state: State) -> Trouble | None:
    code = state.stopped_code
    if state.stopped_at is None:
        return None
    if code is None:
        do = "No text is sent until someone presses Start again. Replies still come in."
        return Trouble("stopped", "All texts are stopped.", do, since=state.stopped_at)
    told = errors.explain(code)
    if code in errors.AFTER_RESTORE:
        do = "The database was restored from a backup. No text is sent until an owner starts texting again."
        if code == errors.RESTORED:
            do = f"{told.meaning} {told.advice} Then an owner starts texting again."
        return Trouble("restored", "All texts are stopped.", do, "setup", "Set-up check", state.stopped_at)
    what = f"All texts are stopped. {_refused(code)}"
    link, words = _where(code)
    return Trouble("refused", what, f"{_advice(code)} Then press Start again.", link, words, state.stopped_at)


def _refused(code: int) -> str:
    if code in errors.TABLE:
        return f"{errors.TABLE[code].meaning} ({code})"
    return f"Twilio refused with error {code}." if code >= 10_000 else f"Twilio refused with HTTP {code}."


def _advice(code: int) -> str:
    told = errors.TABLE.get(code)
    if told is None and code < 10_000:
        return "Press Check again in Set-up check, and look at the account at Twilio."
    return (told and told.advice) or "Look the error up at Twilio and fix it there."


def _where(code: int) -> tuple[str, str]:
    if code in OF_NUMBERS:
        return "numbers", "Numbers"
    if code not in errors.TABLE and code >= 10_000:
        return f"{CODES_AT_TWILIO}{code}", f"Error {code} at Twilio"
    return "setup", "Set-up check"


# Valkey answers, but stores nothing
REFUSES = {"full": "is full", "read_only": "is read-only", "disk": "can't write its disk", "other": "stores nothing"}


def refused_by_valkey(error: str) -> str:
    """One of REFUSES; "" where there is no ``error`` (queue.Signs)."""
    for sign, why in (("OutOfMemory", "full"), ("ReadOnly", "read_only"), ("ResponseError MISCONF", "disk")):
        if error.startswith(sign):
            return why
    return "other" if error else ""


def _valkey(state: State) -> Trouble | None:
    if state.valkey and not state.valkey_refuses:
        return None
    who = "Valkey, which tells the worker what to do,"
    if not state.valkey:
        do = "Ask whoever runs this server to start it. Then sending goes on by itself. Replies still come in."
        return Trouble("valkey", f"{who} can't be reached.", do)
    do = "Ask whoever runs this server to look at it. Then sending goes on by itself. Replies still come in."
    return Trouble("valkey", f"{who} {REFUSES[state.valkey_refuses]}.", do)


def _worker(state: State) -> Trouble | None:
    if state.worker or not state.valkey or state.valkey_refuses:  # nobody knows
        return None
    do = "Ask whoever runs this server to start textbank worker."
    return Trouble("worker", "The program that sends is not running.", do)


def _clock(state: State) -> Trouble | None:
    if state.ahead is None or abs(state.ahead) <= WARN_AHEAD:
        return None
    whose = "This machine's clock" if state.own_clock else "The database server's clock"
    stops = waits_for_clock(state.ahead, state.own_clock)
    off = f"{whose} is {_span(state.ahead)} {'ahead of' if state.ahead > 0 else 'behind'} Twilio's."
    what = f"{off} No text is sent, for nobody knows the hour." if stops else f"{off} Texting hours are off by as much."
    return Trouble("clock", what, "Ask whoever runs this server to set it by a time server (NTP).", stops=stops)


def waits_for_clock(ahead: float | None, own_clock: bool) -> bool:
    """May no text be claimed, since the clock that decides about hours is wrong?"""
    return own_clock and ahead is not None and abs(ahead) > MOST_AHEAD


def _twilio(state: State) -> Trouble | None:
    if state.failing_since is None:
        return None
    what = f"Twilio fails ({state.failure})."
    if not state.out:
        do = "Nothing to do yet: after a few failures in a row the numbers rest."
        return Trouble("twilio", what, do, since=state.failing_since, stops=False)
    do = "Nothing to do here: one text is tried after each rest, and all go on once it works. See status.twilio.com."
    return Trouble("twilio", what, do, "operations", "Operations", state.failing_since, state.tries_at)


def _files(state: State) -> Trouble | None:
    what = {
        "full": "The disk of the data directory is full",
        "read_only": "The data directory takes no files",
        "away": "The data directory can't be used",
    }.get(state.files)
    if what is None:
        return None
    do = "Ask whoever runs this server to look at TEXTBANK_DATA_DIR."
    return Trouble("files", f"{what}: uploads, pictures and exports fail. Texts go on.", do, stops=False)


def _held(state: State) -> Trouble | None:
    if not state.held:
        return None
    numbers = "1 number" if state.held == 1 else f"{state.held} numbers"
    what = f"Twilio had too many requests (429) and asked {numbers} to wait."
    return Trouble("held", what, "Nothing to do: sending goes on by itself.", tries_at=state.held_until, stops=False)


def _jump(state: State) -> Trouble | None:
    if not state.jumped:
        return None
    what = f"This machine's clock was set {'forward' if state.jumped > 0 else 'back'} by {_span(state.jumped)}."
    return Trouble("jump", what, "If nobody meant to, check its time server (NTP).", stops=False)


def _missed(state: State) -> list[Trouble]:
    return [
        Trouble(
            "missed",
            f"“{title}” was not published at its time. {why}",
            "Fix it, then publish it or choose another time.",
            f"actions/{action_id}/publication",
            "Ready to publish?",
            stops=False,
        )
        for action_id, title, why in state.missed
    ]


def _paused(state: State) -> list[Trouble]:
    return [
        Trouble(
            "paused",
            f"{name} is paused: too many opt-outs and blocks in an hour. The later ones wait for you in Needs Attention.",
            "Look at their conversations, then let them back in or remove them.",
            f"users/{member_id}",
            name,
            stops=False,
        )
        for member_id, name in state.paused
    ]


def _span(seconds: float) -> str:
    whole = round(abs(seconds))
    if whole < 120:
        return f"{whole} seconds"
    return f"{whole // 60} minutes" if whole < 7200 else f"{whole // 3600} hours"
