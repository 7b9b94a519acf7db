"""Every code is explained."""

from __future__ import annotations

from webapp.rules import errors
from webapp.rules.numbers import credentials


def test_an_unknown_code_is_explained_too() -> None:
    assert errors.explain(39999).kind == "twilio" and "39999" in errors.explain(39999).meaning


def test_every_error_of_twilio_and_the_carriers_has_an_advice() -> None:
    explained = [*errors.TABLE.values(), errors.explain(39999)]
    assert [row.code for row in explained if not row.advice and row.kind != "safeguard"] == []


def test_an_account_that_is_not_active_is_called_so_by_every_door() -> None:
    for code in errors.NOT_ACTIVE:
        assert errors.stops_sending(code, own_region=False) and code in errors.OF_THE_ACCOUNT
        assert credentials.of_error(403, code) == credentials.NOT_ACTIVE
        assert "suspended" in errors.explain(code).meaning
