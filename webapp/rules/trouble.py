"""The sentences for the office when sending is stopped or fails: what happened, since when, what was kept, what to do (SPEC X4).

Decided from values alone, the worst first. A page shows the first; Operations shows all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.rules import errors
from webapp.rules.speech import trouble_words
from webapp.rules.speech.sentences import counted, said, together
from webapp.rules.speech.trouble_words import span

WARN_AHEAD, MOST_AHEAD = 60.0, 300.0  # seconds by which the clock is off: said; and no text is claimed
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
    what = trouble_words.DATABASE.get(state.database)
    do = trouble_words.FIX_DATABASE.get(state.database, trouble_words.LOOK)
    return Trouble("database", what, do) if what else None


def _stop(state: State) -> Trouble | None:
    code = state.stopped_code
    if state.stopped_at is None:
        return None
    if code is None:
        do = said("No text is sent until someone presses Start again. Replies still come in.")
        return Trouble("stopped", said("All texts are stopped."), do, since=state.stopped_at)
    told = errors.explain(code)
    if code in errors.AFTER_RESTORE:
        do = said("The database was restored from a backup. No text is sent until an owner starts texting again.")
        if code == errors.RESTORED:
            do = together(told.meaning, told.advice, said("Then an owner starts texting again."))
        return Trouble("restored", said("All texts are stopped."), do, "setup", said("Set-up check"), state.stopped_at)
    what = together(said("All texts are stopped."), _refused(code))
    link, words = _where(code)
    return Trouble(
        "refused", what, together(_advice(code), said("Then press Start again.")), link, words, state.stopped_at
    )


def _refused(code: int) -> str:
    if code in errors.TABLE:
        return together(errors.TABLE[code].meaning, f"({code})")
    return (
        said("Twilio refused with error %(code)s.", code=code)
        if code >= 10_000
        else said("Twilio refused with HTTP %(code)s.", code=code)
    )


def _advice(code: int) -> str:
    told = errors.TABLE.get(code)
    if told is None and code < 10_000:
        return said("Press Check again in Set-up check, and look at the account at Twilio.")
    return (told and told.advice) or said("Look the error up at Twilio and fix it there.")


def _where(code: int) -> tuple[str, str]:
    if code in OF_NUMBERS:
        return "numbers", said("Numbers")
    if code not in errors.TABLE and code >= 10_000:
        return f"{CODES_AT_TWILIO}{code}", said("Error %(code)s at Twilio", code=code)
    return "setup", said("Set-up check")


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
    if not state.valkey:
        do = said("Ask whoever runs this server to start it. Then sending goes on by itself. Replies still come in.")
        return Trouble("valkey", trouble_words.VALKEY_AWAY, do)
    do = said("Ask whoever runs this server to look at it. Then sending goes on by itself. Replies still come in.")
    return Trouble("valkey", trouble_words.VALKEY_REFUSES[state.valkey_refuses], do)


def _worker(state: State) -> Trouble | None:
    if state.worker or not state.valkey or state.valkey_refuses:  # nobody knows
        return None
    do = said("Ask whoever runs this server to start textbank worker.")
    return Trouble("worker", said("The program that sends is not running."), do)


def _clock(state: State) -> Trouble | None:
    if state.ahead is None or abs(state.ahead) <= WARN_AHEAD:
        return None
    whose = said("This machine's clock") if state.own_clock else said("The database server's clock")
    stops = waits_for_clock(state.ahead)
    off = (
        said("%(clock)s is %(span)s ahead of Twilio's.", clock=whose, span=span(state.ahead))
        if state.ahead > 0
        else said("%(clock)s is %(span)s behind Twilio's.", clock=whose, span=span(state.ahead))
    )
    what = together(
        off, said("No text is sent, for nobody knows the hour.") if stops else said("Texting hours are off by as much.")
    )
    return Trouble("clock", what, said("Ask whoever runs this server to set it by a time server (NTP)."), stops=stops)


def waits_for_clock(ahead: float | None) -> bool:
    """May no text be claimed, since the clock that decides about hours is wrong?"""
    return ahead is not None and abs(ahead) > MOST_AHEAD


def _twilio(state: State) -> Trouble | None:
    if state.failing_since is None:
        return None
    what = said("Twilio fails (%(failure)s).", failure=state.failure)
    if not state.out:
        do = said("Nothing to do yet: after a few failures in a row the numbers rest.")
        return Trouble("twilio", what, do, since=state.failing_since, stops=False)
    do = said(
        "Nothing to do here: one text is tried after each rest, and all go on once it works. See status.twilio.com."
    )
    return Trouble("twilio", what, do, "operations", said("Operations"), state.failing_since, state.tries_at)


def _files(state: State) -> Trouble | None:
    what = trouble_words.FILES.get(state.files)
    do = said("Ask whoever runs this server to look at TEXTBANK_DATA_DIR.")
    return Trouble("files", what, do, stops=False) if what else None


def _held(state: State) -> Trouble | None:
    if not state.held:
        return None
    numbers = counted("%(n)s number", "%(n)s numbers", state.held)
    what = said("Twilio had too many requests (429) and asked %(numbers)s to wait.", numbers=numbers)
    return Trouble(
        "held", what, said("Nothing to do: sending goes on by itself."), tries_at=state.held_until, stops=False
    )


def _jump(state: State) -> Trouble | None:
    if not state.jumped:
        return None
    how = "forward" if state.jumped > 0 else "back"
    what = said(trouble_words.SET[how], span=span(state.jumped))
    return Trouble("jump", what, said("If nobody meant to, check its time server (NTP)."), stops=False)


def _missed(state: State) -> list[Trouble]:
    return [
        Trouble(
            "missed",
            together(said("“%(title)s” was not published at its time.", title=title), why),
            said("Fix it, then publish it or choose another time."),
            f"actions/{action_id}/publication",
            said("Ready to publish?"),
            stops=False,
        )
        for action_id, title, why in state.missed
    ]


def _paused(state: State) -> list[Trouble]:
    return [
        Trouble(
            "paused",
            said(
                "%(name)s is paused: too many opt-outs and blocks in an hour. The later ones wait for you in Needs Attention.",
                name=name,
            ),
            said("Look at their conversations, then let them back in or remove them."),
            f"users/{member_id}",
            name,
            stops=False,
        )
        for member_id, name in state.paused
    ]
