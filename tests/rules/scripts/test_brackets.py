"""A variable's name in other brackets than ##{{ }} is found and fixed (SPEC A7)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast.inputs.vectors import words
from webapp.rules import script_lint, variables
from webapp.rules.script_lint import lint

KNOWN = variables.BUILT_IN | {"union_local", "custom_field_remind_a_friend", "'plan'|trackable"}
NAMES = sorted(KNOWN - {"'plan'|trackable"})
SHAPES = ("[%s]", "{%s}", "<%s>", "[[%s]]", "{%s]", "##[%s]", "{ %s }", "<<%s>>", "#[%s]")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_known_name_in_any_brackets_is_an_error_with_a_fix(shape: str) -> None:
    for name in NAMES:
        for written in {name, name.upper(), name.replace("_", " ").title(), name.removeprefix("custom_field_")}:
            [found] = script_lint.errors(lint(f"Hi {shape % written}!", "response", KNOWN))
            assert found.fixed == f"Hi ##{{{{{name}}}}}!", (shape, written)
            assert script_lint.errors(lint(found.fixed, "response", KNOWN)) == []


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("Hi #{{first_name}}", "Hi ##{{first_name}}"),
        ("Hi # {{first_name}}", "Hi ##{{first_name}}"),
        ("Hi %first_name%,", "Hi ##{{first_name}},"),
        ("Hi $first_name,", "Hi ##{{first_name}},"),
        ("Hi *|FNAME|*,", "Hi ##{{first_name}},"),
        ("Hi first_name,", "Hi ##{{first_name}},"),
        ("Hi ##first_name##,", "Hi ##{{first_name}},"),
        ("Hi [##{{first_name}}],", "Hi ##{{first_name}},"),
        ("Hi ${first_name},", "Hi ##{{first_name}},"),
        ("Hi __first_name__,", "Hi ##{{first_name}},"),
        ("It's {texterFirstName}", "It's ##{{user.first_name}}"),
        ("It's [Volunteer Last Name]", "It's ##{{user.last_name}}"),
        ("Hi [Voter First Name],", "Hi ##{{first_name}},"),
        ("I am [Your Name]", "I am ##{{user.first_name}}"),
        ("Hi [Name]", "Hi ##{{first_name}}"),
        ("Hi «FirstName»,", "Hi ##{{first_name}},"),
        ("Hi $FirstName,", "Hi ##{{first_name}},"),
        ("Hi FNAME,", "Hi ##{{first_name}},"),
        ("Dear FIRSTNAME", "Dear ##{{first_name}}"),
    ],
)
def test_other_systems_signs_are_errors_with_a_fix(text: str, fixed: str) -> None:
    [found] = script_lint.errors(lint(text, "response", KNOWN))
    assert (found.code, found.fixed) == ("brackets", fixed)
    assert script_lint.errors(lint(fixed, "response", KNOWN)) == []


def test_words_in_brackets_warn_and_other_things_in_brackets_are_nobodys_business() -> None:
    for row in words("braces"):
        levels: list[str] = [f.level for f in lint(row["text"], "response", KNOWN)] or ["none"]
        assert levels[0] in row["right"].split("|"), row


@pytest.mark.parametrize(
    "text",
    [
        "Doors open {7 pm}",
        "Hi ##{{first_name}} (##{{email}})",
        "I <3 you > all",
        "https://x.example/?first_name=1",
        "(email)",
        "See https://x.example/user.first_name",
        "[Paid for by Meyer for Senate]",
    ],
)
def test_ordinary_brackets_are_no_errors(text: str) -> None:
    assert script_lint.errors(lint(text, "response", KNOWN)) == []


@given(st.text(alphabet=st.sampled_from("[]{}<>#%*|() first_name.\n"), max_size=60))
def test_every_fix_keeps_what_stands_around_it(text: str) -> None:
    for finding in lint(text, "response", KNOWN):
        if finding.code == "brackets" and finding.fixed is not None:
            assert finding.fixed.startswith(text[: finding.start]) and finding.fixed.endswith(text[finding.end :])


@pytest.mark.parametrize("text", ["{Hi|Hello} there", "{% if x %}Hi{% endif %}", "Hi {0}", "Hi {}"])
def test_what_other_systems_would_work_out_warns(text: str) -> None:
    assert [f.level for f in lint(text, "response", KNOWN)][:1] == ["warning"]


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("FNAME", "first_name"),
        ("firstName", "first_name"),
        ("contact.first_name", "first_name"),
        ("name", "first_name"),
        ("first_name | default: 'friend'", "first_name"),
        ("organization", "campaign.name"),
    ],
)
def test_a_variable_by_another_systems_name_is_fixed_to_ours(variable: str, name: str) -> None:
    [found] = script_lint.errors(lint(f"Hi {{{{{variable}}}}}!", "response", KNOWN))
    assert found.fixed == f"Hi ##{{{{{name}}}}}!"


def test_a_name_of_another_system_in_our_braces_leads_to_whose_name_it_is() -> None:
    for written, name in (
        ("Agent.FirstName", "user.first_name"),
        ("texterName", "user.first_name"),
        ("Contact.LastName", "last_name"),
    ):
        [found] = script_lint.errors(lint(f"Hi {{{{{written}}}}}", "response", KNOWN))
        assert found.fixed == f"Hi ##{{{{{name}}}}}", written
