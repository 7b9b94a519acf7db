"""Messages as the people they were sent to read them, and what staff see of a notice (SPEC V2, P2)."""

from __future__ import annotations

from dataclasses import dataclass

from tortoise.functions import Count

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts.users import Membership
from webapp.models.notices.notice import FAILED, MESSAGE, SENT, Notice, Recipient

PAGE = 50


async def unread(member: Membership) -> int:
    """How many messages this member has not opened."""
    return await Recipient.filter(member_id=member.id, read_at=None, status=SENT, notice__kind=MESSAGE).count()


async def messages(member: Membership, before: int) -> list[Recipient]:
    """The newest PAGE messages before this row's id, with what they say and who wrote them."""
    mine = Recipient.filter(member_id=member.id, status=SENT, notice__kind=MESSAGE)
    if before:
        mine = mine.filter(id__lt=before)
    return await mine.order_by("-id").limit(PAGE).select_related("notice__user")


@transactional
async def read(member: Membership, shown: list[Recipient]) -> None:
    """They have been on the screen."""
    fresh = [row.id for row in shown if row.read_at is None]
    if fresh:
        await Recipient.filter(id__in=fresh, member_id=member.id, read_at=None).update(read_at=clock.now())


@dataclass(frozen=True)
class Sums:
    """People of a notice, by what became of it."""

    sent: int = 0
    read: int = 0
    failed: int = 0
    waiting: int = 0


async def sums(notice_ids: list[int]) -> dict[int, Sums]:
    found: dict[int, dict[str, int]] = {id_: {} for id_ in notice_ids}
    rows = Recipient.filter(notice_id__in=notice_ids or [0]).annotate(people=Count("id"), opened=Count("read_at"))
    for row in await rows.group_by("notice_id", "status").values("notice_id", "status", "people", "opened"):
        of = found[row["notice_id"]]
        of[row["status"]] = row["people"]
        of["read"] = of.get("read", 0) + row["opened"]
    return {
        id_: Sums(of.get(SENT, 0), of.get("read", 0), of.get(FAILED, 0), of.get("waiting", 0) + of.get("sending", 0))
        for id_, of in found.items()
    }


async def people(notice: Notice, status: str, after: int) -> list[Recipient]:
    """The next PAGE people past this row's id; ``status`` "" for all."""
    rows = Recipient.filter(notice_id=notice.id, id__gt=after)
    if status:
        rows = rows.filter(status=status)
    return await rows.order_by("id").limit(PAGE).select_related("member__user")
