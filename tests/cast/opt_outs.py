"""Opt-outs as three campaigns of one installation have them: Meyer shares with a third one and with Ryan."""

from __future__ import annotations

from tests.cast import MORNING, Cast
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.opt_outs.many import opt_out_many
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.sharing import sharing
from webapp.models.sharing.sharing import OptOutSharing


async def phones(campaign: Campaign) -> set[str]:
    return {one.phone for one in await OptOut.filter(campaign=campaign)}


async def with_third(cast: Cast) -> Campaign:
    """A third campaign and Meyer share. Meyer says it shares with Ryan too, which has not said so yet."""
    third = await transaction(lambda: Campaign.create(name="Third", slug="third", created_at=MORNING))
    await sharing.say(cast.selina, "ryan")
    await sharing.say(cast.selina, "third")
    await transaction(
        lambda: OptOutSharing.create(campaign=third, user=cast.dan.user, with_slug="meyer", said_at=MORNING)
    )
    return third


async def from_third(cast: Cast, them: list[str]) -> Campaign:
    """The third campaign's opt-outs have come to Meyer."""
    third = await with_third(cast)
    await opt_out_many(third, them, "admin", None)
    await sharing.pass_on()
    assert await phones(cast.meyer) >= set(them)
    return third
