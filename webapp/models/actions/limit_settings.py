"""Saves the limits of a draft, and the districts of a campaign's ZIPs, each with its audit note (SPEC A9)."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from webapp import database
from webapp.database import packed, transactional
from webapp.database.locks import Lock
from webapp.database.statements import column
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import DRAFT, Action
from webapp.models.actions.limits import ActionLimit, ZipDistrict
from webapp.reader import encoding
from webapp.reader.file_error import FileError
from webapp.rules.actions import district_file
from webapp.rules.actions.limits import DISTRICT
from webapp.rules.speech.sentences import said

SLICE = 5_000  # rows a statement
SHOWN = 50  # refused lines that the report names


@transactional
async def save(action: Action, language: str, areas: Iterable[tuple[str, str]], by: Membership) -> bool:
    """``areas``: kind and value, in place of those before. False, and nothing is stored, once the action is published."""
    stored = await Action.filter(id=action.id).select_for_update().get()
    if stored.state != DRAFT:
        return False
    rows = sorted(set(areas))
    await ActionLimit.filter(action_id=stored.id).delete()
    await ActionLimit.bulk_create([ActionLimit(action_id=stored.id, kind=kind, value=value) for kind, value in rows])
    await Action.filter(id=stored.id).update(language=language, limited_by_place=bool(rows))
    limits = [f"{kind}: {value}" for kind, value in rows]
    await audit.record(by, "action.limited", {"action": stored.id}, stored.title, language=language, places=limits)
    return True


async def unknown_districts(campaign_id: int, names: list[str]) -> list[str]:
    """Names of districts in which no ZIP of the campaign's list lies."""
    known = ZipDistrict.filter(campaign_id=campaign_id, district__in=names or [""]).distinct()
    there = set(await column(known, "district"))
    return [name for name in names if name not in there]


async def districts(campaign_id: int) -> list[tuple[str, int]]:
    """Each district with the number of its ZIPs, by name."""
    rows = await database.query(
        "SELECT district, COUNT(*) AS n FROM zip_district WHERE campaign_id = ? GROUP BY district ORDER BY district",
        campaign_id,
    )
    return [(row["district"], int(row["n"])) for row in rows]


@dataclass(frozen=True)
class Report:
    """The outcome for a file. ``error``: why nothing of it was stored, else "". ``left_out``: the number of refused
    lines. ``refused``: line and reason of the first SHOWN of them."""

    error: str = ""
    zips: int = 0
    districts: int = 0
    left_out: int = 0
    refused: tuple[tuple[int, str], ...] = ()


async def take_districts(data: bytes, by: Membership) -> Report:
    """Replaces the campaign's list by the file, told by its content, whatever its name."""
    try:
        text = data.decode(encoding.detect(io.BytesIO(data)))
    except FileError as wrong:
        return Report(wrong.message)
    except (UnicodeDecodeError, LookupError):
        return Report(encoding.UNREADABLE)
    found = district_file.read(text)
    refused = tuple(found.refused[:SHOWN])
    if error := found.error or await _replace(found.pairs, by):
        return Report(error, left_out=len(found.refused), refused=refused)
    zips, names = {digits for digits, _ in found.pairs}, {name for _, name in found.pairs}
    return Report("", len(zips), len(names), len(found.refused), refused)


@transactional
async def _replace(pairs: set[tuple[str, str]], by: Membership) -> str:
    """Why nothing was replaced, or "": actions in use may be limited to districts that are not in the file. Of two
    files at once the second replaces the first."""
    await database.lock(Lock.REPLACING_DISTRICTS, by.campaign_id)
    names = {name for _, name in pairs}
    limited = ActionLimit.filter(kind=DISTRICT, action__campaign_id=by.campaign_id, action__archived_at=None)
    for limit in await limited.select_related("action"):
        if limit.value not in names:
            return said(
                "The action “%(title)s” is limited to %(value)s, which this file does not have. Nothing was changed.",
                title=limit.action.title,
                value=limit.value,
            )
    await ZipDistrict.filter(campaign_id=by.campaign_id).delete()
    left = iter(sorted(pairs))
    while some := list(islice(left, SLICE)):
        await database.query(
            f"INSERT INTO zip_district (campaign_id, zip, district) SELECT {packed.mark('integer')}, r.zip, r.district"
            f" FROM {packed.table('zip', 'district')} WHERE true",
            by.campaign_id,
            packed.rows({"zip": digits, "district": name} for digits, name in some),
        )
    subject = f"{len(names)} districts"
    await audit.record(by, "settings.districts_uploaded", {"campaign": by.campaign_id}, subject, zips=len(pairs))
    return ""
