"""An object's own part of the audit log, which stands at the end of its page (SPEC B4)."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import Request

from webapp.http.pages import is_partial
from webapp.models.accounts.audit import AuditEvent, Kind
from webapp.models.accounts.users import Membership
from webapp.models.results import audit_log
from webapp.routes.admin.accounts.audit_words import SAID
from webapp.words import gettext


@dataclass(frozen=True)
class History:
    """The newest entries, each with its words. ``about``: as in `audit_log.Wanted`."""

    about: str
    entries: list[tuple[AuditEvent, str]]


async def of(member: Membership, kind: Kind, object_id: int = 0) -> History:
    """Of one object, or of all of a kind. Pages of the office alone ask for it: whoever sees them may read the audit log."""
    events = await audit_log.newest(member.campaign, kind, object_id)
    return History(f"{kind}:{object_id}" if object_id else kind, [(event, said(event)) for event in events])


async def of_whole(request: Request, member: Membership, kind: Kind, object_id: int = 0) -> History | None:
    """None where a fragment asks for itself, which has no such part."""
    return None if is_partial(request) else await of(member, kind, object_id)


def said(event: AuditEvent) -> str:
    return gettext(SAID[event.what]) if event.what in SAID else event.what.replace("_", " ").replace(".", " ")
