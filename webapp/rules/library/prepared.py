"""The parts of the library of scripts (SPEC H3)."""

from __future__ import annotations

from dataclasses import dataclass

OPT_OUT, WRONG_NUMBER, WILL_VOTE = "opt_out", "wrong_number", "will_vote"
PROSPECT, SPANISH = "volunteer_prospect", "spanish_speaker"


@dataclass(frozen=True)
class Answer:
    """A response script. ``tags``: slugs of a new campaign's tags, which sending it sets."""

    name: str
    body: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """An initial script with its answers. ``slug``: its name in an address. ``purpose``: when to use it. ``before``: what to
    do before it is published."""

    slug: str
    title: str
    language: str
    purpose: str
    before: str
    initial: str
    answers: tuple[Answer, ...]
