"""Keeps rehearsals and real campaigns in databases of their own: a rehearsal's users and phones are made up, and its
password stands on a screen."""

from __future__ import annotations

from webapp.config import ConfigError, Settings
from webapp.models.accounts.campaign import Campaign

ELSEWHERE = "Set TEXTBANK_DATA_DIR or TEXTBANK_DATABASE_URL to a new one."


async def check(settings: Settings) -> None:
    """Raises ConfigError where the open database was made by a rehearsal and these settings are no rehearsal's."""
    if not (settings.real or settings.exposed) or not await Campaign.exists(rehearsal=True):
        return
    why = "beside a real Twilio account" if settings.real else f"on {settings.host}, which others can reach"
    raise ConfigError(f"A rehearsal made this database, so it is not used {why}. {ELSEWHERE}")


async def check_own() -> None:
    """Raises ConfigError where the open database holds campaigns and no rehearsal made it."""
    if await Campaign.exists() and not await Campaign.exists(rehearsal=True):
        raise ConfigError(f"This database holds a real campaign, so nothing is rehearsed in it. {ELSEWHERE}")
