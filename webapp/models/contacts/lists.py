"""Contact lists and their members; renaming and archiving a list (SPEC C2)."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from webapp import clock, database
from webapp.database import transactional
from webapp.database.locks import Lock
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact


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
        """The list in use of this name, created if there is none. Two who ask at once get the same list. Inside a
        transaction."""
        await database.lock(Lock.NAMING_LISTS, campaign.id)
        found = await cls.filter(campaign=campaign, name=name[:120], archived_at=None).first()
        return found or await cls.create(
            campaign=campaign, name=name[:120], made_from=made_from[:200], created_at=clock.now()
        )


class ListMembership(Model):
    id = fields.BigIntField(primary_key=True)
    contact_list: fields.ForeignKeyRelation[ContactList] = fields.ForeignKeyField(
        "models.ContactList", related_name="memberships", on_delete=fields.NO_ACTION, db_constraint=False
    )
    contact: fields.ForeignKeyRelation[Contact] = fields.ForeignKeyField(
        "models.Contact", related_name="list_memberships", on_delete=fields.NO_ACTION, db_constraint=False
    )

    class Meta:
        table = "list_membership"


async def name_taken(campaign_id: int, name: str, but: ContactList | None = None) -> bool:
    """Does another list in use have this name?"""
    others = ContactList.filter(campaign_id=campaign_id, archived_at=None, name=name)
    return await others.exclude(id=but.id if but else 0).exists()


@transactional
async def rename(contact_list: ContactList, name: str, by: Membership) -> None:
    await ContactList.filter(id=contact_list.id).update(name=name)
    await audit.record(by, "list.renamed", {"list": contact_list.id}, name)


@transactional
async def archive(contact_list: ContactList, by: Membership) -> None:
    """It is offered nowhere any more. Actions that use it go on with it. An archived list keeps its time."""
    await ContactList.filter(id=contact_list.id, archived_at=None).update(archived_at=clock.now())
    await audit.record(by, "list.archived", {"list": contact_list.id}, contact_list.name)


@transactional
async def restore(contact_list: ContactList, by: Membership) -> None:
    await ContactList.filter(id=contact_list.id).update(archived_at=None)
    await audit.record(by, "list.restored", {"list": contact_list.id}, contact_list.name)
