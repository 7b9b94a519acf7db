"""Finds tokens, webhooks, nightly imports and shared opt-outs through their campaign. Anyone else's is a 404 (SPEC B6 to B9)."""

from __future__ import annotations

from webapp.access.finding import missing, row_id, small_id
from webapp.models.accounts.users import Membership
from webapp.models.api.token import ApiToken
from webapp.models.hooks.endpoint import HookEndpoint
from webapp.models.hooks.event import HookEvent
from webapp.models.nightly.plan import NightlyImport
from webapp.models.sharing.sharing import OptOutSharing


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
