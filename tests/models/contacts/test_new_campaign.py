"""A new campaign: its join code is hard to guess, or staff let newcomers in (SPEC V9, S9, C4)."""

from __future__ import annotations

import re

import pytest

from tests.cast import Cast
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.new_campaign import create_campaign

pytestmark = pytest.mark.both


@pytest.mark.parametrize(("info", "code"), [({}, r"[A-Z]{8}"), ({"approval_needed": True}, r"[0-9]{6}")])
async def test_a_code_that_lets_in_at_once_has_eight_letters(cast: Cast, info: dict[str, bool], code: str) -> None:
    made = await create_campaign("Kerry Donahue", "donahue", "America/New_York", **info)
    stored = await Campaign.get(id=made.id)
    assert stored.approval_needed is bool(info) and re.fullmatch(code, stored.join_code)
    await stored.renew_join_code()
    assert re.fullmatch(code, (await Campaign.get(id=made.id)).join_code)
