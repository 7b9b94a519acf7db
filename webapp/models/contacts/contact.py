"""Contacts: one row per phone and campaign (SPEC C2). Why a contact gets no first text; what happened to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.models import Model

from webapp import clock, database
from webapp.database import packed
from webapp.database.locks import Lock
from webapp.database.packed import sql_time
from webapp.database.statements import Joined
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.zones import ZoneSet
from webapp.rules import errors, names
from webapp.rules.contacts import contact_zones


class Contact(Model):
    """Holds every fact about the person that is checked before a text leaves. Lock this row before their messages.

    ``last_claimed_at``: when a text to them was last handed to Twilio; ``last_claimed_message_id``: that text. ``earlier_*``:
    the values before, restored when the hand-over turns out not to have happened.
    """

    id = fields.BigIntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="contacts", on_delete=fields.NO_ACTION, db_constraint=False
    )
    phone = fields.CharField(20)
    first_name = fields.CharField(100, default="")
    last_name = fields.CharField(100, default="")
    email = fields.CharField(254, default="")
    state_abbrev = fields.CharField(2, default="")
    zip = fields.CharField(10, default="")
    van_id = fields.CharField(40, default="")
    van = fields.IntField(null=True)  # whose the VAN ID is; null: that of the VAN of their state
    timezone = fields.CharField(64, default="")
    zone_set: fields.ForeignKeyNullableRelation[ZoneSet] = fields.ForeignKeyField(
        "models.ZoneSet", related_name="contacts", null=True, on_delete=fields.NO_ACTION, db_constraint=False
    )
    zone_source = fields.CharField(10, default="")
    first_key = fields.CharField(100, default="", db_default="")  # compared by a search by name; set from the names
    last_key = fields.CharField(100, default="", db_default="")
    keeper_id = fields.IntField(null=True)
    number_id = fields.IntField(null=True)
    created_at = fields.DatetimeField()

    opted_out_at = fields.DatetimeField(null=True)
    blocked_at = fields.DatetimeField(null=True)
    landline_until = fields.DatetimeField(null=True)
    looked_up_at = fields.DatetimeField(null=True)  # when Twilio told the kind of line (X7)
    line_type = fields.CharField(20, default="", db_default="")
    possible_opt_out_at = fields.DatetimeField(null=True)
    possible_opt_out_message_id = fields.BigIntField(null=True)

    last_claimed_at = fields.DatetimeField(null=True)
    last_claimed_message_id = fields.BigIntField(null=True)
    earlier_claimed_at = fields.DatetimeField(null=True)
    earlier_claimed_message_id = fields.BigIntField(null=True)
    last_inbound_conversation_id = fields.BigIntField(null=True)
    last_message_at = fields.DatetimeField(null=True)  # either direction: when it came, or was handed to Twilio

    campaign_id: int
    zone_set_id: int | None

    class Meta:
        table = "contact"

    async def save(
        self,
        using_db: BaseDBAsyncClient | None = None,
        update_fields: Iterable[str] | None = None,
        force_create: bool = False,
        force_update: bool = False,
    ) -> None:
        self.first_key, self.last_key = names.key(self.first_name), names.key(self.last_name)
        if update_fields is not None and {"first_name", "last_name"} & set(update_fields):
            update_fields = [*update_fields, "first_key", "last_key"]
        await super().save(using_db, update_fields, force_create, force_update)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def staff_decide(self) -> bool:
        """True for a possible opt-out without any words of the contact: a volunteer past the budget made it, so only
        staff may decide what it is (V9)."""
        return self.possible_opt_out_at is not None and self.possible_opt_out_message_id is None

    @property
    def flag_mark(self) -> str:
        """Names this possible opt-out on a page: another one, of later words or of a volunteer past the budget, differs (V8)."""
        at = self.possible_opt_out_at
        return f"{self.possible_opt_out_message_id or 0} {at.astimezone(UTC).isoformat()}" if at else ""

    @property
    def place(self) -> str:
        return contact_zones.place_of_zip(self.zip) or self.state_abbrev

    def landline(self, now: datetime) -> bool:
        return self.landline_until is not None and self.landline_until > now

    def never_texted(self, now: datetime) -> int | None:
        """The code of why this contact gets no first text in any action; None where they may get one. The same in SQL is
        `never_texted_sql`."""
        if self.opted_out_at:
            return errors.OPTED_OUT
        if self.blocked_at:
            return errors.BLOCKED
        return errors.LANDLINE if self.landline(now) else None

    @classmethod
    async def locked(cls, contact_id: int | None) -> Contact:
        """The row, locked until the transaction ends. On SQLite the transaction itself is the lock."""
        return await cls.filter(id=contact_id).select_for_update().get()

    @classmethod
    async def of_phone(cls, campaign: Campaign, phone: str) -> Contact:
        """The contact with this phone, locked; created if there is none. Inside a transaction."""
        rows = await database.query(
            f"SELECT {_CONTACT.columns} FROM contact k WHERE k.campaign_id = ? AND k.phone = ?{packed.for_update()}",
            campaign.id,
            phone,
        )
        return _CONTACT.of(rows[0])["k"] if rows else await cls._create(campaign, phone)

    @classmethod
    async def _create(cls, campaign: Campaign, phone: str) -> Contact:
        await database.lock(Lock.MAKING_CONTACTS, campaign.id, shared=True)
        new = await database.query(
            "INSERT INTO contact (campaign_id, phone, first_name, last_name, email, state_abbrev, zip, van_id, timezone,"
            " zone_source, created_at, opted_out_at) VALUES (?, ?, '', '', '', '', '', '', '', '', ?,"
            " (SELECT o.at FROM opt_out o WHERE o.campaign_id = ? AND o.phone = ?))"
            " ON CONFLICT (campaign_id, phone) DO NOTHING RETURNING id",
            campaign.id,
            phone,
            sql_time(clock.now()),
            campaign.id,
            phone,
        )
        contact = await cls.filter(campaign=campaign, phone=phone).select_for_update().get()
        if new:
            await contact.derive_zones()
            await contact.save(update_fields=["zone_set_id", "zone_source"])
        return contact

    async def derive_zones(self) -> None:
        """Sets the zones the person may be in, from all their data (S1). Inside a transaction. Doesn't save the row."""
        zones = contact_zones.derive(self.timezone, self.zip, self.state_abbrev, self.phone)
        self.zone_set_id = await ZoneSet.id_of(zones.names)
        self.zone_source = zones.source


