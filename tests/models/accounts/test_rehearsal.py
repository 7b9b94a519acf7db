"""A rehearsal's database is never a real one's, and the other way about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.cast import Cast
from webapp import config
from webapp.config import ConfigError
from webapp.database import transaction
from webapp.models.accounts import rehearsal
from webapp.models.accounts.campaign import Campaign

REAL: dict[str, Any] = {"twilio_account_sid": "AC" + "7" * 32, "twilio_auth_token": "t", "twilio_api_url": ""}
pytestmark = pytest.mark.both


async def mark(cast: Cast) -> None:
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(rehearsal=True))


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (REAL, "real Twilio account"),
        (REAL | {"twilio_api_url": "https://proxy.example"}, "real Twilio account"),
        ({"host": "0.0.0.0"}, "0.0.0.0"),
        ({"host": "::"}, "others can reach"),
        ({"host": "192.168.1.5"}, "192.168.1.5"),
    ],
)
async def test_what_a_rehearsal_made_is_refused_where_others_could_be_reached(
    cast: Cast, given: dict[str, Any], word: str
) -> None:
    chosen = replace(config.settings(), **given)
    await rehearsal.check(chosen)
    await mark(cast)
    with pytest.raises(ConfigError, match=word):
        await rehearsal.check(chosen)


@pytest.mark.parametrize("given", [{}, {"host": "localhost"}, {"host": "::1"}, {"twilio_account_sid": ""}])
async def test_on_this_machine_it_is_used(cast: Cast, given: dict[str, Any]) -> None:
    await mark(cast)
    await rehearsal.check(replace(config.settings(), **given))


async def test_nothing_is_rehearsed_in_a_real_campaigns_database(cast: Cast) -> None:
    with pytest.raises(ConfigError, match="real campaign"):
        await rehearsal.check_own()
    await mark(cast)
    await rehearsal.check_own()


async def test_a_campaign_that_looks_like_a_rehearsal_s_and_has_no_mark_is_real(cast: Cast) -> None:
    """The migration that brought the mark gave it to all old rehearsals but those with a real number."""
    told = "Selina Meyer is running to keep our hospitals open."
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(join_code="482913", description=told))
    with pytest.raises(ConfigError, match="real campaign"):
        await rehearsal.check_own()
