"""User lists and teams: groups of users to whom staff assign contacts (SPEC P1)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from tortoise import fields
from tortoise.expressions import Subquery
from tortoise.functions import Count
from tortoise.models import Model
from tortoise.queryset import QuerySet

from webapp import clock
from webapp.database import transactional
from webapp.database.statements import column
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership

MOST_TEAMS, NAMED = 20, 200  # on the page of one's teams
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0 and 1, which look alike


class UserList(Model):
    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="user_lists", on_delete=fields.NO_ACTION
    )
    name = fields.CharField(120)
    created_at = fields.DatetimeField()
    archived_at = fields.DatetimeField(null=True)

    campaign_id: int

    class Meta:
        table = "user_list"

    async def members(self, most: int | None = None) -> list[Membership]:
        """Users on the list who are still members of the campaign, in order of joining."""
        found = _members(self.campaign_id, self.id).order_by("id").select_related("user")
        return await (found.limit(most) if most else found)


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

    campaign_id: int
    user_list_id: int

    class Meta:
        table = "team"


@transactional
async def create_list(name: str, by: Membership) -> UserList:
    made = await _new_list(name, by)
    await audit.record(by, "user_list.made", {"user_list": made.id}, name)
    return made


async def _new_list(name: str, by: Membership) -> UserList:
    return await UserList.create(campaign=by.campaign, name=name, created_at=clock.now())


@transactional
async def create_team(name: str, by: Membership) -> Team:
    """A team with a new code and an empty user list of its name."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(6))
    users = await _new_list(name, by)
    made = await Team.create(campaign=by.campaign, name=name, team_code=code, user_list=users, created_at=clock.now())
    await audit.record(by, "team.made", {"user_list": users.id}, name)
    return made


@transactional
async def add_members(user_list: UserList, members: list[Membership], by: Membership) -> int:
    """Returns how many of them were not on it."""
    known = await UserListMember.filter(user_list=user_list).values_list("user_id", flat=True)
    new = {member.user_id for member in members if member.removed_at is None} - set(known)
    rows = [UserListMember(user_list=user_list, user_id=user_id) for user_id in sorted(new)]
    await UserListMember.bulk_create(rows, ignore_conflicts=True)
    await audit.record(by, "user_list.filled", {"user_list": user_list.id}, user_list.name, users=len(new))
    return len(new)


@transactional
async def remove_member(user_list: UserList, member: Membership, by: Membership) -> None:
    await UserListMember.filter(user_list=user_list, user_id=member.user_id).delete()
    about: audit.About = {"user_list": user_list.id, "user": member.id}
    await audit.record(by, "user_list.taken_off", about, user_list.name, user=member.user.name)


@transactional
async def remove_members(user_list: UserList, members: list[Membership], by: Membership) -> int:
    """Returns how many of them were on it."""
    there, users = UserListMember.filter(user_list=user_list), [member.user_id for member in members]
    number = await there.filter(user_id__in=users or [0]).delete()
    await audit.record(by, "user_list.taken_off", {"user_list": user_list.id}, user_list.name, users=number)
    return number


@transactional
async def archive(user_list: UserList, by: Membership) -> None:
    """The list, and the team it belongs to. Contacts that were assigned through it stay with their users."""
    await _set_archived(user_list, clock.now())
    await audit.record(by, "user_list.archived", {"user_list": user_list.id}, user_list.name)


@transactional
async def restore(user_list: UserList, by: Membership) -> None:
    """The list, and the team it belongs to."""
    await _set_archived(user_list, None)
    await audit.record(by, "user_list.restored", {"user_list": user_list.id}, user_list.name)


async def _set_archived(user_list: UserList, at: datetime | None) -> None:
    await UserList.filter(id=user_list.id).update(archived_at=at)
    await Team.filter(user_list=user_list).update(archived_at=at)


async def name_taken(campaign_id: int, name: str) -> bool:
    """Does a list in use have this name?"""
    return await UserList.exists(campaign_id=campaign_id, name=name, archived_at=None)


async def sizes(user_list_ids: list[int]) -> dict[int, int]:
    """User list -> how many users are on it. Empty lists are left out."""
    found = (
        UserListMember.filter(user_list_id__in=user_list_ids or [0])
        .annotate(people=Count("id"))
        .group_by("user_list_id")
    )
    return {row["user_list_id"]: row["people"] for row in await found.values("user_list_id", "people")}


async def codes_of(campaign_id: int, user_ids: list[int]) -> dict[int, list[str]]:
    """User -> the codes of the teams they are in. Users of no team are left out."""
    found: dict[int, list[str]] = {}
    teams = {t.user_list_id: t.team_code for t in await Team.filter(campaign_id=campaign_id, archived_at=None)}
    places = UserListMember.filter(user_id__in=user_ids or [0], user_list_id__in=list(teams) or [0]).order_by("id")
    for row in await places.values("user_id", "user_list_id"):
        found.setdefault(row["user_id"], []).append(teams[row["user_list_id"]])
    return found


async def lists_of(who: Membership) -> list[UserList]:
    """The user lists and the teams' lists in use that this member is on."""
    mine = await column(UserListMember.filter(user_id=who.user_id), "user_list_id")
    return await UserList.filter(campaign_id=who.campaign_id, archived_at=None, id__in=mine or [0]).order_by("name")


@dataclass(frozen=True)
class OwnTeam:
    """``names``: of the first members; ``more``: how many there are besides."""

    id: int
    name: str
    code: str
    names: list[str]
    more: int


async def of_member(who: Membership) -> list[OwnTeam]:
    """The teams in use that this member is in, with the names of those who are in them."""
    mine = await column(UserListMember.filter(user_id=who.user_id), "user_list_id")
    found = Team.filter(campaign_id=who.campaign_id, archived_at=None, user_list_id__in=mine or [0]).order_by("name")
    return [await _with_names(team) for team in await found.limit(MOST_TEAMS)]


async def _with_names(team: Team) -> OwnTeam:
    there = _members(team.campaign_id, team.user_list_id).filter(suspended_at=None)
    people = await there.order_by("id").limit(NAMED).select_related("user")
    names = [member.user.name for member in people]
    return OwnTeam(team.id, team.name, team.team_code, names, await there.count() - len(names))


def _members(campaign_id: int, user_list_id: int) -> QuerySet[Membership]:
    places = UserListMember.filter(user_list_id=user_list_id).values("user_id")
    return Membership.filter(campaign_id=campaign_id, removed_at=None, user_id__in=Subquery(places))


async def code_of(campaign_id: int, user_id: int) -> str | None:
    """The code of the oldest team the user is in; None where they are in none."""
    mine = await UserListMember.filter(user_id=user_id).values_list("user_list_id", flat=True)
    found = Team.filter(campaign_id=campaign_id, archived_at=None, user_list_id__in=list(mine) or [0]).order_by("id")
    team = await found.first()
    return team.team_code if team else None
