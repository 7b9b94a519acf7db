"""Each step of a practice follows from those before, and all of it fits into a cookie (SPEC H5)."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from webapp.rules import opt_out, phone
from webapp.rules.library.prepared import OPT_OUT
from webapp.rules.practice import personas, play
from webapp.rules.practice.personas import PERSONAS
from webapp.rules.practice.play import SCRIPT, TYPED

NOW = 1_790_000_000
BY_NAME = {one.first_name: n for n, one in enumerate(PERSONAS)}


def texted(name: str, language: str = "en") -> tuple[play.Play, play.Talk, int]:
    going, n = play.begin(language), BY_NAME[name]
    assert play.send_first(going, n, NOW)
    return going, going.talks[n], n


def script(language: str, tag: str) -> str:
    return next(str(n) for n, one in enumerate(personas.answers(language)) if tag in one.tags)


def test_there_is_one_of_each_kind_and_their_phones_are_nobodys() -> None:
    assert len(PERSONAS) >= 6 and len(BY_NAME) == len(PERSONAS)
    first = {language: [one.replies(language)[0] for one in PERSONAS] for language in ("en", "es")}
    for replies in first.values():
        assert [opt_out.classify(words) for words in replies].count("opt_out") == 1
        assert [opt_out.classify(words) for words in replies].count("possible") == 1
    assert any("español" in words or "inglés" in words for words in first["en"])
    assert isinstance(phone.parse("+12025550100"), phone.Phone)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_cards_come_one_by_one_and_the_same_press_twice_is_one(language: str) -> None:
    going, order = play.begin(language), []
    while (n := going.next()) is not None:
        assert play.send_first(going, n, NOW) and not play.send_first(going, n, NOW)
        order.append(n)
    assert order == list(range(len(PERSONAS))) and all(talk.replied for talk in going.talks)


def test_stop_ends_it_at_once_and_other_words_wait_for_a_decision() -> None:
    going, talk, n = texted("Pat")
    assert talk.state == "out" and not talk.open and not play.answer(going, n, TYPED, "Sorry", NOW)
    going, talk, n = texted("Lou")
    assert talk.possible and not play.answer(going, n, TYPED, "Sorry", NOW)
    play.decide(talk, no_opt_out=True)
    assert talk.open and play.answer(going, n, TYPED, "Sorry", NOW) and not play.well_done(PERSONAS[n], talk)
    play.opt(talk)
    assert talk.state == "out" and play.well_done(PERSONAS[n], talk)


def test_a_script_with_the_tag_opt_out_opts_out_and_no_reply_comes() -> None:
    going, talk, n = texted("Gloria")
    assert play.answer(going, n, SCRIPT, script("en", OPT_OUT), NOW)
    assert talk.state == "out" and talk.said[-1].ours and play.well_done(PERSONAS[n], talk)


def test_an_answer_or_a_report_ends_needs_attention_until_they_write_again() -> None:
    going, talk, n = texted("Dana")
    assert talk.needs_attention
    play.report(talk, ["will_vote"], "")
    assert not talk.needs_attention and talk.tags == ["will_vote"] and play.well_done(PERSONAS[n], talk)
    assert play.answer(going, n, TYPED, "When?", NOW) and talk.needs_attention, "she answers"


def test_undo_is_for_the_first_text_and_for_seconds() -> None:
    going, _, n = texted("Dana")
    assert not play.undo(going, n, NOW + 6, 5) and play.undo(going, n, NOW + 5, 5)
    assert not going.talks[n].texted and not play.undo(going, n, NOW, 5) and going.next() == n


def test_skipped_twice_somebody_goes_to_others() -> None:
    going = play.begin("en")
    assert play.skip(going, 0) == "skipped" and going.next() == 1
    assert play.skip(going, 0) == "returned" and play.skip(going, 0) == "not_skipped"
    assert not play.send_first(going, 0, NOW)


def test_it_is_enough_of_one_person_some_time() -> None:
    going, talk, n = texted("Priya")
    assert [play.answer(going, n, TYPED, "x" * 5_000, NOW) for _ in range(20)].count(True) < play.MOST_TEXTS
    assert len(talk.said) <= play.MOST_TEXTS and max(len(one.what) for one in talk.said) <= play.LONGEST


def deeds(going: play.Play, n: int, pressed: random.Random) -> list[Callable[[], object]]:
    talk = going.talks[n]
    return [
        lambda: play.send_first(going, n, NOW),
        lambda: play.skip(going, n),
        lambda: play.undo(going, n, NOW, 5),
        lambda: play.answer(going, n, TYPED, "ñ" * pressed.randrange(1, 400), NOW),
        lambda: play.answer(going, n, SCRIPT, str(pressed.randrange(5)), NOW),
        lambda: play.report(talk, ["will_vote"], "x" * 900),
        lambda: play.decide(talk, pressed.random() < 0.5),
        lambda: play.tag(talk, ["a"]),
    ]


@pytest.mark.parametrize("seed", range(30))
def test_whatever_is_pressed_the_practice_stays_small_and_comes_back_as_it_was(seed: int) -> None:
    pressed, going = random.Random(seed), play.begin(("en", "es")[seed % 2])
    for _ in range(300):
        pressed.choice(deeds(going, pressed.randrange(len(PERSONAS)), pressed))()
    assert play.unpacked(play.packed(going)) == going
    assert len(play.packed(going)) < 40_000


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "{}", '["en",[]]', '["en",[{"said":[["i"]]}]]', '["en",[{"odd":1}]]', "null"]
)
def test_what_another_version_packed_is_no_practice(text: str) -> None:
    assert play.unpacked(text) is None
