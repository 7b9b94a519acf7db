"""What a campaign has to do with VAN, found through it: facts, VAN's lists, those on their way in (SPEC B3)."""

from __future__ import annotations

from typing import NoReturn

from litestar.exceptions import NotFoundException

from webapp.access.finding import row_id, small_id
from webapp.models.accounts.users import Membership
from webapp.models.van.fact import VanFact
from webapp.models.van_lists.listed import VanList
from webapp.models.van_lists.loading import VanLoad


def _missing() -> NoReturn:
    raise NotFoundException


async def fact_of(member: Membership, fact_id: int) -> VanFact:
    return await VanFact.get_or_none(id=row_id(fact_id), campaign_id=member.campaign_id) or _missing()


async def list_of(member: Membership, list_id: int) -> VanList:
    return await VanList.get_or_none(id=small_id(list_id), campaign_id=member.campaign_id) or _missing()


async def load_of(member: Membership, load_id: int) -> VanLoad:
    return await VanLoad.get_or_none(id=small_id(load_id), campaign_id=member.campaign_id) or _missing()
