"""Plans the request that changes what VAN has from us into what it should have, for one fact (SPEC B3).

VAN takes a canvass response: either one result code, or answers; never both. An activist code can be taken away again, an
answer to a survey question is corrected by another answer, a result code stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ACTIVIST_CODE, SURVEY, RESULT = "activist_code", "survey", "result"
KINDS = (ACTIVIST_CODE, SURVEY, RESULT)


@dataclass(frozen=True)
class Target:
    """Something VAN can note of a person. ``question``: of an answer, 0 otherwise."""

    kind: str
    id: int
    question: int = 0

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" + (f":{self.question}" if self.question else "")


def read(text: str) -> Target | None:
    """The target that `str` wrote; None for a blank."""
    kind, _, rest = text.partition(":")
    numbers = rest.split(":")
    if kind not in KINDS or not all(number.isdecimal() for number in numbers):
        return None
    return Target(kind, *map(int, numbers[:2]))


Body = dict[str, Any]
NONE = "none"  # what `text` writes for no target
SAME, STAYS = "same", "stays"
MOST_LOST = 10  # answers lost in a row that are remembered


def text(target: Target | None) -> str:
    return str(target) if target else NONE


@dataclass(frozen=True)
class Nothing:
    """There is nothing to send. ``why``: SAME, or STAYS where VAN has no way to take it back."""

    why: str


@dataclass(frozen=True)
class Step:
    """``body``: the part of a canvass response that says what is new. ``to``: what VAN has afterwards. ``more``:
    another step must follow, since one canvass response can't say both."""

    body: Body
    to: Target | None
    more: bool = False


def also(maybe: str, going: str) -> str:
    """``maybe`` of `step`, after one more answer was lost."""
    return " ".join([*maybe.split(), going][-MOST_LOST:])


def step(there: Target | None, maybe: str, wanted: Target | None) -> Step | Nothing:
    """``there``: the target VAN took last. ``maybe``: targets it may have taken since, where its answer was lost; each
    as `text` writes it, with spaces between."""
    lost = [read(one) for one in maybe.split()]
    if wanted == there and all(one == there for one in lost):
        return Nothing(SAME)
    old = [one for one in dict.fromkeys((there, *lost)) if one and one != wanted]
    away = [_activist(one, "Remove") for one in old if one.kind == ACTIVIST_CODE]
    if wanted is None:
        return Step({"responses": away}, None) if away else Nothing(STAYS if old else SAME)
    if wanted.kind == RESULT:
        return Step({"responses": away}, None, more=True) if away else Step({"resultCodeId": wanted.id}, wanted)
    return Step({"responses": [*away, _applied(wanted)]}, wanted)


def _applied(target: Target) -> Body:
    if target.kind == ACTIVIST_CODE:
        return _activist(target, "Apply")
    return {"type": "SurveyResponse", "surveyQuestionId": target.question, "surveyResponseId": target.id}


def _activist(target: Target, action: str) -> Body:
    return {"type": "ActivistCode", "activistCodeId": target.id, "action": action}
