"""For each VAN ID that a contact had: what that VAN has of a fact (SPEC B3). When a contact comes back to an ID or a
VAN, nothing is sent twice, and later changes are corrected there."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from webapp.models.van.fact import VanFact


class VanKept(Model):
    """`there` and `maybe`, as in VanFact, for a VAN ID that the contact had before. The fact itself has those for the
    present ID."""

    id = fields.BigIntField(primary_key=True)
    fact_id = fields.BigIntField()
    contact_id = fields.BigIntField()
    van = fields.IntField()
    van_id = fields.CharField(40)
    there = fields.CharField(60, default="")
    maybe = fields.CharField(500, default="")

    class Meta:
        table = "van_kept"


def number(van_id: str) -> str:
    """A VAN ID as VAN reads it; blank for text that is none."""
    return str(int(van_id)) if van_id.isdecimal() and len(van_id) <= 10 else ""


async def turn_to(fact: VanFact, van_id: str) -> None:
    """From here on the fact is about this person of its VAN. Inside a transaction, with the fact's row locked."""
    van = fact.van or 0
    if (fact.there_van, fact.there_id) == (van, van_id):
        return
    if fact.there_id == "" and fact.there_van in (None, van):  # nothing was sent, or a version sent it that noted no ID
        fact.there_van, fact.there_id = van, van_id
    else:
        await _change(fact, van, van_id)
    await fact.save(update_fields=["there_van", "there_id", "there", "maybe", "attempt", "again"])


async def _change(fact: VanFact, van: int, van_id: str) -> None:
    """A late answer about the other person finds no attempt; that one stays in doubt."""
    if fact.there or fact.maybe:
        await VanKept.create(
            fact_id=fact.id,
            contact_id=fact.contact_id,
            van=fact.there_van or 0,
            van_id=fact.there_id,
            there=fact.there,
            maybe=fact.maybe,
        )
    own = VanKept.filter(fact_id=fact.id, van=van, van_id__in=[van_id, ""])
    known = await own.order_by("-van_id").first()
    fact.there_van, fact.there_id, fact.attempt, fact.again = van, van_id, "", False
    fact.there, fact.maybe = (known.there, known.maybe) if known else ("", "")
    if known:
        await VanKept.filter(id=known.id).delete()


async def forget(contact_id: int) -> None:
    """For a contact who is erased: forgets which persons VAN has facts about. The answer for the last ID stays
    known."""
    await VanKept.filter(contact_id=contact_id).delete()
    await VanFact.filter(contact_id=contact_id).update(there_id="")
