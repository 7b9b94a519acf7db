"""Which texts confirm a sign-up, and which words may be a form's keyword (SPEC B2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.rules import opt_out
from webapp.rules.opt_ins import words
from webapp.rules.opt_outs.words import ALONE, KEYWORDS, MISTYPED


@pytest.mark.parametrize("body", ["YES", "yes!", " Yes. ", "Sí", "SI", "y", "Yes please", "yes 👍"])
def test_a_yes_confirms(body: str) -> None:
    assert words.confirms(body)


@pytest.mark.parametrize("body", ["", "yes stop", "no", "yes but who is this?", "stop", "yesterday", "ok"])
def test_anything_else_does_not(body: str) -> None:
    assert not words.confirms(body)


def test_no_word_that_means_something_else_is_a_keyword() -> None:
    others = sorted(KEYWORDS | ALONE | MISTYPED | words.TAKEN)
    assert len(others) > 400
    assert [word for word in others if words.keyword(word) or words.keyword(word.upper())] == []


@pytest.mark.parametrize(
    "answer",
    [
        "sure",
        "yep",
        "yeah",
        "nope",
        "maybe",
        "later",
        "thanks",
        "interested",
        "vote",
        "who",
        "ok",
        "absolutely",
        "voted",
        "monday",
        "gracias",
        "claro",
        "quien",
    ],
)
def test_no_common_answer_to_a_volunteer_is_a_keyword(answer: str) -> None:
    assert words.keyword(answer.capitalize() + "!") == ""


@pytest.mark.parametrize("word", ["join", "meyer", "team", "rally2026", "unete"])
def test_a_word_of_the_campaign_s_own_is_a_keyword(word: str) -> None:
    assert words.keyword(word.upper()) == word


@given(st.text(max_size=60))
def test_no_keyword_ever_opts_out(text: str) -> None:
    word = words.keyword(text)
    assert not word or (opt_out.classify(text) == "none" and words.LEAST <= len(word) <= words.MOST)


@given(st.text(max_size=300))
def test_no_yes_ever_opts_out(text: str) -> None:
    assert not (words.confirms(text) and opt_out.classify(text) == "opt_out")
