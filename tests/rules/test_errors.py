"""Every code is explained."""

from __future__ import annotations

from webapp.rules import errors


def test_an_unknown_code_is_explained_too() -> None:
    assert errors.explain(39999).kind == "twilio" and "39999" in errors.explain(39999).meaning
