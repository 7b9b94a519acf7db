"""Which names may be a person's (SPEC A7), and how a search compares them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast.inputs.vectors import words
from webapp.rules import names, script_lint

PEOPLE = [
    "María-José",
    "O'Brien",
    "O’Brien",
    "Dr. Ng",
    "J.",
    "J.R.",
    "J. R.",
    "John Jr.",
    "King, Jr.",
    "Louis XIV",
    "d'Angelo",
    "van der Berg",
    "St. John",
    "mary ann",
    "MCDONALD",
    "de la Cruz",
    "Smith–Jones",
    "李小龍",
    "محمد",
    "प्रिया",
    "김민수",
    "Ольга",
    "Nguyễn Thị Minh Khai",
    "ʻAkaka",
    "Ma. Teresa",
    "von und zu Guttenberg",
    "William H. Macy",
    "Maria Del Carmen",
    "Domínguez y Nuñez",
    "N'Golo",
    "Xi",
    "Early",
    "Will Smith",
    "Jo Early",
    "Dot Marie",
    "Mary Winner",
    "Bo Poll",
    "Do Won",
    "Thị Minh An",
]
MESSAGES = [
    "Election Is Wed, Not Tue",
    "Polls Moved To Nov Fifth",
    "Vote Trump Not Meyer",
    "Don't Vote Early",
    "Polling place moved",
    "Amy, vote Wed",
    "Will Vote",
    "Prize Winner",
    "Amy\n",
    "\tAmy",
    "Vote Dot Org",
    "Fetterman Dot Com",
    "",
    "Amy http://x.example",
    "<b>Amy</b>",
    "vote.example",
    "bit.ly",
    "t.me/x",
    "Amy 412",
    "Amy!",
    "Amy: vote",
    "{first_name}",
    "##{{x}}",
    "[Amy]",
    "@amy",
    "amy@x.example",
    "Jo. Polling place MOVED",
    "jo polling place moved today",
    "Amy 😀",
    "Amy & Dan",
    "Jo... Bye",
    "A B C D E F",
    "Amy. Call me",
    "-",
    ".",
    "$1",
]


@pytest.mark.parametrize("name", PEOPLE)
def test_a_person_may_be_called_so(name: str) -> None:
    assert names.may_be_a_persons(name)


@pytest.mark.parametrize("name", MESSAGES)
def test_what_says_more_than_a_name_is_none(name: str) -> None:
    assert not names.may_be_a_persons(name)


def test_each_case_of_a_name_is_judged_right() -> None:
    assert [row for row in words("name") if names.may_be_a_persons(row["text"]) != (row["right"] == "yes")] == []


@given(st.text(max_size=60))
def test_no_name_can_bring_in_what_a_script_may_not_have(name: str) -> None:
    if names.may_be_a_persons(name):
        assert script_lint.in_sent(f"Hi, it's {name} with Meyer") == "" and "\n" not in name and len(name) <= 40


@pytest.mark.parametrize("name", ["Bob & Sue", "Lisa (Liz)", "St.John", "J.R.", "Lisa 2", "O'Neil"])
def test_a_contact_is_greeted_by_the_name_on_the_list(name: str) -> None:
    assert names.greeting(name) == name


@pytest.mark.parametrize(
    "name", ["Lisa vote.org", "see https://x.example", "{{first_name}}", "A\nB", "x" * 101, "Lisa!"]
)
def test_a_contact_s_name_that_is_a_message_is_not_sent(name: str) -> None:
    assert names.greeting(name) == ""


def test_every_form_that_takes_a_users_name_asks_the_rule() -> None:
    """A contact's own name is from a list; it is asked where it is greeted."""
    routes = Path(__file__).parents[2] / "webapp" / "routes"
    plain = re.compile(r"""\.(text|_raw)\(\s*["'](first|last)_name["']""")
    asking = [str(p.relative_to(routes)) for p in routes.rglob("*.py") if plain.search(p.read_text())]
    assert asking == ["admin/contacts/contact.py"]
