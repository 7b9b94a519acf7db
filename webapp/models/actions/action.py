"""Actions: each a texting programme over contact lists. Their state, and the users who may text in them (SPEC A1, A9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp import clock, database
from webapp.database import transactional
from webapp.database.statements import Joined, column, tie
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions import limits
from webapp.models.actions.action_user import ActionUser as ActionUser
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.rules import edited

DRAFT, PRIVATE, PUBLIC = "draft", "private", "public"
OPEN = f"a.archived_at IS NULL AND a.state <> '{DRAFT}'"  # SQL of an action ``a``
SCHEDULE = ("publish_at", "scheduled_by_id", "scheduled_reason", "missed_at", "missed_why")  # see Action.unschedule


class Action(Model):
    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="actions", on_delete=fields.NO_ACTION
    )
    title = fields.CharField(160)
    description = fields.TextField(default="")
    instructions = fields.TextField(default="")
    ends_on = fields.DateField(null=True)  # the last day of first texts, in the campaign's zone
    daily_cap = fields.IntField(null=True)  # ten-thousandths of a dollar (S11)
    capped_on = fields.DateField(null=True)
    state = fields.CharField(10, default=DRAFT)
    language = fields.CharField(2, default="")  # a limit, as those in limits.py; "" for none
    # Holds an opt-in form's scripts and conversations: no volunteer starts it, and no page of actions shows it (B2)
    of_opt_in = fields.BooleanField(default=False, db_default=False)
    limited_by_place = fields.BooleanField(default=False, db_default=False)
    link_token = fields.CharField(32, default="", db_default="")
    published_at = fields.DatetimeField(null=True)
    paused_at = fields.DatetimeField(null=True)
    archived_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    conversations_made = fields.IntField(default=0)  # since the scripts changed: the place of the next in the A/B test
    audience_cursor = fields.BigIntField(
        null=True
    )  # the last contact that audience.sync_slice has done; null when all are
    opt_out_overruled = fields.TextField(default="")  # an owner's reason to publish without opt-out wording

    # Public at a time that was chosen (scripts/scheduling.py): who chose it, and an owner's reason as above
    publish_at = fields.DatetimeField(null=True)
    scheduled_by_id = fields.IntField(null=True)
    scheduled_reason = fields.TextField(default="", db_default="")
    missed_at = fields.DatetimeField(null=True)  # the time at which it could not be published
    missed_why = fields.TextField(default="", db_default="")  # a sentence a line

    campaign_id: int

    class Meta:
        table = "action"

    @property
    def live(self) -> bool:
        return self.state != DRAFT and self.archived_at is None

    def ended(self, now: datetime) -> bool:
        return self.ends_on is not None and self.campaign.local(now).date() > self.ends_on

    def over(self, now: datetime) -> bool:
        """Will none of its first texts leave any more?"""
        return self.archived_at is not None or self.ended(now)

    def first_texts_stopped(self, now: datetime) -> str:
        """Why first texts may not leave now: "stopped", "paused", "cap" or "ended"; blank where they may."""
        if self.campaign.stopped_at:
            return "stopped"
        if self.paused_at:
            return "paused"
        if self.campaign.capped(now) or self.capped_on == self.campaign.local(now).date():
            return "cap"
        return "ended" if self.ended(now) or not self.live else ""

    @transactional
    async def publish(self, state: str, overruled: str = "") -> None:
        """``state``: PRIVATE or PUBLIC. `publishing.publish` checks first whether it may be."""
        self.state, self.published_at = state, self.published_at or clock.now()
        self.opt_out_overruled = overruled or self.opt_out_overruled
        if state == PUBLIC:
            self.unschedule()
        await self.save(update_fields=["state", "published_at", "opt_out_overruled", *SCHEDULE])

    def unschedule(self) -> None:
        """No time is chosen, and none was missed. The row is not saved."""
        self.publish_at = self.scheduled_by_id = self.missed_at = None
        self.scheduled_reason = self.missed_why = ""

    @transactional
    async def pause(self, by: Membership) -> None:
        """First texts stop, queued ones included; replies go on."""
        self.paused_at = clock.now()
        await self.save(update_fields=["paused_at"])
        await audit.record(by, "action.paused", {"action": self.id}, self.title)

    @transactional
    async def resume(self, by: Membership, shown: str) -> bool:
        """``shown``: the mark of the pause that the page showed (rules/edited.py). False, and nothing is resumed, after a later
        pause: somebody else had a reason for it."""
        stored = await Action.filter(id=self.id).select_for_update().get()
        if stored.paused_at and edited.moment(stored.paused_at) != shown:
            return False
        self.paused_at = None
        await self.save(update_fields=["paused_at"])
        await audit.record(by, "action.resumed", {"action": self.id}, self.title)
        return True

    @transactional
    async def use_lists(self, lists: list[ContactList]) -> None:
        """Replaces the lists it texts."""
        await ActionList.filter(action=self).exclude(contact_list_id__in=[row.id for row in lists] or [0]).delete()
        kept = set(await column(ActionList.filter(action=self), "contact_list_id"))
        for row in lists:
            if row.id not in kept:
                await ActionList.create(action=self, contact_list=row)

    @transactional
    async def leave_out(self, lists: list[ContactList], tags: list[Tag], values: list[tuple[CustomField, str]]) -> None:
        """Leaves out contacts who are on one of the lists, have one of the tags, or one of the values in its field. Replaces
        what was set before."""
        await ActionExclusion.filter(action=self).delete()
        rows = [ActionExclusion(action=self, contact_list=row) for row in lists]
        rows += [ActionExclusion(action=self, tag=tag) for tag in tags]
        rows += [ActionExclusion(action=self, field=field, value=value) for field, value in values]
        await ActionExclusion.bulk_create(rows)

    @transactional
    async def send_to(self, members: list[Membership], by: Membership) -> set[int]:
        """Shows a private action to those of these users who are within its limits. Returns the users who did not have it
        yet, whoever else sends it at the same time."""
        within = {member.user_id for member in await self.within_limits(members)}
        new = await ActionUser.add(self.id, within)
        await audit.record(by, "action.sent", {"action": self.id}, self.title, users=len(new))
        return new

    async def within_limits(self, members: list[Membership]) -> list[Membership]:
        return await limits.within(self, members)

    @classmethod
    async def open_to(cls, member: Membership, **only: Any) -> list[Action]:
        """The actions this member sees on Home: public ones and those sent to them, where they are within the limits (A9). The
        newest first; ``only``: more filters."""
        if not member.looks:
            return []
        found = cls.filter(campaign_id=member.campaign_id, archived_at=None, **only).exclude(state=DRAFT)
        return await _open_for(member, await found.order_by("-published_at"))

    @classmethod
    async def open_one(cls, member: Membership, action_id: int) -> Action | None:
        """This action, where it is one of `open_to`."""
        if not member.looks:
            return None
        rows = await database.query(
            f"SELECT {_KEPT.columns} FROM action a WHERE a.id = ? AND a.campaign_id = ? AND {OPEN}",
            *(action_id, member.campaign_id),
        )
        return await cls.open_if(member, (await _KEPT.whole(rows[0]))["a"] if rows else None)

    @staticmethod
    async def open_if(member: Membership, read: Action | None) -> Action | None:
        """``read``, an action of the campaign that is OPEN, where it is one of `open_to`."""
        found = await _open_for(member, [read] if read and member.looks else [])
        return found[0] if found else None


_KEPT = Joined(kept={"a": Action})


async def _open_for(member: Membership, rows: list[Action]) -> list[Action]:
    """Those of them whose limits the member is within, and which are public or sent to them."""
    within = await limits.open_for(member, rows)
    rows = [row for row in rows if row.id in within]
    for row in rows:
        tie(row, campaign=member.campaign)
    if all(row.state == PUBLIC for row in rows):
        return rows
    sent = await column(ActionUser.filter(user_id=member.user_id), "action_id")
    return [row for row in rows if row.state == PUBLIC or row.id in sent]


class ActionList(Model):
    id = fields.IntField(primary_key=True)
    action: fields.ForeignKeyRelation[Action] = fields.ForeignKeyField(
        "models.Action", related_name="action_lists", on_delete=fields.NO_ACTION
    )
    contact_list: fields.ForeignKeyRelation[ContactList] = fields.ForeignKeyField(
        "models.ContactList", related_name="action_lists", on_delete=fields.NO_ACTION
    )

    action_id: int
    contact_list_id: int

    class Meta:
        table = "action_list"


class ActionExclusion(Model):
    """Leaves contacts out of an action: those on a list, with a tag, or with a value in a field (A1). A row holds
    one of the three."""

    id = fields.IntField(primary_key=True)
    action: fields.ForeignKeyRelation[Action] = fields.ForeignKeyField(
        "models.Action", related_name="exclusions", on_delete=fields.NO_ACTION
    )
    contact_list: fields.ForeignKeyNullableRelation[ContactList] = fields.ForeignKeyField(
        "models.ContactList", related_name="exclusions", null=True, on_delete=fields.NO_ACTION
    )
    tag: fields.ForeignKeyNullableRelation[Tag] = fields.ForeignKeyField(
        "models.Tag", related_name="exclusions", null=True, on_delete=fields.NO_ACTION
    )
    field: fields.ForeignKeyNullableRelation[CustomField] = fields.ForeignKeyField(
        "models.CustomField", related_name="exclusions", null=True, on_delete=fields.NO_ACTION
    )
    value = fields.CharField(500, default="")

    action_id: int
    contact_list_id: int | None
    tag_id: int | None
    field_id: int | None

    class Meta:
        table = "action_exclusion"
