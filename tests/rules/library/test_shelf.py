"""Every script of the library may be sent as it is (SPEC H3)."""

from __future__ import annotations

import pytest

from webapp.rules import script_lint, segments, variables
from webapp.rules.library import shelf
from webapp.rules.library.prepared import OPT_OUT, Answer, Prepared
from webapp.rules.scripts import addresses

NAMES = dict.fromkeys(variables.BUILT_IN, "Maximilian") | {"campaign.name": "Meyer for Senate"}
ANSWERS = [(one, answer) for one in shelf.ALL for answer in one.answers]


@pytest.mark.parametrize("one", shelf.ALL, ids=lambda one: one.slug)
def test_an_initial_script_passes_the_lint_without_a_word(one: Prepared) -> None:
    found = script_lint.lint(one.initial, "initial", variables.BUILT_IN, "Meyer for Senate")
    assert [f.sentence for f in found] == [] and not addresses.links(one.initial)


@pytest.mark.parametrize(("one", "answer"), ANSWERS, ids=lambda one: getattr(one, "slug", getattr(one, "name", "")))
def test_an_answer_passes_the_lint(one: Prepared, answer: Answer) -> None:
    """In Spanish accents may make it more segments; nothing else is said of any."""
    found = script_lint.lint(answer.body, "response", variables.BUILT_IN)
    found += script_lint.opts_out_supporters(answer.name, OPT_OUT in answer.tags)
    assert [f.sentence for f in found if not (one.language == "es" and f.code == "encoding")] == []


@pytest.mark.parametrize("one", shelf.ALL, ids=lambda one: one.slug)
def test_an_initial_script_with_long_names_is_two_segments_at_most(one: Prepared) -> None:
    shown = variables.render(one.initial, NAMES)
    assert isinstance(shown, variables.Rendered) and segments.count(shown.text).segments <= 2


def test_there_is_one_for_each_purpose_and_some_in_spanish() -> None:
    assert {"get-out-the-vote", "recruit-volunteers", "persuade", "event-invitation", "fundraising"} <= set(
        shelf.BY_SLUG
    )
    assert len([one for one in shelf.ALL if one.language == "es"]) >= 3 and len(shelf.BY_SLUG) == len(shelf.ALL)


@pytest.mark.parametrize("one", shelf.ALL, ids=lambda one: one.slug)
def test_each_answers_whoever_wants_no_more_texts_and_a_wrong_number(one: Prepared) -> None:
    tags = {tag for answer in one.answers for tag in answer.tags}
    assert {"opt_out", "wrong_number"} <= tags and len({a.name for a in one.answers}) == len(one.answers)
