"""Variables are filled whole or not at all (SPEC section 4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.rules import variables
from webapp.rules.variables import Rendered, Unfilled, render

LISA = {
    "first_name": "Lisa",
    "user.first_name": "Amy",
    "issue_id": "Healthcare",
    "last_name": "",
    "full_name": "Lisa Ng",
    "'cure-ballot'|trackable": "https://x.example/l/1",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi ##{{first_name}}!", "Hi Lisa!"),
        ("Hi {{first_name}}!", "Hi Lisa!"),
        ("Hi ##{{ First_Name }}!", "Hi Lisa!"),
        ("##{{fullname}} and ##{{user. first_name}}", "Lisa Ng and Amy"),
        ("##{{custom_field_issue_id}} ##{{issue_ID}}", "Healthcare Healthcare"),
        (
            "##{{'cure-ballot'|trackable}} ##{{‘CURE-BALLOT’ | trackable}}",
            "https://x.example/l/1 https://x.example/l/1",
        ),
        ("Hi ## {{first_name}}, ####{{first_name}}!", "Hi Lisa, Lisa!"),
        ("Hi ##\t{{first_name}}, #{{first_name}}!", "Hi Lisa, #Lisa!"),
        ("A { and a } alone are text, as is #1", "A { and a } alone are text, as is #1"),
    ],
)
def test_variables_are_filled_however_people_write_them(text: str, expected: str) -> None:
    assert render(text, LISA) == Rendered(expected)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("##{{last_name}}", ("last_name",)),
        ("##{{nope}} {{nope}}", ("nope",)),
        ("##{{}}", ("",)),
        ("Hi ##{{first_name}", ("##{{first_name}",)),
        ("Hi ##{first_name}", ("##{first_name}",)),
        ("first_name}}", ("}}",)),
        ("Hi {{{first_name}}}", ("{", "}")),
    ],
)
def test_what_can_not_be_filled_is_named_and_nothing_is_rendered(text: str, names: tuple[str, ...]) -> None:
    assert render(text, LISA) == Unfilled(names)


def test_a_value_is_never_expanded() -> None:
    assert render("Hi ##{{first_name}}", {"first_name": "##{{user.phone}}", "user.phone": "1"}) == Rendered(
        "Hi ##{{user.phone}}"
    )


@given(
    st.text() | st.from_regex(r"(##)?\{{0,3}[a-z. ]{0,9}\}{0,3}( .)?", fullmatch=True),
    st.dictionaries(st.sampled_from(["first_name", "a", "b.c"]), st.text()),
)
def test_rendering_never_raises_and_never_leaves_a_brace_of_ours(text: str, values: dict[str, str]) -> None:
    plain = {name: value.replace("{", "").replace("}", "") for name, value in values.items()}
    result = render(text, plain)
    if isinstance(result, Rendered):
        assert "{{" not in result.text and "}}" not in result.text


@given(st.text(alphabet="{}#a ", max_size=30))
def test_what_is_known_to_be_right_can_be_rendered(text: str) -> None:
    if not variables.broken(text) and not variables.unknown(text, {"a"}):
        assert isinstance(render(text, {"a": "x"}), Rendered)
    else:
        assert isinstance(render(text, {"a": "x"}), Unfilled)


def test_unknown_names_are_listed_once() -> None:
    assert variables.unknown("##{{first_name}} ##{{frist_name}} {{frist_name}}", LISA) == ["frist_name"]


NAMES = st.sampled_from(
    [
        "first_name",
        "user.first_name",
        "issue_id",
        "custom_field_issue_id",
        "FullName",
        "'plan'|trackable",
        "‘PLAN’ | trackable",
        "nope",
    ]
)
PIECES = st.one_of(
    st.text(max_size=12),
    st.builds(
        lambda name, left, right: f"{left}{{{{{name}}}}}{right}",
        NAMES,
        st.sampled_from(["##", "", "## ", "#"]),
        st.text(max_size=3),
    ),
    st.sampled_from(["##{{", "}}", "{{first_name}", "##{first_name}", "{", "}", "##"]),
)
VALUE = st.text(max_size=20) | st.sampled_from(["##{{user.first_name}}", "{{first_name}}", "}}", "{{", "\\1", "\\g<0>"])


@given(
    st.lists(PIECES, max_size=8).map("".join),
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("first_name", "user.first_name", "issue_id", "full_name", "'plan'|trackable"), VALUE),
    ),
)
def test_any_script_with_any_values_is_filled_whole_or_not_at_all(text: str, values: dict[str, str]) -> None:
    """Values stand in the text letter by letter, whatever they look like; round it no brace of ours is left."""
    result = render(text, values)
    if isinstance(result, Unfilled):
        assert result.names and all(isinstance(name, str) for name in result.names)
        return
    marks = {v.name: f"\x00{n}\x00" for n, v in enumerate(variables.found(text))}
    outline = render(
        text,
        {name: marks[name] for name in marks}
        | {"issue_id": marks.get("issue_id") or marks.get("custom_field_issue_id") or "x"},
    )
    assert isinstance(outline, Rendered)
    assert "{{" not in outline.text and "}}" not in outline.text
    rebuilt = outline.text
    for name, mark in marks.items():
        rebuilt = rebuilt.replace(mark, values.get(name) or values.get(name.removeprefix("custom_field_")) or "")
    assert result.text == rebuilt


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("##{{first_name}", ("first_name", 15)),
        ("{{first_name,", ("first_name", 12)),
        ("##{last_name}", ("last_name", 13)),
        ("##{{nobody", None),
        ("}}", None),
    ],
)
def test_the_name_in_an_open_brace_is_recognised(broken: str, meant: tuple[str, int] | None) -> None:
    assert variables.meant(broken, {"first_name", "last_name"}) == meant


def test_links_of_a_script_are_named_once_each() -> None:
    assert variables.links("##{{'a'|trackable}} {{ \"B\" | trackable }} ##{{‘a’|trackable}} {{first_name}}") == [
        "a",
        "b",
    ]
