"""Contact lists and who is on them (SPEC C2)."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from webapp import clock, database
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact

NAMING_LISTS = 4712


class ContactList(Model):
    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="contact_lists", on_delete=fields.NO_ACTION
    )
    name = fields.CharField(120)
    size = fields.IntField(default=0)
    made_from = fields.CharField(200, default="", db_default="")  # in words: a file, other lists, a filter
    created_at = fields.DatetimeField()
    archived_at = fields.DatetimeField(null=True)

    campaign_id: int

    class Meta:
        table = "contact_list"

    @classmethod
    async def make(cls, campaign: Campaign, name: str, made_from: str) -> ContactList:
        """The list of this name, made if there is none, by one of those who ask at once. Inside a transaction."""
        await database.lock(NAMING_LISTS, campaign.id)
        found = await cls.filter(campaign=campaign, name=name[:120], archived_at=None).first()
        return found or await cls.create(
            campaign=campaign, name=name[:120], made_from=made_from[:200], created_at=clock.now()
        )


class ListMembership(Model):
    id = fields.BigIntField(primary_key=True)
    contact_list: fields.ForeignKeyRelation[ContactList] = fields.ForeignKeyField(
        "models.ContactList", related_name="memberships", on_delete=fields.NO_ACTION
    )
    contact: fields.ForeignKeyRelation[Contact] = fields.ForeignKeyField(
        "models.Contact", related_name="list_memberships", on_delete=fields.NO_ACTION
    )

    class Meta:
        table = "list_membership"
