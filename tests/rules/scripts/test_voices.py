"""Scripts that speak as the candidate are told, for volunteers send them (SPEC A7)."""

from __future__ import annotations

import pytest

from webapp.rules.script_lint import lint
from webapp.rules.scripts import voices

AS_ANOTHER = """
Hi, this is Selina Meyer. Can I count on you?
I'm Selina Meyer, and I'm running for Senate
This is Senator Meyer
It's Mayor Pete Booth
Vote for me on Nov 3
My opponent lied; my opponent always lies
My name is Selina Meyer.
Soy Selina Meyer, candidata
Le habla la Senadora Meyer
I'm your next Governor
I need your vote
Soy candidata a la alcaldía
Hey ##{{first_name}}, it's Selina Meyer!
""".strip().splitlines()
AS_A_VOLUNTEER = """
Hi ##{{first_name}}, it's ##{{user.first_name}} with Meyer for Senate.
This is Meyer for Senate.
It's Election Day!
This is Pennsylvania.
I'm a volunteer with Selina Meyer.
Senator Meyer needs your vote
Selina Meyer is running for Senate
Vote for Meyer
This is Team Meyer, we
It's Tuesday, vote!
I'm volunteering for Senator Meyer
We need your vote
Her opponent
""".strip().splitlines()


@pytest.mark.parametrize("text", AS_ANOTHER)
def test_words_of_a_candidate_warn(text: str) -> None:
    assert list(voices.found(text, True))
    assert "voice" in [f.code for f in lint(text, "initial", {"first_name"}) if f.level == "warning"]


@pytest.mark.parametrize("text", AS_A_VOLUNTEER)
def test_words_of_a_volunteer_do_not(text: str) -> None:
    assert list(voices.found(text, True)) == []


def test_a_reply_may_name_somebody() -> None:
    assert list(voices.found("It's Selina Meyer!", False)) == []
