"""Finds rows of VAN through their campaign: facts, VAN's lists, lists on their way in. Anyone else's is a 404 (SPEC B3)."""

from __future__ import annotations

from webapp.access.finding import missing, row_id, small_id
from webapp.models.accounts.users import Membership
from webapp.models.van import connection
from webapp.models.van.connection import VanConnection
from webapp.models.van.fact import VanFact
from webapp.models.van_lists.listed import VanList
from webapp.models.van_lists.loading import VanLoad


async def van_of(member: Membership, van: int) -> VanConnection | None:
    """The VAN a page is about; without a number the first one. None where the campaign has none."""
    if not van:
        return await connection.first_of(member.campaign_id)
    own = VanConnection.filter(id=small_id(van), campaign_id=member.campaign_id)
    return await own.first() or missing()


async def with_key(member: Membership, van: int) -> VanConnection:
    row = await van_of(member, van)
    return row if row is not None and row.key else missing()


async def fact_of(member: Membership, fact_id: int) -> VanFact:
    return await VanFact.get_or_none(id=row_id(fact_id), campaign_id=member.campaign_id) or missing()


async def list_of(member: Membership, list_id: int) -> VanList:
    return await VanList.get_or_none(id=small_id(list_id), campaign_id=member.campaign_id) or missing()


async def load_of(member: Membership, load_id: int) -> VanLoad:
    return await VanLoad.get_or_none(id=small_id(load_id), campaign_id=member.campaign_id) or missing()
