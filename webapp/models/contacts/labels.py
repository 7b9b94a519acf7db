"""Tags and custom fields, and those of each contact (SPEC C4)."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from webapp import database
from webapp.database import packed, transactional
from webapp.database.statements import Joined
from webapp.models.accounts.campaign import Campaign
from webapp.rules import names, variables
from webapp.rules.contacts import contact_columns

OPT_OUT = "opt_out"  # the slug of the tag that opts out whoever gets it (X6)
TEXT, SELECTION = "TextField", "SelectionField"

FIRST_TAGS = ("Opt Out", "Wrong Number", "Will Vote", "Volunteer Prospect", "Spanish Speaker")
SUPPORT = "Strong Supporter\nSupporter\nNeutral\nAgainst\nStrongly Against"


class Tag(Model):
    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="tags", on_delete=fields.NO_ACTION
    )
    name = fields.CharField(80)
    slug = fields.CharField(64)
    display_order = fields.IntField(default=0)
    reportable = fields.BooleanField(default=True)
    system = fields.BooleanField(default=False)
    archived_at = fields.DatetimeField(null=True)

    class Meta:
        table = "tag"
        ordering = ["display_order", "id"]

    @property
    def opts_out(self) -> bool:
        """Is it the campaign's own Opt Out tag?"""
        return self.system and self.slug == OPT_OUT


class ContactTag(Model):
    """``message_id``: the text whose script set it, so that Undo can remove it."""

    id = fields.BigIntField(primary_key=True)
    contact_id = fields.BigIntField()
    tag: fields.ForeignKeyRelation[Tag] = fields.ForeignKeyField(
        "models.Tag", related_name="contact_tags", on_delete=fields.NO_ACTION
    )
    user_id = fields.IntField(null=True)
    message_id = fields.BigIntField(null=True)
    at = fields.DatetimeField()

    tag_id: int

    class Meta:
        table = "contact_tag"


class CustomField(Model):
    """``slug`` never changes: scripts and headers of files name the field by it. ``options``: one a line."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="custom_fields", on_delete=fields.NO_ACTION
    )
    title = fields.CharField(80)
    slug = fields.CharField(64)
    type = fields.CharField(20, default=TEXT)
    options = fields.TextField(default="")
    default_value = fields.CharField(500, default="")
    display_order = fields.IntField(default=0)
    reportable = fields.BooleanField(default=True)
    archived_at = fields.DatetimeField(null=True)

    class Meta:
        table = "custom_field"
        ordering = ["display_order", "id"]

    @property
    def choices(self) -> list[str]:
        return [line.strip() for line in self.options.splitlines() if line.strip()]

    def accepts(self, value: str) -> bool:
        """A text field accepts any value, a selection one of its options or a blank."""
        return not value or not self.choices or value in self.choices


class FieldValue(Model):
    id = fields.BigIntField(primary_key=True)
    contact_id = fields.BigIntField()
    field: fields.ForeignKeyRelation[CustomField] = fields.ForeignKeyField(
        "models.CustomField", related_name="values", on_delete=fields.NO_ACTION
    )
    value = fields.TextField()
    user_id = fields.IntField(null=True)
    message_id = fields.BigIntField(null=True)
    at = fields.DatetimeField()

    field_id: int

    class Meta:
        table = "field_value"


async def create_first_labels(campaign: Campaign) -> None:
    for order, name in enumerate(FIRST_TAGS):
        await Tag.create(
            campaign=campaign, name=name, slug=contact_columns.slug(name), display_order=order, system=name == "Opt Out"
        )
    await CustomField.create(
        campaign=campaign, title="Support Rating", slug="support_rating", type=SELECTION, options=SUPPORT
    )
    await CustomField.create(campaign=campaign, title="Notes", slug="notes", display_order=1)
    await CustomField.create(
        campaign=campaign, title="Remind a friend", slug="remind_a_friend", display_order=2, reportable=False
    )


@transactional
async def new_field(campaign: Campaign, title: str) -> CustomField:
    """The text field for a column of this name, created if there is none. An archived one is restored."""
    base = contact_columns.slug(title).removeprefix("custom_field_") or "field"
    if base in variables.BUILT_IN or base in contact_columns.FIELDS:
        base = f"{base}_field"
    slug, number = base, 1
    while known := await CustomField.get_or_none(campaign=campaign, slug=slug):
        if contact_columns.slug(title) or known.title == _title(title):
            known.archived_at = None
            await known.save(update_fields=["archived_at"])
            return known
        number += 1
        slug = f"{base}_{number}"
    order = await CustomField.filter(campaign=campaign).count()
    return await CustomField.create(
        campaign=campaign, title=_title(title), slug=slug, display_order=order, reportable=False
    )


@transactional
async def new_tag(campaign: Campaign, name: str) -> Tag | None:
    """The tag of this name, created if there is none; an archived one is restored. None where nothing of the name can be a
    slug."""
    if not (base := contact_columns.slug(name)[:60]):
        return None
    slug, number = base, 1
    while known := await Tag.get_or_none(campaign=campaign, slug=slug):
        if names.key(known.name) == names.key(name):
            known.archived_at = None
            await known.save(update_fields=["archived_at"])
            return known
        number += 1
        slug = f"{base}_{number}"
    order = await Tag.filter(campaign=campaign).count()
    return await Tag.create(campaign=campaign, name=name[:80], slug=slug, display_order=order, reportable=False)


def _title(column: str) -> str:
    """ "Donation amount" for the column custom_field_donation_amount; a column that reads like a title stays as it is."""
    plain = column.strip().removeprefix("custom_field_")
    return (plain.replace("_", " ").capitalize() if "_" in plain or plain.islower() else plain)[:80] or "Field"


async def field_values(contact_id: int) -> dict[str, str]:
    """Slug -> value for one contact."""
    rows = await FieldValue.filter(contact_id=contact_id).values_list("field__slug", "value")
    return {str(slug): str(value) for slug, value in rows}


_TAG = Joined(t=Tag)


async def tags_of(contact_ids: list[int]) -> dict[int, list[Tag]]:
    """Contact -> its tags in display order; one query for all of them."""
    found: dict[int, list[Tag]] = {contact_id: [] for contact_id in contact_ids}
    rows = await database.query(
        f"SELECT {_TAG.columns}, p.contact_id AS at_contact FROM contact_tag p JOIN tag t ON t.id = p.tag_id"
        f" WHERE {packed.among('p.contact_id')} ORDER BY t.display_order, t.id",
        packed.values(contact_ids),
    )
    for row in rows if contact_ids else []:
        found[row["at_contact"]].append(_TAG.of(row)["t"])
    return found