def never_texted_sql(contact: str, now: str) -> str:
    """`Contact.never_texted` as an SQL expression. ``contact``: the alias of a row of the table; ``now``: the mark of a
    parameter with the time (sql_time)."""
    return (
        f"CASE WHEN {contact}.opted_out_at IS NOT NULL THEN {errors.OPTED_OUT}"
        f" WHEN {contact}.blocked_at IS NOT NULL THEN {errors.BLOCKED}"
        f" WHEN {contact}.landline_until > {now} THEN {errors.LANDLINE} END"
    )


def with_phones() -> str:
    """SQL that is true for the campaign's contacts who have one of some phones. Its parameters: the phones
    (packed.values), the campaign's id. On PostgreSQL each phone is looked up by itself in the index one_contact. Else
    the planner, which doesn't know that the table just grew, would read the whole campaign for each slice of a list."""
    if database.dialect() == "sqlite":
        return "phone IN (SELECT value FROM json_each(?)) AND campaign_id = ?"
    each = "SELECT one.id FROM contact one WHERE one.campaign_id = ? AND one.phone = p.phone LIMIT 1"
    return f"id = ANY(ARRAY(SELECT f.id FROM unnest(?::text[]) AS p(phone) CROSS JOIN LATERAL ({each}) f))"


_CONTACT = Joined(k=Contact)


class ContactEvent(Model):
    """An event that no other table records: a tag set or removed, a field changed, data edited."""

    id = fields.BigIntField(primary_key=True)
    contact_id = fields.BigIntField()
    user_id = fields.IntField(null=True)
    what = fields.CharField(20)  # a word for which admin/contacts/_moment.html has a sentence
    detail = fields.TextField(default="")
    at = fields.DatetimeField()

    class Meta:
        table = "contact_event"

    @classmethod
    async def note(cls, contact_id: int, user_id: int | None, what: str, detail: str = "") -> None:
        """Call it inside the transaction of the event."""
        await cls.create(contact_id=contact_id, user_id=user_id, what=what, detail=detail[:1000], at=clock.now())
