"""Link shorteners in a script, and the custom links offered for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast.inputs.vectors import words
from webapp.rules import script_lint
from webapp.rules.script_lint import lint
from webapp.rules.scripts import addresses, shorteners

KNOWN = {"first_name", "user.first_name", "campaign.name"}
GOOD = "Hi ##{{first_name}}, it's ##{{user.first_name}} with Meyer. Will you vote? Reply STOP to opt out."
LINKS = {"'cure-ballot'|trackable", "'plan'|trackable"}


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("See https://bit.ly/plan2.", "See ##{{'plan'|trackable}}."),
        ("(BIT.LY/CureIt)", "(##{{'cure-ballot'|trackable}})"),
        ("tinyurl.com/cure?y=1, soon", "##{{'cure-ballot'|trackable}}, soon"),
        ("www.ow.ly:443/plan\nBye", "##{{'plan'|trackable}}\nBye"),
    ],
)
def test_for_a_shortener_the_custom_link_that_sounds_like_it_is_offered(text: str, fixed: str) -> None:
    [finding] = script_lint.errors(lint(text, "response", KNOWN, links=LINKS))
    assert finding.code == "shortener" and finding.fixed == fixed and finding.offer.startswith("Use ")
    assert script_lint.errors(lint(fixed, "response", KNOWN | LINKS)) == []


def test_a_link_that_sounds_nothing_like_it_is_offered_only_where_it_is_the_only_one() -> None:
    [finding] = script_lint.errors(lint("bit.ly/3JyacKR", "response", KNOWN, links=LINKS))
    assert finding.fixed is None
    [finding] = script_lint.errors(lint("bit.ly/3JyacKR", "response", KNOWN, links={"'plan'|trackable"}))
    assert finding.fixed == "##{{'plan'|trackable}}"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("bit.ly/a,thanks all", "bit.ly/a"),
        ("bit.ly?u={{first_name}} x", "bit.ly?u="),
        ("See https://bit.ly./x.", "https://bit.ly./x"),
        ("http://me@bit.ly/x", "http://me@bit.ly/x"),
        ("go.bit.ly:443/x", "go.bit.ly:443/x"),
        ("(bit.ly/abc)", "bit.ly/abc"),
    ],
)
def test_a_shortener_is_marked_whole_and_nothing_else_with_it(text: str, place: str) -> None:
    [finding] = script_lint.errors(lint(text, "response", KNOWN))
    assert finding.code == "shortener" and text[finding.start : finding.end] == place


@given(st.text(alphabet=st.sampled_from("{}# firstname_,.\n'|bit.ly/a"), max_size=60))
def test_a_fix_keeps_every_word_of_the_author(text: str) -> None:
    """It changes what it points at, and nothing before or behind it."""
    for finding in lint(text, "response", KNOWN, links=LINKS):
        if finding.fixed is not None and finding.code in ("unclosed", "unknown_variable", "shortener"):
            assert finding.fixed.startswith(text[: finding.start]) and finding.start < finding.end
            assert finding.fixed.endswith(text[finding.end :])


def test_without_custom_links_a_shortener_is_shown_where_it_stands() -> None:
    [finding] = script_lint.errors(lint("Go to bit.ly/x now", "response", KNOWN))
    assert finding.fixed is None and "Go to bit.ly/x now"[finding.start : finding.end] == "bit.ly/x"


def test_each_case_of_a_short_address_is_judged_right() -> None:
    for row in words("shortener"):
        found = any(f.code == "shortener" for f in lint(f"See {row['text']}.", "response", KNOWN))
        assert found == (row["right"] == "yes"), row


def test_each_name_of_the_kept_list_is_found_as_address_and_in_a_sentence() -> None:
    assert len(shorteners.NAMES) > 1_000
    missed = [
        name
        for name in shorteners.NAMES
        for text in (f"https://{name}/x", f"See {name}/Ab1, please", f"www.{name}")
        if script_lint.in_sent(text) != "shortener"
    ]
    assert missed == []


def test_a_sentence_that_ends_without_a_blank_is_no_address() -> None:
    assert script_lint.in_sent("Sign up.To opt out reply STOP") == ""


@pytest.mark.parametrize(
    "link", ["vote.org/x", "www.man.ac.uk/x", "https://mybit.ly.example.org/x", "meyer.example", "abit.ly"]
)
def test_other_addresses_are_no_shorteners(link: str) -> None:
    assert script_lint.errors(lint(f"See {link}.", "response", KNOWN)) == []


@pytest.mark.parametrize(
    "address",
    [
        "'bit.ly/x'",
        "’bit.ly/x",
        "-bit.ly/abc",
        "..bit.ly/abc",
        "_bit.ly/x",
        "https://a:b@bit.ly/x",
        "https://bit%2Ely/x",
        "bit。ly/x",
        "ｂｉｔ.ｌｙ/x",
        "(BIT.LY/x)",
    ],
)
def test_a_short_address_is_found_however_it_is_dressed(address: str) -> None:
    assert script_lint.in_sent(f"see {address} Bye") == "shortener"


@pytest.mark.parametrize("text", ["mail jo@bit.ly now", "abit.ly/x", "meyer.example.org/bit.ly", "don't.stop"])
def test_what_only_contains_its_letters_is_none(text: str) -> None:
    assert script_lint.in_sent(text) == ""


@given(st.lists(st.sampled_from(["a", "b", "ſ", "K", ".", "%2e", "%2E", "\u3002", "1", " ", "-", "/"])).map("".join))
def test_a_text_in_which_no_dot_stands_before_two_letters_has_no_address(text: str) -> None:
    whole = addresses.ADDRESS.finditer(addresses.plain_letters(text))
    assert all(addresses.DOT_WITHIN.search(match[0]) for match in whole)
