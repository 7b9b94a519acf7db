"""Limits of an action, and the districts of ZIPs that a campaign uploaded (SPEC A9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Protocol

from tortoise import fields
from tortoise.models import Model

from webapp.database.statements import column
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.rules.actions import limits
from webapp.rules.actions.limits import DISTRICT, Areas, Limits
from webapp.rules.contacts import contact_zones


class Limited(Protocol):
    """The part of an action that limits need."""

    id: int
    campaign_id: int
    language: str
    limited_by_place: bool


class ActionLimit(Model):
    """A state, county or district whose users may text in the action. An action with none has no limit by place."""

    id = fields.IntField(primary_key=True)
    action: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Action", related_name="limits", on_delete=fields.NO_ACTION
    )
    kind = fields.CharField(10)
    value = fields.CharField(120)

    action_id: int

    class Meta:
        table = "action_limit"


class ZipDistrict(Model):
    """A district that a ZIP lies in; it may lie in several."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="zip_districts", on_delete=fields.NO_ACTION
    )
    zip = fields.CharField(5)
    district = fields.CharField(120)

    campaign_id: int

    class Meta:
        table = "zip_district"


async def of(actions: Iterable[Limited]) -> dict[int, Limits]:
    """Action -> its limits. Reads nothing where none is limited by place."""
    every = list(actions)
    areas: dict[int, set[tuple[str, str]]] = defaultdict(set)
    if some := [action.id for action in every if action.limited_by_place]:
        for row in await ActionLimit.filter(action_id__in=some):
            areas[row.action_id].add((row.kind, row.value))
    return {action.id: Limits(action.language, frozenset(areas[action.id])) for action in every}


async def areas_of(member: Membership) -> Areas:
    digits = contact_zones.five_digits(member.zip)
    found = ZipDistrict.filter(campaign_id=member.campaign_id, zip=digits) if digits else None
    return limits.areas_of(member.zip, await column(found, "district") if found else ())


async def open_for(member: Membership, actions: Iterable[Limited]) -> set[int]:
    """The ids of those of the actions whose limits the member is within."""
    theirs = await of(actions)
    areas = await areas_of(member) if any(one.areas for one in theirs.values()) else frozenset()
    return {n for n, one in theirs.items() if one.allow(member.language, areas)}


async def stop(member: Membership, action: Limited) -> str:
    """ "limits" where they keep the member from sending first texts, else ""."""
    return "" if action.id in await open_for(member, [action]) else "limits"


async def within(action: Limited, members: Iterable[Membership]) -> list[Membership]:
    """Those of the members who are within the action's limits, in three statements."""
    every = list(members)
    theirs = (await of([action]))[action.id]
    districts: dict[str, list[str]] = defaultdict(list)
    if any(kind == DISTRICT for kind, _ in theirs.areas):
        wanted = [value for kind, value in theirs.areas if kind == DISTRICT]
        for row in await ZipDistrict.filter(campaign_id=action.campaign_id, district__in=wanted):
            districts[row.zip].append(row.district)
    return [
        member
        for member in every
        if theirs.allow(
            member.language,
            limits.areas_of(member.zip, districts[contact_zones.five_digits(member.zip)]) if theirs.areas else (),
        )
    ]
