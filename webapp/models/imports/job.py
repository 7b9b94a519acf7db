"""A list being uploaded: a row with a status, and the rows that were refused (SPEC C1)."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.contacts.lists import ContactList
from webapp.models.long_work import LongWork

CONTACTS, OPT_OUTS = "contacts", "opt_outs"  # what a file is uploaded as
ASKING = "asking"  # the one state beside LongWork's


class ContactImport(LongWork):
    """``cursor`` is the last physical line taken in; it moves in the transaction that stores the rows up to it.
    ``contact_list`` is made with the first row: a file that can't be read leaves no empty list behind.

    ``mapping``: header -> field by hand. ASKING: the file waits for someone to say which column is what.
    """

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
    look_first = fields.BooleanField(default=False, db_default=False)
    shape: dict[str, Any] | None = fields.JSONField(null=True)  # how to read the plain copy: reader.text.Shape
    sheet = fields.CharField(300, default="", db_default="")  # what of a workbook was read
    mapping: dict[str, str] = fields.JSONField(default=dict)
    header: list[str] = fields.JSONField(default=list)
    sample: list[Any] = fields.JSONField(default=list)
    left_out: list[str] = fields.JSONField(default=list)
    lines = fields.IntField(default=0)
    cursor = fields.IntField(default=0)
    read_bytes = fields.BigIntField(default=0, db_default=0)  # bytes of the plain copy that ``cursor`` lines are
    created = fields.IntField(default=0)
    updated = fields.IntField(default=0)
    merged = fields.IntField(default=0)
    refused = fields.IntField(default=0)
    opted_out = fields.IntField(default=0)
    nameless = fields.IntField(default=0)
    zoneless = fields.IntField(default=0)
    landlines = fields.IntField(default=0, db_default=0)
    unknown_keepers = fields.IntField(default=0, db_default=0)
    error_code = fields.CharField(30, default="")

    campaign_id: int
    contact_list_id: int | None
    user_id: int | None

    class Meta:
        table = "contact_import"

    @property
    def stored(self) -> int:
        return self.created + self.updated


class RefusedRow(Model):
    """``cells`` as they stand in the file, so that the row can be mended and uploaded again."""

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
    """A contact that rows of an import named, and the fields they filled: the first row wins, later ones fill what it
    left. Kept, so that the contact's page says which files brought what."""

    id = fields.BigIntField(primary_key=True)
    import_id = fields.IntField()
    contact_id = fields.BigIntField()
    line = fields.IntField()
    created = fields.BooleanField(default=False)
    filled = fields.TextField(default="")  # names, separated by blanks

    class Meta:
        table = "imported_contact"
