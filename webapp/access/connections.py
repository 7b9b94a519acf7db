"""Finds a campaign's connections to other programs through the campaign: tokens, webhooks, nightly imports, shared opt-outs,
rows of VAN. Those of another campaign are a 404 (SPEC B3, B6 to B9)."""

from __future__ import annotations

from webapp.access.finding import missing, row_id, small_id
from webapp.models.accounts.users import Membership
from webapp.models.api.token import ApiToken
from webapp.models.hooks.endpoint import HookEndpoint
from webapp.models.hooks.event import HookEvent
from webapp.models.nightly.plan import NightlyImport
from webapp.models.sharing.sharing import OptOutSharing
from webapp.models.van import connection
from webapp.models.van.connection import VanConnection
from webapp.models.van.fact import VanFact
from webapp.models.van_lists.listed import VanList
from webapp.models.van_lists.loading import VanLoad


async def api_token_of(member: Membership, token_id: int) -> ApiToken:
    return await ApiToken.get_or_none(id=small_id(token_id), campaign_id=member.campaign_id) or missing()


async def hook_of(member: Membership, hook_id: int) -> HookEndpoint:
    found = HookEndpoint.filter(id=small_id(hook_id), campaign_id=member.campaign_id, ended_at=None)
    return await found.select_related("user").first() or missing()


async def hook_event_of(hook: HookEndpoint, event_id: int) -> HookEvent:
    return await HookEvent.get_or_none(id=row_id(event_id), endpoint_id=hook.id) or missing()


async def nightly_of(member: Membership, nightly_id: int) -> NightlyImport:
    found = NightlyImport.filter(id=small_id(nightly_id), campaign_id=member.campaign_id, ended_at=None)
    return await found.select_related("user").first() or missing()


async def sharing_of(member: Membership, sharing_id: int) -> OptOutSharing:
    found = OptOutSharing.filter(id=small_id(sharing_id), campaign_id=member.campaign_id)
    return await found.first() or missing()


async def van_of(member: Membership, van: int) -> VanConnection | None:
    """The VAN a page is about; without a number the first one. None where the campaign has none."""
    if not van:
        return await connection.first_of(member.campaign_id)
    own = VanConnection.filter(id=small_id(van), campaign_id=member.campaign_id)
    return await own.first() or missing()


async def van_with_key(member: Membership, van: int) -> VanConnection:
    row = await van_of(member, van)
    return row if row is not None and row.key else missing()


async def van_fact_of(member: Membership, fact_id: int) -> VanFact:
    return await VanFact.get_or_none(id=row_id(fact_id), campaign_id=member.campaign_id) or missing()


async def van_list_of(member: Membership, list_id: int) -> VanList:
    return await VanList.get_or_none(id=small_id(list_id), campaign_id=member.campaign_id) or missing()


async def van_load_of(member: Membership, load_id: int) -> VanLoad:
    return await VanLoad.get_or_none(id=small_id(load_id), campaign_id=member.campaign_id) or missing()
