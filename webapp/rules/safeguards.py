"""Safeguards: may this text go to this contact now? Asked at the click and again by the worker (SPEC X3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from webapp.rules import errors, phone, script_lint, segments, window

# "opt_in": the first text to a phone that was signed up by an opt-in form. A stranger may have typed it, so the lock holds it
# back as any first text, unless the phone itself wrote last in the form's conversation, by its keyword (S5)
Kind = Literal["initial", "opt_in", "follow_up", "confirmation", "test"]

FIRST = ("initial", "opt_in")
LOCK = timedelta(hours=6)
SAME_WORDS = timedelta(minutes=10)
UNANSWERED = 3
LAST_SECONDS = timedelta(seconds=60)  # before a window closes the worker sends nothing any more (S1)


@dataclass(frozen=True)
class Claim:
    """Another text of ours to this phone that a worker claimed: Twilio has it or may have it."""

    at: datetime
    body: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The database's facts of one text and its contact. No fact has a default: forgetting one is a type error.

    ``zones`` are the contact's, or the campaign's where there is no evidence. ``texted_already``: another first text
    left in this conversation. ``last_claim`` never is the text itself. ``their_conversation``: the contact wrote last in
    the conversation of this text. ``confirms_opt_out``: it is the one text that may follow an opt-out (X6). ``fields``:
    slugs of the campaign's custom fields, where the text is `brackets.marked`. ``clicked_at``: when a person tapped Send, where
    the text is queued; None at the tap itself.
    """

    kind: Kind
    body: str
    phone: str
    zones: Sequence[str]
    start: time
    end: time
    lock: bool
    landline: bool
    opted_out: bool
    confirms_opt_out: bool
    blocked: bool
    possible_opt_out: bool
    texted_already: bool
    last_claim: Claim | None
    their_conversation: bool
    unanswered: int
    number_can_send: bool
    unfilled: tuple[str, ...]
    fields: Collection[str]
    picture_missing: bool
    clicked_at: datetime | None


@dataclass(frozen=True)
class Allowed:
    pass


@dataclass(frozen=True)
class Refused:
    code: int

    @property
    def sentence(self) -> str:
        return errors.explain(self.code).meaning

    @property
    def not_now(self) -> bool:
        """True where the same text may be allowed later; else the refusal is final."""
        return self.code in errors.NOT_NOW


def may_send(facts: Facts, now: datetime, at_the_worker: bool = False) -> Allowed | Refused:
    """Asked at the click, and with ``at_the_worker`` in the transaction that claims the text."""
    for code, holds in _checks(facts, now, at_the_worker):
        if holds:
            return Refused(code)
    return Allowed()


def hours_allow(facts: Facts, now: datetime, at_the_worker: bool = False) -> bool:
    """The campaign's window and the law's, both on the contact's own clock (S1)."""
    instants = (now, now + LAST_SECONDS) if at_the_worker else (now,)
    return all(window.allows(at, start, end, facts.zones) for at in instants for start, end in _windows(facts))


def waited(facts: Facts, now: datetime) -> bool:
    """Has a window of the contact's closed since the tap? Then the text needs a new one (S1). It closes each night, so a tap
    of an earlier day always has waited."""
    at = facts.clicked_at
    return at is not None and any(window.closes_at(at, *hours, facts.zones) <= now for hours in _windows(facts))


def _windows(facts: Facts) -> tuple[tuple[time, time], tuple[time, time]]:
    """The campaign's and the law's."""
    return (facts.start, facts.end), (window.LEGAL_START, window.LEGAL_END)


def wrong_words(text: str, fields: Collection[str]) -> int | None:
    """1310, 1315 or 1316: what no text may be or have when it leaves (A7). ``fields``: as in `Facts`."""
    if len(text) > segments.LONGEST:
        return errors.TOO_LONG
    found = script_lint.in_sent(text, frozenset(fields))
    return {"": None, "shortener": errors.SHORTENER, "braces": errors.BRACES}[found]


def already_texted(kind: Kind, texted_already: bool) -> int | None:
    """1306 where the conversation has its first text and this would be another."""
    return errors.ALREADY_TEXTED if kind in FIRST and texted_already else None


def wrong_phone(kind: Kind, to: str) -> int | None:
    """1305 where no text of this kind may go to this phone."""
    return None if phone.is_textable(to, first=kind in (*FIRST, "test")) else errors.INVALID_PHONE


def _checks(facts: Facts, now: datetime, at_the_worker: bool) -> list[tuple[int, bool]]:
    """Final refusals come first: an opt-out is named as such, whatever the hour."""
    wrong = None if facts.unfilled else wrong_words(facts.body, facts.fields)
    return [
        (errors.ALREADY_TEXTED, already_texted(facts.kind, facts.texted_already) is not None),
        (errors.INVALID_PHONE, wrong_phone(facts.kind, facts.phone) is not None),
        (errors.OPTED_OUT, facts.opted_out and not facts.confirms_opt_out),
        (errors.BLOCKED, facts.blocked),
        (errors.LANDLINE, facts.landline),
        (errors.UNFILLED, bool(facts.unfilled)),
        (wrong or 0, wrong is not None),
        (errors.POSSIBLE_OPT_OUT, facts.possible_opt_out and not facts.confirms_opt_out),
        (errors.PICTURE_MISSING, facts.picture_missing),
        (errors.OUT_OF_HOURS, not hours_allow(facts, now, at_the_worker)),
        (errors.WAITED, waited(facts, now)),
        (errors.LOCKED, _is_locked(facts, now)),
        (errors.NO_NUMBER, not facts.number_can_send),
    ]


def _is_locked(facts: Facts, now: datetime) -> bool:
    last = facts.last_claim
    if last is None:
        return False
    if now - last.at < SAME_WORDS and last.body.strip() == facts.body.strip():
        return True
    if not facts.lock or facts.kind in ("confirmation", "test") or now - last.at >= LOCK:
        return False
    return facts.kind == "initial" or not facts.their_conversation or facts.unanswered >= UNANSWERED
