"""Which lines can get texts (SPEC X7)."""

from __future__ import annotations

import pytest

from webapp.rules.contacts import lines


@pytest.mark.parametrize(
    "kind", ["landline", "tollFree", "premium", "pager", "voicemail", "uan", "sharedCost", lines.INVALID]
)
def test_lines_that_take_no_texts(kind: str) -> None:
    assert not lines.textable(kind) and not lines.surely_textable(kind)


@pytest.mark.parametrize("kind", ["mobile", "fixedVoip", "nonFixedVoip", "personal"])
def test_lines_that_do(kind: str) -> None:
    assert lines.surely_textable(kind)


@pytest.mark.parametrize("kind", ["unknown", "", "something Twilio invents"])
def test_what_nobody_knows_is_texted(kind: str) -> None:
    assert lines.textable(kind)


def test_an_unknown_line_is_no_proof_against_an_error() -> None:
    assert not lines.surely_textable("unknown")
