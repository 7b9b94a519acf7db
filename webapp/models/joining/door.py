"""How people come into a campaign: by its code, found by its name, or invited (SPEC V1, S9, S12, P1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webapp.database import transactional
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership, User
from webapp.models.joining.invites import Invite

SHOWN = 10  # campaigns found by name
LEAST = 3  # letters of a name


class InviteEnded(Exception):
    """Used, withdrawn or too old meanwhile. Nothing was stored."""


@dataclass(frozen=True)
class Door:
    """``found``: they found it by its name, without a code. Then staff must approve them, whatever the campaign's
    setting is. ``link``: the path of the action's link they came by (A10), to which they go on."""

    campaign: Campaign
    invite: Invite | None = None
    found: bool = False
    link: str = ""


@transactional
async def new_user(door: Door, place: dict[str, str], **person: Any) -> User:
    """``place``: zip and language; ``person``: columns of User. Raises InviteEnded."""
    user = await User.sign_up(**person)
    await enter(door, user, place)
    return user


@transactional
async def enter(door: Door, user: User, place: dict[str, str]) -> None:
    """Raises InviteEnded."""
    own = {"zip": place["zip"], "language": place["language"]}
    if door.invite is None:
        await Membership.join(user, door.campaign, by_letter=True, approval=door.found, **own)
    elif not await door.invite.use(user, **own):
        raise InviteEnded


async def found(words: str) -> list[Campaign]:
    """The campaigns that let themselves be found, whose name has all of these words; none for fewer than LEAST letters."""
    if len(words.strip()) < LEAST:
        return []
    rows = Campaign.filter(searchable=True)
    for word in words.split()[:5]:
        rows = rows.filter(name__icontains=word)
    return await rows.order_by("name").limit(SHOWN)


async def searchable(slug: str) -> Campaign | None:
    return await Campaign.get_or_none(slug=slug[:60], searchable=True)
