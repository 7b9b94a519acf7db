"""A text is searched only for the patterns it holds a needed word of, and the answer is the same (SPEC V8, X6)."""

from __future__ import annotations

import re
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast.inputs.vectors import vectors, words
from webapp.rules import opt_out
from webapp.rules.opt_outs import needed, phrases, wording
from webapp.rules.opt_outs.needed import Searched

POSSIBLE = Searched(*phrases.POSSIBLE)
WORDING = Searched(wording.PATTERN)
TEXTS = [row["text"] for row in words("inbound")] + [row["body"] for row in vectors("optout.jsonl")]
EVERY_LETTER = "".join(map(chr, range(sys.maxunicode + 1)))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None)
@given(st.data())
@pytest.mark.parametrize("pattern", phrases.POSSIBLE)
def test_whatever_a_phrase_finds_is_found(pattern: re.Pattern[str], data: st.DataObject) -> None:
    text = data.draw(st.from_regex(pattern))
    assert POSSIBLE.found_in(text) and Searched(pattern).found_in(text)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.from_regex(wording.PATTERN))
def test_whatever_the_wording_finds_is_found(text: str) -> None:
    assert WORDING.found_in(text)


def test_what_people_wrote_is_answered_as_by_every_pattern() -> None:
    plain = [opt_out.plain(text) for text in TEXTS]
    assert len(plain) > 100
    assert [said for said in plain if POSSIBLE.found_in(said) != any(p.search(said) for p in phrases.POSSIBLE)] == []
    assert [text for text in TEXTS if WORDING.found_in(text) != bool(wording.PATTERN.search(text))] == []


def test_a_letter_that_a_pattern_takes_for_another_is_that_letter() -> None:
    """Without regard to case K, the sign of Kelvin, is a k."""
    letters = {letter for word in needed.of(wording.PATTERN) for letter in word if letter.isalpha()}
    assert len(letters) > 20
    for letter in letters:
        alike = re.findall(letter, EVERY_LETTER, re.IGNORECASE)
        assert {needed.lower(one) for one in alike} == {letter}


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(?:stop|quit) it", {"stop it", "quit it"}),
        ("texts? me", {"text me", "texts me"}),
        (r"\w+ (?:stop)+", {"stop"}),
        ("(?:stop)? now", {"stop now", " now"}),
        ("(?:stop)*.", set()),
        ("stop|.", set()),
        ("[a-z]", set()),
        ("(?i:STOP)", {"stop"}),
        ("st[ou]p", {"stop", "stup"}),
        ("(?=stop).end", {"end"}),
    ],
)
def test_a_pattern_needs_the_words_it_can_not_do_without(pattern: str, words: set[str]) -> None:
    assert needed.of(re.compile(pattern)) == words
