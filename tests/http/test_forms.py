"""Fields of a form (SPEC S7). Each reader bears 100 kB of hostile repeats: found by a walk, so a new one is covered."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from litestar.datastructures import FormMultiDict

from tests.cast.inputs import hostile
from webapp.http import forms
from webapp.http.forms import Form

ARGUMENTS: dict[str, Any] = {
    "name": "x",
    "label": "X",
    "most": 200,
    "least": 1,
    "required": True,
    "among": ["1", "2"],
    "sentence": "Wrong.",
}
READERS = [
    name
    for name, method in vars(Form).items()
    if inspect.isfunction(method) and not name.startswith("_") and "name" in inspect.signature(method).parameters
]


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_of_a_field_bears_hostile_repeats(reader: str) -> None:
    assert len(READERS) > 12
    takes = [name for name in inspect.signature(getattr(Form, reader)).parameters if name != "self"]

    def read(text: str) -> Any:
        form = Form(FormMultiDict([("x", text)]))
        return getattr(form, reader)(**{name: ARGUMENTS[name] for name in takes})

    assert hostile.costly(read) is None


def test_an_id_in_a_form_bears_hostile_repeats() -> None:
    assert hostile.costly(forms.uuid_of) is None


@pytest.mark.parametrize("email", ["amy@example.org", "a.b+c@x.co.uk", "o'neil@mail.example"])
def test_an_e_mail_address_is_read(email: str) -> None:
    form = Form({"email": f" {email.upper()} "})
    assert form.email() == email and form


@pytest.mark.parametrize(
    "email", ["amy", "amy@", "@example.org", "a b@x.org", "a@x", "a@.org", "a@x.", "a@@x.org", "a@x..org"]
)
def test_what_is_no_e_mail_address_is_told(email: str) -> None:
    form = Form({"email": email})
    form.email()
    assert form.errors == {"email": "This is not an e-mail address."}


def test_a_users_name_is_asked() -> None:
    form = Form({"first_name": "Jo. Polling place MOVED, see bit.ly/x"})
    form.person_name("first_name", "First name")
    assert "It is sent in texts." in form.errors["first_name"]


@pytest.mark.parametrize(
    ("typed", "ten_thousandths"),
    [
        ("0.022", 220),
        ("0,022", 220),
        ("$0,0125", 125),
        ("1,250", 12_500_000),
        ("1,250.50", 12_505_000),
        ("12,50", 125_000),
        ("12.5", 125_000),
        ("250", 2_500_000),
        ("", None),
    ],
)
def test_a_price_with_a_comma_reads_as_one_with_a_point(typed: str, ten_thousandths: int | None) -> None:
    form = Form({"price": typed})
    assert form.dollars("price", "Price") == ten_thousandths and not form.errors


@pytest.mark.parametrize("typed", ["1,25,0", "1.250,50", "-1", "1e3", "free", "0,00001", ",", "300000"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    form = Form({"price": typed})
    assert form.dollars("price", "Price") is None and "price" in form.errors


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2000", 2000),
        ("2,000", 2000),
        ("12,345,678", 12_345_678),
        ("2,00", None),
        ("2,000.5", None),
        ("two thousand", None),
    ],
)
def test_a_whole_number_is_read_as_pages_write_it(typed: str, read: int | None) -> None:
    form = Form({"n": typed})
    found = form.integer("n", "Texts a day", 1, 100_000_000)
    assert (found if form else None) == read and form.typed["n"] == typed
    assert form or form.errors["n"] == "Texts a day: a whole number from 1 to 100,000,000."


def test_errors_are_listed_as_the_fields_stand_on_the_page_not_as_they_were_read() -> None:
    """A choice without a tick is not sent: it comes behind the error that was noted before it."""
    form = Form(FormMultiDict([("first_name", ""), ("zip", "1"), ("zip", "2"), ("email", "x"), ("ends_on", "?")]))
    form.day("ends_on", "End date")
    form.wrong("language", "Choose one.")
    form.email()
    form.zip_code("zip")
    form.text("first_name", "First name", required=True)
    assert [name for name, _ in form.in_order()] == ["first_name", "zip", "email", "ends_on", "language"]
    assert dict(form.in_order()) == form.errors and Form().in_order() == []
