"""Messages: every text, ours and theirs, and its state."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.models import deliveries, hourly, kept_counts
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.conversations.conversation import Conversation
from webapp.models.numbers.number import PhoneNumber
from webapp.rules import errors

OUT, IN = "out", "in"
INITIAL: Final = "initial"
FOLLOW_UP: Final = "follow_up"
CONFIRMATION: Final = "confirmation"
INBOUND: Final = "inbound"
TEST: Final = "test"  # to the script writer's own phone: in no action, in no conversation
QUEUED, SENDING, TAKEN, REJECTED, UNKNOWN = "queued", "sending", "taken", "rejected", "unknown"
REFUSED, CANCELLED, DROPPED, RECEIVED = "refused", "cancelled", "dropped", "received"

UNDOABLE = (INITIAL, FOLLOW_UP)
# `Message.undoable` as SQL, of a message ``m``
UNDOABLE_SQL = f"(m.kind IN ('{INITIAL}', '{FOLLOW_UP}') AND m.status = '{QUEUED}' AND m.attempts = 0)"

RANK = {  # of a delivery status; carriers report them in any order, and only a higher one counts
    "": 0,
    "accepted": 1,
    "scheduled": 1,
    "queued": 2,
    "sending": 3,
    "sent": 4,
    "delivered": 6,
    "read": 7,
    "undelivered": 5,
    "failed": 5,
    "canceled": 5,
}


class Message(Model):
    """``client_id`` is the UUID the server put into the card or composer: the same click twice is one text.

    ``public_id`` stands in the status callback's address. ``priority`` 0 overtakes 1: replies before first texts.
    ``status`` is ours; ``delivery`` is what carriers report, advanced by rank, never downgraded.
    ``user_id`` of an inbound text: the user who held the conversation when it came.
    """

    id = fields.BigIntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="messages", on_delete=fields.NO_ACTION, db_constraint=False
    )
    contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "models.Contact", related_name="messages", null=True, on_delete=fields.NO_ACTION
    )
    conversation: fields.ForeignKeyNullableRelation[Conversation] = fields.ForeignKeyField(
        "models.Conversation", related_name="messages", null=True, on_delete=fields.NO_ACTION
    )
    number: fields.ForeignKeyNullableRelation[PhoneNumber] = fields.ForeignKeyField(
        "models.PhoneNumber", related_name="messages", null=True, on_delete=fields.NO_ACTION, db_constraint=False
    )
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="messages", null=True, on_delete=fields.NO_ACTION, db_constraint=False
    )
    action_id = fields.IntField(null=True)
    script_id = fields.IntField(null=True)
    script_version = fields.IntField(null=True)
    bucket_id = fields.IntField(null=True)
    picture_id = fields.IntField(null=True)
    direction = fields.CharField(3)
    kind = fields.CharField(12)
    phone = fields.CharField(20)
    body = fields.TextField()
    segments = fields.IntField(default=1)
    encoding = fields.CharField(5, default="GSM-7")
    status = fields.CharField(10)
    delivery = fields.CharField(20, default="")
    error_code = fields.IntField(null=True)
    created_at = fields.DatetimeField()

    client_id = fields.UUIDField(null=True, unique=True)
    public_id = fields.UUIDField(unique=True)
    priority = fields.IntField(default=1)
    due_at = fields.DatetimeField(null=True)
    attempt_id = fields.UUIDField(null=True)
    decided_at = fields.DatetimeField(null=True)  # staff said: send it again
    attempts = fields.IntField(default=0)
    claimed_at = fields.DatetimeField(null=True)
    taken_at = fields.DatetimeField(null=True)
    looks = fields.IntField(default=0)
    next_look_at = fields.DatetimeField(null=True)
    sid = fields.CharField(34, null=True)
    price = fields.CharField(16, default="")
    media_count = fields.IntField(default=0)

    campaign_id: int
    contact_id: int | None
    conversation_id: int | None
    number_id: int | None
    user_id: int | None

    class Meta:
        table = "message"

    @property
    def ours(self) -> bool:
        return self.direction == OUT

    @property
    def is_retry(self) -> bool:
        """Queued for a second attempt; the first one's outcome is unknown."""
        return self.attempts > 0 and self.sid is None

    @property
    def undoable(self) -> bool:
        """May Undo take it back? It has not been claimed; a confirmation stands, and a test has no Undo (V4, X6)."""
        return self.kind in UNDOABLE and self.status == QUEUED and self.attempts == 0

    @property
    def failed(self) -> bool:
        """True where it certainly did not arrive."""
        return self.status in (REFUSED, REJECTED, DROPPED) or self.delivery in deliveries.FAILED_DELIVERY

    @property
    def explanation(self) -> errors.Explanation | None:
        return errors.explain(self.error_code) if self.error_code else None

    @property
    def turned_down(self) -> int | None:
        """The code with which Twilio or a carrier refused it, at once or later; None where none did."""
        refused = self.status == REJECTED or (self.status == TAKEN and self.delivery in deliveries.FAILED_DELIVERY)
        return self.error_code if refused else None

    def counts(self) -> kept_counts.Added:
        """The counts that this row adds to its user's tallies (SPEC R1 to R3). Twilio's codes that count as safeguards count a contact
        once, as ours do: `SafeguardHit`."""
        taken = self.ours and self.status == TAKEN
        kind = errors.explain(self.turned_down).kind if self.turned_down else ""
        counted: kept_counts.Added = {
            "initials": int(taken and self.kind == INITIAL),
            "follow_ups": int(taken and self.kind != INITIAL),
            "responses": int(not self.ours),
            "twilio_errors": int(kind == "twilio"),
            "carrier_filtering": int(kind == "carrier"),
        }
        counted.update(hourly.of_text(self, taken))
        if self.turned_down and kind != "safeguard":
            counted[kept_counts.of_code(self.turned_down)] = 1
        if self.ours and self.status in (TAKEN, REJECTED):
            counted.update(deliveries.counts(self, self.turned_down))
        return counted

    async def try_again(self) -> None:
        """Queues a second attempt of a text not found at Twilio. The first may have arrived, so its claim stands."""
        self.status, self.due_at, self.next_look_at = QUEUED, clock.now(), None
        await self.save(update_fields=["status", "due_at", "next_look_at"])

    async def leave_to_staff(self, code: int | None = None) -> None:
        """Nobody knows whether it arrived. Staff decide; it is never sent again without them."""
        self.status, self.error_code, self.next_look_at = UNKNOWN, code, None
        await self.save(update_fields=["status", "error_code", "next_look_at"])

    @classmethod
    async def locked(cls, message_id: int) -> tuple[Contact, Message]:
        """Locks the contact's row first, then the message's, and returns both."""
        contact = await Contact.locked((await cls.get(id=message_id)).contact_id)
        return contact, await cls.filter(id=message_id).select_for_update().get()

    @classmethod
    async def newest_with(cls, contact: Contact) -> datetime | None:
        """When the newest text to or from them came or was handed over; None where there is none."""
        found = cls.filter(contact=contact, status__in=(TAKEN, UNKNOWN, RECEIVED)).order_by("-id")
        newest = await found.first()
        return (newest.claimed_at or newest.created_at) if newest else None


class MessageEffect(Model):
    """A change that a script's text made to the contact at the click, kept so that Undo can take it back (A3)."""

    id = fields.BigIntField(primary_key=True)
    message: fields.ForeignKeyRelation[Message] = fields.ForeignKeyField(
        "models.Message", related_name="effects", on_delete=fields.NO_ACTION
    )
    tag: fields.ForeignKeyNullableRelation[Tag] = fields.ForeignKeyField(
        "models.Tag", related_name="effects", null=True, on_delete=fields.NO_ACTION
    )
    field: fields.ForeignKeyNullableRelation[CustomField] = fields.ForeignKeyField(
        "models.CustomField", related_name="effects", null=True, on_delete=fields.NO_ACTION
    )
    before = fields.TextField(null=True)
    after = fields.TextField(default="")

    tag_id: int | None
    field_id: int | None

    class Meta:
        table = "message_effect"
