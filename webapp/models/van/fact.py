"""Facts on their way to VAN, a row each: this contact's tag, answer or opt-out (SPEC B3).

The triggers van_tag_set and the others (database/guards.py) write the row, in the transaction that changes the tag, the
answer or the opt-out. A later change of the same fact is the same row with a higher version.
"""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from webapp.rules.van import planning

WAITING, SENDING, SENT, REFUSED, DOUBT = "waiting", "sending", "sent", "refused", "doubt"
NO_ID, NO_VAN, NO_CODE, NOTHING, STAYS = "no_id", "no_van", "no_code", "nothing", "stays"
STATES = (WAITING, SENDING, DOUBT, REFUSED, NO_ID, NO_VAN, NO_CODE, STAYS, NOTHING, SENT)


class VanFact(Model):
    """``value``: the answer, "x" for an opt-out or a tag that is set, blank once it was taken away. ``due_at``: null
    until the sweep saw the change. ``there``: the target VAN took last. ``maybe``: targets it may have taken since,
    with spaces between. ``going``: the target of the attempt under way. All three are as planning.text writes them.
    ``again``: staff want it sent although VAN may have it. ``van``: the VAN it goes to, that of the contact's state.
    ``there_van``, ``there_id``: the VAN, and the VAN ID there, that ``there`` and ``maybe`` are about."""

    id = fields.BigIntField(primary_key=True)
    campaign_id = fields.IntField()
    van = fields.IntField(null=True)
    there_van = fields.IntField(null=True)
    there_id = fields.CharField(40, default="", db_default="")
    contact_id = fields.BigIntField()
    kind = fields.CharField(10)
    subject_id = fields.IntField(default=0)
    value = fields.CharField(500, default="")
    state = fields.CharField(10, default=WAITING)
    version = fields.IntField(default=1)
    changed_at = fields.DatetimeField(null=True)
    due_at = fields.DatetimeField(null=True)
    tries = fields.IntField(default=0)
    attempt = fields.CharField(36, default="", db_default="")
    claimed_at = fields.DatetimeField(null=True)
    claimed_version = fields.IntField(default=0, db_default=0)
    going = fields.CharField(60, default="", db_default="")
    maybe = fields.CharField(500, default="", db_default="")
    there = fields.CharField(60, default="", db_default="")
    again = fields.BooleanField(default=False, db_default=False)
    sent_at = fields.DatetimeField(null=True)
    answer = fields.CharField(400, default="", db_default="")  # VAN's own words, or ours

    class Meta:
        table = "van_fact"

    @property
    def maybe_gone(self) -> bool:
        """For a fact in doubt: did the request whose answer was lost remove something?"""
        return self.maybe.split()[-1:] == [planning.NONE]


class VanPerson(Model):
    """VAN's answer about a contact's phone. ``phone_id``: null where VAN has not this phone."""

    id = fields.BigIntField(primary_key=True)
    contact_id = fields.BigIntField(unique=True)
    van_id = fields.CharField(40)
    phone = fields.CharField(20)
    phone_id = fields.BigIntField(null=True)

    class Meta:
        table = "van_person"
