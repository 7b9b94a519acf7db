"""Sign-ups: by which form, referred by whom, with which consent (SPEC B2)."""

from __future__ import annotations

import secrets
import string
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp import config
from webapp.models.contacts.contact import Contact
from webapp.models.opt_in_forms.form import OptInForm

LENGTH = 8  # characters of a referral link, 47 bits
ALPHABET = string.ascii_letters + string.digits
FROM_FORM, FROM_KEYWORD = "form", "keyword"
INITIAL, FOLLOW_UP = "initial", "follow_up"  # the text that is wanted next


class SignUp(Model):
    """One contact at one form. ``token``: in their referral link. ``referrer_id``: the sign-up whose link they came by.

    ``wants``: the text that is still to be queued, not before ``try_at`` and not after ``wants_until``. ``why_not``:
    the code that keeps it back, for now or for good. ``asked_id``, ``answered_id``: the messages that ask to confirm
    and that answer the confirmation. ``language``: of the page they signed up on, and of their texts if the form has
    such words. Names and answers are as typed in the form: nobody knows yet whether the phone's owner typed them.
    """

    id = fields.BigIntField(primary_key=True)
    form: fields.ForeignKeyRelation[OptInForm] = fields.ForeignKeyField(
        "models.OptInForm", related_name="sign_ups", on_delete=fields.NO_ACTION
    )
    contact: fields.ForeignKeyRelation[Contact] = fields.ForeignKeyField(
        "models.Contact", related_name="sign_ups", on_delete=fields.NO_ACTION
    )
    token = fields.CharField(LENGTH, unique=True)
    referrer_id = fields.BigIntField(null=True)
    came_by = fields.CharField(8, default=FROM_FORM)
    first_name = fields.CharField(40, default="")
    last_name = fields.CharField(40, default="")
    zip = fields.CharField(10, default="")
    answers: dict[str, Any] = fields.JSONField(default=dict)
    language = fields.CharField(2, default="en", db_default="en")
    created_at = fields.DatetimeField()

    wants = fields.CharField(10, default="")
    wants_until = fields.DatetimeField(null=True)
    try_at = fields.DatetimeField(null=True)
    why_not = fields.IntField(null=True)
    asked_id = fields.BigIntField(null=True)
    confirmed_at = fields.DatetimeField(null=True)
    answered_id = fields.BigIntField(null=True)

    form_id: int
    contact_id: int

    class Meta:
        table = "sign_up"

    @property
    def referral_link(self) -> str:
        return referral_link(self.token)


class Consent(Model):
    """A consent, word for word, with the time and the address it came from. The database refuses to change or
    delete a row. ``client_id``: the UUID of the form, so that the same press twice is one row."""

    id = fields.BigIntField(primary_key=True)
    sign_up: fields.ForeignKeyRelation[SignUp] = fields.ForeignKeyField(
        "models.SignUp", related_name="consents", on_delete=fields.NO_ACTION
    )
    phone = fields.CharField(20)
    words = fields.TextField()
    form_version = fields.IntField()
    language = fields.CharField(2)
    came_by = fields.CharField(8)
    address = fields.CharField(45, default="")
    client_id = fields.UUIDField(null=True, unique=True)
    at = fields.DatetimeField()

    class Meta:
        table = "opt_in_consent"


def new_token() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def referral_link(token: str) -> str:
    return config.settings().url(f"/r/{token}")


async def of_token(token: str) -> SignUp | None:
    """The sign-up whose referral link this is; its form and campaign are loaded."""
    if len(token) != LENGTH or not set(token) <= set(ALPHABET):
        return None
    return await SignUp.filter(token=token).select_related("form__campaign").first()
