"""The course of a volunteer's practice, decided from its past (SPEC H5).

All of it is values: the whole practice fits into a cookie, and nothing here knows of rows, queues or phones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from webapp.rules import opt_out
from webapp.rules.practice import personas
from webapp.rules.practice.personas import ANSWER, DECIDE, NOTHING, OPT_OUT, PERSONAS, REPORT, WRONG, Persona

INITIAL, SCRIPT, TYPED, THEIRS = "i", "s", "t", "r"
MOST_TEXTS = 12  # of one person; then it is enough of them
LONGEST = 160  # characters kept of typed words
MOST_TAGS = 20  # of one person
TWICE = 2  # skipped so often, somebody goes to others


@dataclass
class Said:
    """One text. ``kind``: INITIAL, SCRIPT with its number as ``what``, TYPED with the words, THEIRS with the number of the
    reply. ``at``: seconds since 1970."""

    kind: str
    what: str
    at: int

    @property
    def ours(self) -> bool:
        return self.kind != THEIRS


@dataclass
class Talk:
    """One person's. ``state``: "" or how it ended: out, blocked, handed. ``possible``: waits for a decision."""

    said: list[Said] = field(default_factory=list)
    skips: int = 0
    unread: bool = False
    possible: bool = False
    decided: bool = False
    reported: bool = False
    state: str = ""
    tags: list[str] = field(default_factory=list)
    note: str = ""

    @property
    def texted(self) -> bool:
        return bool(self.said)

    @property
    def replied(self) -> bool:
        return any(not one.ours for one in self.said)

    @property
    def open(self) -> bool:
        """In the Inbox: they answered, and it has not ended."""
        return self.replied and not self.state

    @property
    def needs_attention(self) -> bool:
        return self.open and not self.said[-1].ours and not self.reported


@dataclass
class Play:
    """``language``: of the scripts and the people, chosen at the start."""

    language: str
    talks: list[Talk]

    def pairs(self) -> Iterator[tuple[int, Persona, Talk]]:
        """Number, person, and what was said, in the order of the queue."""
        yield from ((n, PERSONAS[n], talk) for n, talk in enumerate(self.talks))

    def next(self) -> int | None:
        """The person on the card: those not skipped come first."""
        left = [n for n, _, talk in self.pairs() if not talk.texted and talk.skips < TWICE]
        return min(left, key=lambda n: (self.talks[n].skips, n)) if left else None


def begin(language: str) -> Play:
    return Play(language, [Talk() for _ in PERSONAS])


def send_first(play: Play, n: int, now: int) -> bool:
    """The first text to the card, and the reply. False where this person is no card any more: the same press twice."""
    talk = play.talks[n]
    if talk.texted or talk.skips >= TWICE:
        return False
    talk.said.append(Said(INITIAL, "", now))
    _reply(play, n, now)
    return True


def undo(play: Play, n: int, now: int, seconds: int) -> bool:
    """Takes the first text back, and with it the reply, within the seconds."""
    talk = play.talks[n]
    late = not talk.said or now - talk.said[0].at > seconds or any(one.ours for one in talk.said[1:])
    if late:
        return False
    play.talks[n] = Talk(skips=talk.skips)
    return True


def skip(play: Play, n: int) -> str:
    """Their outcome, in the words of the real queue."""
    talk = play.talks[n]
    if talk.texted or talk.skips >= TWICE:
        return "not_skipped"
    talk.skips += 1
    return "returned" if talk.skips >= TWICE else "skipped"


def answer(play: Play, n: int, kind: str, what: str, now: int) -> bool:
    """A reply of ours, and theirs. A script with the tag Opt Out ends it. False where nobody can be answered now."""
    talk = play.talks[n]
    if not talk.open or talk.possible or len(talk.said) >= MOST_TEXTS:
        return False
    talk.said.append(Said(kind, what[:LONGEST], now))
    talk.unread = False
    tags = personas.answers(play.language)[int(what)].tags if kind == SCRIPT else ()
    tag(talk, tags)
    if not talk.state:
        _reply(play, n, now)
    return True


def tag(talk: Talk, tags: tuple[str, ...] | list[str]) -> None:
    talk.tags = list(dict.fromkeys([*talk.tags, *tags]))[:MOST_TAGS]
    if "opt_out" in tags:
        opt(talk)


def opt(talk: Talk) -> None:
    talk.state, talk.possible, talk.unread = "out", False, False
    talk.tags = list(dict.fromkeys([*talk.tags, "opt_out"]))


def decide(talk: Talk, no_opt_out: bool) -> None:
    if not talk.possible:
        return
    talk.possible, talk.decided = False, True
    if not no_opt_out:
        opt(talk)


def report(talk: Talk, tags: list[str], note: str) -> None:
    talk.reported, talk.unread, talk.note = True, False, note[:LONGEST]
    talk.tags = []
    tag(talk, tags)


def end(talk: Talk, how: str) -> None:
    """``how``: blocked or handed."""
    talk.state, talk.unread = how, False


def _reply(play: Play, n: int, now: int) -> None:
    """The next of what they write, read by the rules for opt-outs that every real reply is read by."""
    talk, replies = play.talks[n], PERSONAS[n].replies(play.language)
    came = sum(not one.ours for one in talk.said)
    if came >= len(replies):
        return
    talk.said.append(Said(THEIRS, str(came), now))
    talk.unread, talk.reported = True, False
    verdict = opt_out.classify(replies[came])
    if verdict == "opt_out":
        opt(talk)
    talk.possible = verdict == "possible"


def well_done(persona: Persona, talk: Talk) -> bool:
    """Was done with this person what a good volunteer does?"""
    answered = any(one.kind in (SCRIPT, TYPED) for one in talk.said)
    done = {
        REPORT: talk.reported,
        ANSWER: answered,
        NOTHING: talk.state == "out",
        OPT_OUT: talk.state == "out",
        WRONG: "wrong_number" in talk.tags,
        DECIDE: talk.state == "out",
    }
    return talk.texted and done[persona.wants]


def packed(play: Play, longest: int = LONGEST, most_tags: int = MOST_TAGS) -> str:
    """As text for the cookie; typed words cut to ``longest``, tags to ``most_tags`` of a person."""
    talks = [asdict(talk) for talk in play.talks]
    for talk in talks:
        talk["tags"] = talk["tags"][:most_tags]
        talk["note"] = talk["note"][:longest]
        talk["said"] = [
            [s["kind"], s["what"][:longest] if s["kind"] == TYPED else s["what"], s["at"]] for s in talk["said"]
        ]
    return json.dumps([play.language, talks], separators=(",", ":"))


def unpacked(text: str) -> Play | None:
    """None where another version of the site packed it."""
    try:
        language, talks = json.loads(text)
        made = [_talk(talk) for talk in talks]
    except (ValueError, TypeError, KeyError):
        return None
    return Play(language, made) if len(made) == len(PERSONAS) else None


def _talk(values: dict[str, Any]) -> Talk:
    return Talk(**{**values, "said": [Said(*one) for one in values["said"]]})
