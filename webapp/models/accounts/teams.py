"""User lists and teams: groups of users that contacts are assigned to and actions are sent to (SPEC P1)."""

from __future__ import annotations

import secrets
from datetime import datetime

from tortoise import fields
from tortoise.functions import Count
from tortoise.models import Model

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that is read as something else


class UserList(Model):
    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="user_lists", on_delete=fields.NO_ACTION
    )
    name = fields.CharField(120)
    created_at = fields.DatetimeField()
    archived_at = fields.DatetimeField(null=True)

    class Meta:
        table = "user_list"

    @transactional
    async def put(self, members: list[Membership]) -> int:
        """Adds them; the number that were not on it."""
        known = set(await UserListMember.filter(user_list=self).values_list("user_id", flat=True))
        new = [m for m in members if m.user_id not in known]
        rows = [UserListMember(user_list=self, user_id=m.user_id) for m in new]
        await UserListMember.bulk_create(rows, ignore_conflicts=True)
        return len(new)

    @transactional
    async def drop(self, member: Membership) -> None:
        await UserListMember.filter(user_list=self, user_id=member.user_id).delete()

    async def members(self) -> list[Membership]:
        """Everyone on it who is still a member of the campaign, in order of joining."""
        ids = await UserListMember.filter(user_list=self).values_list("user_id", flat=True)
        found = Membership.filter(campaign_id=self.campaign_id, user_id__in=list(ids) or [0])  # type: ignore[attr-defined]
        return await found.order_by("id").select_related("user")


class UserListMember(Model):
    id = fields.IntField(primary_key=True)
    user_list: fields.ForeignKeyRelation[UserList] = fields.ForeignKeyField(
        "models.UserList", related_name="places", on_delete=fields.NO_ACTION
    )
    user_id = fields.IntField()

    class Meta:
        table = "user_list_member"


class Team(Model):
    """A team is a user list with a code that its members share (##{{user.team_code}})."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="teams", on_delete=fields.NO_ACTION
    )
    name = fields.CharField(120)
    team_code = fields.CharField(12)
    user_list: fields.ForeignKeyRelation[UserList] = fields.ForeignKeyField(
        "models.UserList", related_name="teams", on_delete=fields.NO_ACTION
    )
    created_at = fields.DatetimeField()
    archived_at = fields.DatetimeField(null=True)

    user_list_id: int

    class Meta:
        table = "team"


@transactional
async def make_list(campaign: Campaign, name: str) -> UserList:
    return await UserList.create(campaign=campaign, name=name, created_at=clock.now())


@transactional
async def make_team(campaign: Campaign, name: str) -> Team:
    """A team with a fresh code and an empty user list of its name."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(6))
    return await Team.create(
        campaign=campaign, name=name, team_code=code, user_list=await make_list(campaign, name), created_at=clock.now()
    )


@transactional
async def archive(user_list: UserList, at: datetime | None) -> None:
    """The list and the team it belongs to, or (None) both in use again. Contacts that were assigned through it stay where they are."""
    await UserList.filter(id=user_list.id).update(archived_at=at)
    await Team.filter(user_list=user_list).update(archived_at=at)


async def sizes(user_list_ids: list[int]) -> dict[int, int]:
    """User list -> users on it."""
    found = (
        UserListMember.filter(user_list_id__in=user_list_ids or [0])
        .annotate(people=Count("id"))
        .group_by("user_list_id")
    )
    return {row["user_list_id"]: row["people"] for row in await found.values("user_list_id", "people")}


async def code_of(campaign_id: int, user_id: int) -> str | None:
    """The code of the first team the user is in; None where they are in none."""
    mine = await UserListMember.filter(user_id=user_id).values_list("user_list_id", flat=True)
    found = Team.filter(campaign_id=campaign_id, archived_at=None, user_list_id__in=list(mine) or [0]).order_by("id")
    team = await found.first()
    return team.team_code if team else None
