"""A bulk job: one operation on many contacts, which a worker does in slices (SPEC C5, G2)."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.long_work import LongWork

UNASSIGN = "unassign"  # the undo of an ASSIGN, begun on its page alone
ASSIGN, TAG, UNTAG, FIELD, LIST, UNLIST, OPT_OUT = ("assign", "tag", "untag", "field", "list", "unlist", "opt_out")
KINDS = (ASSIGN, TAG, UNTAG, FIELD, LIST, UNLIST, OPT_OUT)


MOST_MOMENTS = 100  # slices; about 50,000 contacts


class BulkJob(LongWork):
    """``which``: the contacts. {"ids": [...]}, or {"filter": {...}, "through": the newest contact's id when the job
    began}, or {"people": a number of the results, as rules/results/people_behind.py writes it, "action": its id}. ``what``:
    the values that this kind of job needs (tag, field and value, list, users). ``cursor``: the last contact done; it
    moves in the transaction of that contact's slice. ``done`` counts contacts, ``changed`` those the job made a
    difference to."""

    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="bulk_jobs", on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="bulk_jobs", on_delete=fields.NO_ACTION
    )
    kind = fields.CharField(10)
    subject = fields.CharField(200, default="")
    which: dict[str, Any] = fields.JSONField(default=dict)
    what: dict[str, Any] = fields.JSONField(default=dict)
    total = fields.IntField(default=0)
    cursor = fields.BigIntField(default=0)
    done = fields.IntField(default=0)
    changed = fields.IntField(default=0)
    client_id = fields.UUIDField(null=True)  # unique; of the form, where that may come twice
    path = fields.CharField(500, default="")  # of exports that a version before wrote; a later migration drops it

    campaign_id: int
    user_id: int

    class Meta:
        table = "bulk_job"

    @property
    def undoable(self) -> bool:
        """An assignment that is over, moved something, is not undone yet, and was small enough to note its moments."""
        ended = self.kind == ASSIGN and self.over and self.changed > 0
        return ended and not self.what.get("undone") and 0 < len(self.what.get("moments", [])) <= MOST_MOMENTS
