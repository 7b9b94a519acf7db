"""One contact in one action: who holds it, where it stands, what it counts for."""

from __future__ import annotations

from datetime import datetime

from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.models import kept_counts
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership, User
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.zones import ZoneSet
from webapp.rules import errors


class Conversation(Model):
    """Its holder is ``user`` (a volunteer), the staff (``with_staff``) or nobody (the pool).

    ``turn`` orders a holder's queue: 0 until skipped or refused for now, then the microsecond that happened.
    ``closed_code``: the final safeguard that keeps it from a first text. ``last_holder_id``: the user who held it
    before. ``script_version``: the script's version at the click, or when its text was found to be one that nobody may
    send. ``answered_at``: their first text that was no STOP, HELP or INFO.
    """

    id = fields.BigIntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="conversations", on_delete=fields.NO_ACTION
    )
    action: fields.ForeignKeyRelation[Action] = fields.ForeignKeyField(
        "models.Action", related_name="conversations", on_delete=fields.NO_ACTION
    )
    contact: fields.ForeignKeyRelation[Contact] = fields.ForeignKeyField(
        "models.Contact", related_name="conversations", on_delete=fields.NO_ACTION
    )
    zone_set: fields.ForeignKeyNullableRelation[ZoneSet] = fields.ForeignKeyField(
        "models.ZoneSet", related_name="conversations", null=True, on_delete=fields.NO_ACTION
    )
    script: fields.ForeignKeyNullableRelation[Script] = fields.ForeignKeyField(
        "models.Script", related_name="conversations", null=True, on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="conversations", null=True, on_delete=fields.NO_ACTION, db_constraint=False
    )
    with_staff = fields.BooleanField(default=False)
    last_holder_id = fields.IntField(null=True)
    held_since = fields.DatetimeField(null=True)
    held_by_start = fields.BooleanField(default=False)
    bucket_id = fields.IntField(null=True)
    turn = fields.BigIntField(default=0)
    skips = fields.IntField(default=0)

    texted_at = fields.DatetimeField(null=True)
    closed_code = fields.IntField(null=True)
    script_version = fields.IntField(null=True)
    replied_at = fields.DatetimeField(null=True)  # their newest text
    answered_at = fields.DatetimeField(null=True)
    opted_out_at = fields.DatetimeField(null=True)  # by replying here
    reported_at = fields.DatetimeField(null=True)
    reported_through_id = fields.BigIntField(null=True)  # the newest message the last report knew of
    needs_attention = fields.BooleanField(default=False)
    unread = fields.BooleanField(default=False)
    created_at = fields.DatetimeField()

    campaign_id: int
    action_id: int
    contact_id: int
    script_id: int | None
    user_id: int | None
    zone_set_id: int | None

    class Meta:
        table = "conversation"

    def counts(self) -> kept_counts.Added:
        """The counts that this row adds to its holder's tallies (SPEC R1 to R3)."""
        counted: kept_counts.Added = {
            "remaining": int(self.texted_at is None and self.closed_code is None),
            "needs_attention": int(self.needs_attention),
            "unread": int(self.unread),
            "replied": int(self.replied_at is not None),
            "reported": int(self.replied_at is not None and self.reported_at is not None),
            "opt_outs": int(self.opted_out_at is not None),
        }
        if self.texted_at and self.script_id:
            for column, at in (("answered", self.answered_at), ("opted_out", self.opted_out_at)):
                counted[kept_counts.of_script(column, self.script_id, self.script_version)] = int(at is not None)
        return counted

    def held_by(self, member: Membership) -> bool:
        """May this member read and write here (V9)? The holder may; all staff may where the staff hold it."""
        return self.user_id == member.user_id or (self.with_staff and member.is_staff)

    def free_for(self, member: Membership) -> bool:
        """Did this member hold it last, and is it in the pool now? Then Send takes it back (S8)."""
        return self.user_id is None and not self.with_staff and self.last_holder_id == member.user_id

    def move_to_end(self) -> None:
        """Moves it to the end of its holder's queue."""
        self.turn = int(clock.now().timestamp() * 1_000_000)

    def refuse(self, code: int) -> None:
        """Its first text was refused. For now: it moves to the end of its holder's queue. For good: it is closed."""
        if code in errors.NOT_NOW:
            self.move_to_end()
        else:
            self.closed_code = code

    def let_go(self) -> None:
        """Gives it back to the pool; it keeps its ``turn``."""
        self.last_holder_id, self.user_id, self.with_staff = self.user_id, None, False
        self.held_since, self.held_by_start, self.bucket_id, self.skips = None, False, None, 0
        self.unread = False

    def hold(self, user_id: int | None, now: datetime, by_start: bool = False, quiet: bool = False) -> None:
        """Gives it to a user, or to the staff (None). ``quiet``: the contact has opted out, so nothing is unread."""
        if self.user_id is not None and self.user_id != user_id:
            self.last_holder_id = self.user_id
        self.user_id, self.with_staff, self.held_since, self.held_by_start = user_id, user_id is None, now, by_start
        self.unread = self.replied_at is not None and not quiet


# The columns `hold` and `let_go` change
HELD = ("user_id", "last_holder_id", "with_staff", "held_since", "held_by_start", "unread", "skips", "bucket_id")
# `hold` as SQL, for a conversation of the pool that Start gives to a user. Parameters: the user, now
HOLD_BY_START = "user_id = ?, held_since = ?, held_by_start = true, unread = (replied_at IS NOT NULL)"


class AssignmentEvent(Model):
    """A change of holder: from whom, to whom, by whom."""

    id = fields.BigIntField(primary_key=True)
    conversation_id = fields.BigIntField()
    from_user_id = fields.IntField(null=True)
    to_user_id = fields.IntField(null=True)
    to_staff = fields.BooleanField(default=False)
    by_user_id = fields.IntField(null=True)
    how = fields.CharField(20)  # skip, return, hand_over, take_over, offer, timeout, removal, reassign, keeper
    at = fields.DatetimeField()

    class Meta:
        table = "assignment_event"
