"""From what VAN has to what it is to have: the smallest thing that is sent (SPEC B3)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.rules.van import pauses, planning
from webapp.rules.van.planning import NONE, RESULT, SAME, STAYS, Nothing, Step, Target

CODE, OTHER = Target("activist_code", 1), Target("activist_code", 2)
YES, NO, DONT = Target("survey", 5, 9), Target("survey", 6, 9), Target("result", 130)
APPLY = {"type": "ActivistCode", "activistCodeId": 1, "action": "Apply"}
REMOVE = APPLY | {"action": "Remove"}
ANSWER = {"type": "SurveyResponse", "surveyQuestionId": 9, "surveyResponseId": 5}
TARGETS = st.sampled_from([None, CODE, OTHER, YES, NO, DONT])


@pytest.mark.parametrize(
    ("there", "wanted", "expected"),
    [
        (None, CODE, Step({"responses": [APPLY]}, CODE)),
        (CODE, None, Step({"responses": [REMOVE]}, None)),
        (OTHER, YES, Step({"responses": [REMOVE | {"activistCodeId": 2}, ANSWER]}, YES)),
        (NO, YES, Step({"responses": [ANSWER]}, YES)),
        (None, DONT, Step({"resultCodeId": 130}, DONT)),
        (CODE, DONT, Step({"responses": [REMOVE]}, None, more=True)),
        (CODE, CODE, Nothing(SAME)),
        (None, None, Nothing(SAME)),
        (YES, None, Nothing(STAYS)),
        (DONT, None, Nothing(STAYS)),
    ],
)
def test_what_is_sent_is_what_changed(there: Target | None, wanted: Target | None, expected: Any) -> None:
    assert planning.step(there, "", wanted) == expected


def test_what_may_be_there_is_taken_away_and_what_may_be_gone_is_said_again() -> None:
    assert planning.step(None, str(CODE), YES) == Step({"responses": [REMOVE, ANSWER]}, YES)
    assert planning.step(CODE, NONE, CODE) == Step({"responses": [APPLY]}, CODE)
    assert planning.step(None, str(CODE), None) == Step({"responses": [REMOVE]}, None)


class Van:
    """VAN's side of one fact."""

    def __init__(self) -> None:
        self.codes: set[int] = set()
        self.answer = self.result = 0

    def take(self, body: dict[str, Any]) -> None:
        assert ("resultCodeId" in body) != bool(body.get("responses")), "VAN takes one of them"
        self.result = body.get("resultCodeId", self.result)
        for one in body.get("responses", []):
            if one["type"] == "SurveyResponse":
                self.answer = one["surveyResponseId"]
            elif one["action"] == "Apply":
                self.codes.add(one["activistCodeId"])
            else:
                self.codes.discard(one["activistCodeId"])


@given(st.lists(st.tuples(TARGETS, st.sampled_from(["taken", "lost", "lost and not taken"])), max_size=8))
def test_whatever_changes_and_is_lost_the_codes_at_van_end_as_they_are_wanted(
    changes: list[tuple[Target | None, str]],
) -> None:
    """The last of the changes is heard of."""
    van, there, maybe = Van(), None, ""
    for n, (wanted, outcome) in enumerate([*changes, (changes[-1][0] if changes else None, "taken")]):
        last = n == len(changes)
        while isinstance(step := planning.step(there, maybe, wanted), Step):
            if last or outcome != "lost and not taken":
                van.take(step.body)
            if last or outcome == "taken":
                there, maybe = step.to, ""
            else:
                maybe = planning.also(maybe, planning.text(step.to))
                break
            if not step.more:
                break
        if last or outcome == "taken":
            assert van.codes == ({wanted.id} if wanted and wanted.kind == "activist_code" else set())
            if wanted and wanted.kind == RESULT:
                assert van.result == wanted.id


@given(TARGETS)
def test_a_target_is_read_as_it_was_written(target: Target | None) -> None:
    assert planning.read(planning.text(target)) == target


def test_what_is_no_target_reads_as_none() -> None:
    assert [planning.read(text) for text in ("", "note:1", "survey:x", "survey:1:", "activist_code:-1")] == [None] * 5


def test_tries_come_further_and_further_apart_and_an_hour_at_most() -> None:
    waits = [pauses.again(n) for n in range(0, 3_000)]
    assert waits[1:4] == [30, 60, 120] and waits == sorted(waits) and waits[-1] == 3_600
