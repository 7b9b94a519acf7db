"""The opt-out list as staff work with it: searched, added to, exported, never taken from (SPEC C7)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact
from webapp.models.opt_outs.many import opt_out_many
from webapp.models.opt_outs.opt_out import FROM_ADMIN, OptOut
from webapp.rules import phone

PAGE = 50
SLICE = 1_000  # rows a query of an export


async def page(campaign_id: int, e164: str | None = None, before: int = 0) -> tuple[list[OptOut], bool]:
    """The newest PAGE opt-outs, of one phone only where ``e164`` is given, older than the row ``before``; and whether
    there are more. With their users loaded."""
    found = OptOut.filter(campaign_id=campaign_id).order_by("-id").select_related("user")
    if e164 is not None:
        found = found.filter(phone=e164)
    if before:
        found = found.filter(id__lt=before)
    rows = await found.limit(PAGE + 1)
    return rows[:PAGE], len(rows) > PAGE


@transactional
async def add(e164: str, by: Membership) -> None:
    """Opts a phone out for good, whether it is a contact's or not."""
    await opt_out_many(by.campaign, [e164], FROM_ADMIN, by.user)
    contact = await Contact.filter(campaign_id=by.campaign_id, phone=e164).only("id").first()
    about: audit.About = {"contact": contact.id} if contact else audit.NOTHING
    await audit.record(by, "opt_out.added", about, phone.masked(e164))


@transactional
async def note_export(by: Membership) -> None:
    await audit.record(by, "opt_outs.exported", audit.NOTHING)


async def slices(campaign_id: int) -> AsyncIterator[list[OptOut]]:
    """All of them, oldest first, SLICE at a time."""
    last = 0
    while rows := await OptOut.filter(campaign_id=campaign_id, id__gt=last).order_by("id").limit(SLICE):
        last = rows[-1].id
        yield rows
