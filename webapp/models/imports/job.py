"""An upload, its refused rows, and the contacts it named (SPEC C1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.contacts.lists import ContactList
from webapp.models.long_work import LongWork

CONTACTS, OPT_OUTS = "contacts", "opt_outs"  # kinds of uploads
ASKING = "asking"  # the one state beside LongWork's


@dataclass(frozen=True)
class Wishes:
    """The choices made beside the columns, named as in ContactImport."""

    take_words: bool = False
    take_notes: bool = False


class ContactImport(LongWork):
    """``cursor``: the last physical line stored; it moves in the transaction of that line's slice. ``read_bytes``:
    bytes of the plain copy up to there. ``contact_list`` is created with the first row, so that a file that can't be
    read leaves no empty list. ``mapping``: header or position ("#0") -> field or slug, as chosen by hand. ``left_out``:
    columns that go nowhere. ``sheet_name``, ``header_line``, ``without_hidden``: how the file is to be read, as in
    reader.shape.Wanted. ``left_values``: field -> value -> number of rows in which it could not be stored. ``said_no``:
    number of people opted out because the file says so. ``take_words``: numbers with words beside them are taken.
    ``take_notes``: rows whose notes say not to text are taken. In the state ASKING somebody must choose the columns, or
    the sheet."""

    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="imports", on_delete=fields.NO_ACTION
    )
    contact_list: fields.ForeignKeyNullableRelation[ContactList] = fields.ForeignKeyField(
        "models.ContactList", related_name="imports", null=True, on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="imports", null=True, on_delete=fields.NO_ACTION
    )
    kind = fields.CharField(10, default=CONTACTS, db_default=CONTACTS)
    list_name = fields.CharField(120, default="", db_default="")
    file_name = fields.CharField(200)
    path = fields.CharField(500)
    preview_first = fields.BooleanField(default=False, db_default=False)
    shape: dict[str, Any] | None = fields.JSONField(null=True)  # a reader.shape.Shape
    sheet = fields.CharField(300, default="", db_default="")  # which sheet of a workbook was read, in words
    sheet_name = fields.CharField(300, default="", db_default="")
    header_line = fields.IntField(null=True)
    without_hidden = fields.BooleanField(default=False, db_default=False)
    mapping: dict[str, str] = fields.JSONField(default=dict)
    header: list[str] = fields.JSONField(default=list)
    sample: list[Any] = fields.JSONField(default=list)
    left_out: list[str] = fields.JSONField(default=list)
    lines = fields.IntField(default=0)
    cursor = fields.IntField(default=0)
    read_bytes = fields.BigIntField(default=0, db_default=0)
    created = fields.IntField(default=0)
    updated = fields.IntField(default=0)
    merged = fields.IntField(default=0)
    refused = fields.IntField(default=0)
    opted_out = fields.IntField(default=0)
    nameless = fields.IntField(default=0)
    zoneless = fields.IntField(default=0)
    landlines = fields.IntField(default=0, db_default=0)
    unknown_keepers = fields.IntField(default=0, db_default=0)
    home_phones = fields.IntField(default=0, db_default=0)
    said_no = fields.IntField(default=0, db_default=0)
    left_values: dict[str, dict[str, int]] | None = fields.JSONField(null=True)
    take_words = fields.BooleanField(default=False, db_default=False)
    take_notes = fields.BooleanField(default=False, db_default=False)
    van = fields.IntField(null=True)  # whose VAN IDs the file has; null: those of the VAN of each row's state
    counted: dict[str, Any] | None = fields.JSONField(null=True)  # a reader.counted.Counted, with "columns"
    error_code = fields.CharField(30, default="")

    campaign_id: int
    contact_list_id: int | None
    user_id: int | None

    class Meta:
        table = "contact_import"

    @property
    def wishes(self) -> Wishes:
        return Wishes(self.take_words, self.take_notes)

    @property
    def stored(self) -> int:
        return self.created + self.updated

    @property
    def values_left(self) -> list[tuple[str, str, int]]:
        """Field, value, and the number of rows in which it could not be stored; the most frequent first."""
        found = [(name, value, n) for name, counts in (self.left_values or {}).items() for value, n in counts.items()]
        return sorted(found, key=lambda one: (one[0], -one[2], one[1]))

    @property
    def seconds_left(self) -> int | None:
        """By the pace so far; None in the first 1,000 lines, which tell too little."""
        if self.over or not self.started_at or self.cursor < 1_000:
            return None
        spent = (clock.now() - self.started_at).total_seconds()
        return max(1, int(spent / self.cursor * (self.lines - self.cursor)))


class RefusedRow(Model):
    """``cells`` are as in the file, so that the row can be corrected and uploaded again."""

    id = fields.BigIntField(primary_key=True)
    contact_import: fields.ForeignKeyRelation[ContactImport] = fields.ForeignKeyField(
        "models.ContactImport", related_name="refused_rows", on_delete=fields.NO_ACTION
    )
    line = fields.IntField()
    reason = fields.CharField(30)
    raw_phone = fields.CharField(200, default="")
    cells: list[str] = fields.JSONField(default=list)

    class Meta:
        table = "refused_row"


class ImportedContact(Model):
    """A contact that an import's rows name, and the fields they filled. The first row wins; later ones fill only
    blanks. The contact's page shows which file brought which field."""

    id = fields.BigIntField(primary_key=True)
    import_id = fields.IntField()
    contact_id = fields.BigIntField()
    line = fields.IntField()
    created = fields.BooleanField(default=False)
    filled = fields.TextField(default="")  # names, separated by blanks

    class Meta:
        table = "imported_contact"
