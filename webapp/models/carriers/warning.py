"""Warnings that carriers filter more of a script's or a number's texts than before, while it goes on (SPEC R7)."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from webapp.rules.carriers.rising import Share


class CarrierWarning(Model):
    """About a number (``number_id``; the other ids are 0) or about a version of an action's script. ``filtered`` of
    ``texts``: in the newest hours, as last looked at; ``filtered_before``, ``texts_before``: in the hours before these.
    ``code``: the commonest of the carriers' errors. It ends when the share is usual again, or nothing is sent."""

    id = fields.IntField(primary_key=True)
    campaign_id = fields.IntField()
    number_id = fields.IntField(default=0)
    action_id = fields.IntField(default=0)
    script_id = fields.IntField(default=0)
    version = fields.IntField(default=0)
    code = fields.IntField(default=0)
    filtered = fields.IntField(default=0)
    texts = fields.IntField(default=0)
    filtered_before = fields.IntField(default=0)
    texts_before = fields.IntField(default=0)
    begun_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "carrier_warning"

    @property
    def lately(self) -> Share:
        return Share(self.filtered, self.texts)

    @property
    def before(self) -> Share:
        return Share(self.filtered_before, self.texts_before)

    @classmethod
    def standing(cls, campaign_id: int) -> QuerySet[CarrierWarning]:
        """Those that go on, the newest first."""
        return cls.filter(campaign_id=campaign_id, ended_at=None).order_by("-begun_at", "-id")


# Those that `standing` finds in the campaign ``c``
STANDING = "SELECT x.id FROM carrier_warning x WHERE x.campaign_id = c.id AND x.ended_at IS NULL"
