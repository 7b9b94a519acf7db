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
        ("A { and a } alone are text, as is #1", "A { and a } alone are text, as is #1"),
    ],
)
def test_variables_are_filled_however_people_write_them(text: str, expected: str) -> None:
    assert render(text, LISA) == Rendered(expected)


@pytest.mark.parametrize(
    ("text", "names"),
    [("##{{last_name}}", ("last_name",)), ("##{{nope}} {{nope}}", ("nope",)), ("##{{}}", ("",)), ("Hi ##{{first_name}", ("##{{first_name}",)), ("Hi ##{first_name}", ("##{first_name}",)), ("first_name}}", ("}}",))],
)  # fmt: skip
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
