"""Opt-in forms: what a page asks of people who want texts, and the texts they get (SPEC B2).

A form's scripts and conversations are those of an action of its own, which no volunteer starts (`Action.of_opt_in`). So its
texts pass the one gate, and replies come in, like those of every action.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tortoise import fields
from tortoise.models import Model

from webapp import config
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import Action
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.contacts.labels import CustomField
from webapp.models.contacts.lists import ContactList
from webapp.models.numbers.number import PhoneNumber

DRAFT, OPEN, CLOSED = "draft", "open", "closed"
SPANISH = "es"
SCRIPTS = {  # name -> kind and language
    "initial": (INITIAL, ""),
    "follow_up": (RESPONSE, ""),
    "initial_es": (INITIAL, SPANISH),
    "follow_up_es": (RESPONSE, SPANISH),
}


class OptInForm(Model):
    """``version`` counts changes of what people see and agree to. ``slug`` stands in the address and never changes. ``reach``: how
    somebody who once opted out reaches a person. ``keyword``: a text of this one word opens the form's conversation."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="opt_in_forms", on_delete=fields.NO_ACTION
    )
    action: fields.ForeignKeyRelation[Action] = fields.ForeignKeyField(
        "models.Action", related_name="opt_in_forms", on_delete=fields.NO_ACTION
    )
    contact_list: fields.ForeignKeyRelation[ContactList] = fields.ForeignKeyField(
        "models.ContactList", related_name="opt_in_forms", on_delete=fields.NO_ACTION
    )
    slug = fields.CharField(40)
    state = fields.CharField(8, default=DRAFT)
    version = fields.IntField(default=1)
    title = fields.CharField(120)
    subtitle = fields.CharField(300, default="")
    consent = fields.TextField(default="")
    title_es = fields.CharField(120, default="")
    subtitle_es = fields.CharField(300, default="")
    consent_es = fields.TextField(default="")
    keyword = fields.CharField(20, default="")
    reach = fields.CharField(200, default="")
    created_at = fields.DatetimeField()

    campaign_id: int
    action_id: int
    contact_list_id: int

    class Meta:
        table = "opt_in_form"

    @property
    def path(self) -> str:
        """Its campaign is loaded."""
        return f"/o/{self.campaign.slug}/{self.slug}"

    @property
    def address(self) -> str:
        return config.settings().url(self.path)

    async def fields_asked(self) -> list[CustomField]:
        """The custom fields it asks for, in order, without archived ones."""
        rows = await OptInField.filter(form=self, field__archived_at=None).order_by("id").select_related("field")
        return [row.field for row in rows]

    async def number_ids(self) -> list[int]:
        """The numbers chosen for it; none: every number of the campaign will do."""
        return [row.number_id for row in await OptInNumber.filter(form=self).order_by("number_id")]

    async def script(self, kind: str, language: str = "") -> Script | None:
        """Its initial or its follow-up script; in Spanish where it is written and ``language`` is SPANISH."""
        spanish = await self.own_script(kind, SPANISH) if language == SPANISH else None
        return spanish or await self.own_script(kind, "")

    async def own_script(self, kind: str, language: str) -> Script | None:
        """``language``: SPANISH, or blank for the first one."""
        found = Script.filter(action_id=self.action_id, kind=kind, language=language, archived_at=None)
        return await found.order_by("id").first()

    async def scripts(self) -> dict[str, str]:
        """SCRIPTS -> its words; "" for one that is not written."""
        rows = await Script.filter(action_id=self.action_id, archived_at=None)
        found = {(row.kind, row.language): row.body for row in rows}
        return {name: found.get(which, "") for name, which in SCRIPTS.items()}


@dataclass(frozen=True)
class Shown:
    """A form's words in one language."""

    title: str
    subtitle: str
    consent: str


def shown(form: OptInForm, language: str) -> Shown:
    """Its words in Spanish only if the consent is written in Spanish too: nobody should agree to words in two
    languages."""
    if language == SPANISH and form.consent_es:
        return Shown(form.title_es or form.title, form.subtitle_es or form.subtitle, form.consent_es)
    return Shown(form.title, form.subtitle, form.consent)


class OptInField(Model):
    id = fields.IntField(primary_key=True)
    form: fields.ForeignKeyRelation[OptInForm] = fields.ForeignKeyField(
        "models.OptInForm", related_name="form_fields", on_delete=fields.NO_ACTION
    )
    field: fields.ForeignKeyRelation[CustomField] = fields.ForeignKeyField(
        "models.CustomField", related_name="form_fields", on_delete=fields.NO_ACTION
    )

    field_id: int

    class Meta:
        table = "opt_in_field"


class OptInNumber(Model):
    id = fields.IntField(primary_key=True)
    form: fields.ForeignKeyRelation[OptInForm] = fields.ForeignKeyField(
        "models.OptInForm", related_name="form_numbers", on_delete=fields.NO_ACTION
    )
    number: fields.ForeignKeyRelation[PhoneNumber] = fields.ForeignKeyField(
        "models.PhoneNumber", related_name="form_numbers", on_delete=fields.NO_ACTION
    )

    number_id: int

    class Meta:
        table = "opt_in_number"


async def of_actions(actions: Iterable[Action]) -> dict[int, int]:
    """Id of an action -> id of the form that it belongs to. Actions of no form are left out; without any there is no
    statement. A form's action has no page of its own, the form has one."""
    own = [action.id for action in actions if action.of_opt_in]
    return {form.action_id: form.id for form in await OptInForm.filter(action_id__in=own)} if own else {}


async def open_form(campaign_slug: str, slug: str) -> OptInForm | None:
    """The form, as the public page finds it: drafts are not found, closed ones are."""
    found = OptInForm.filter(campaign__slug=campaign_slug[:60], slug=slug[:40]).exclude(state=DRAFT)
    return await found.select_related("campaign", "action").first()
