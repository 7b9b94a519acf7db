"""Looks every minute whether carriers filter more than before, and keeps what it finds as warnings (SPEC R7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from webapp import clock, database
from webapp.database import transactional
from webapp.database.locks import Lock
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import DRAFT, Action
from webapp.models.carriers.warning import CarrierWarning
from webapp.models.deliveries import hour_of
from webapp.models.numbers.number import PhoneNumber
from webapp.rules import errors
from webapp.rules.carriers import rising
from webapp.rules.carriers.rising import Share

OF_NUMBERS, OF_SCRIPTS = ("number_id",), ("action_id", "script_id", "version")
_FILTERED = f"CASE WHEN code IN ({', '.join(str(code) for code in sorted(errors.CARRIER))}) THEN texts ELSE 0 END"
_SUSPECT, _ANY = (f" HAVING SUM({_FILTERED}) >= {least}" for least in (rising.FEW, 1))


@dataclass(frozen=True)
class Found:
    """The facts of a warning. ``which``: the columns that name the number or the script's version."""

    campaign_id: int
    which: tuple[tuple[str, int], ...]
    code: int
    lately: Share
    before: Share


async def look() -> list[CarrierWarning]:
    """Begins, renews and ends warnings, from the kept counts; returns the new ones. Where nothing is filtered it reads
    only the counts of the newest hours."""
    now = clock.now()
    campaigns = [campaign.id for campaign in await Campaign.all()]
    found = await _rising(campaigns, OF_NUMBERS, now) + await _rising(campaigns, OF_SCRIPTS, now)
    in_use = {row.id for row in await PhoneNumber.filter(id__in=_ids(found, "number_id"), released_at=None)}
    actions = Action.filter(id__in=_ids(found, "action_id"), archived_at=None).exclude(state=DRAFT)
    running = {row.id for row in await actions.select_related("campaign") if not row.ended(now)}
    return await _keep([one for one in found if _goes_on(dict(one.which), in_use, running)], now)


def _ids(found: list[Found], name: str) -> list[int]:
    return [value for one in found for column, value in one.which if column == name] or [0]


def _goes_on(which: dict[str, int], numbers: set[int], actions: set[int]) -> bool:
    return which["number_id"] in numbers if "number_id" in which else which["action_id"] in actions


async def _rising(campaigns: Sequence[int], names: tuple[str, ...], now: datetime) -> list[Found]:
    """Three statements, for any number of numbers and scripts; one where nothing is filtered."""
    first, end = hour_of(now) - rising.LATELY + 1, hour_of(now) + 1
    key = ("campaign_id", *names)
    suspects = await _sums(campaigns, key, first, end, _SUSPECT)
    if not suspects:
        return []
    before = await _sums(campaigns, key, first - rising.BEFORE, first)
    codes = await _sums(campaigns, (*key, "code"), first, end, _ANY)
    found = []
    for row, lately in suspects.items():
        earlier = before.get(row, Share(0, 0))
        if 0 not in row[:3] and rising.rises(lately, earlier):
            _, code = max((share.filtered, -one[-1]) for one, share in codes.items() if one[:-1] == row)
            found.append(Found(row[0], tuple(zip(names, row[1:], strict=True)), -code, lately, earlier))
    return found


async def _sums(
    campaigns: Sequence[int], key: tuple[str, ...], first: int, end: int, having: str = ""
) -> dict[tuple[int, ...], Share]:
    """By ``key``, of the hours from ``first`` to before ``end``."""
    columns, among = ", ".join(key), ", ".join(str(int(one)) for one in campaigns) or "0"
    rows = await database.query(
        f"SELECT {columns}, SUM(texts) AS texts, SUM({_FILTERED}) AS filtered FROM delivery_tally"
        f" WHERE campaign_id IN ({among}) AND hour >= ? AND hour < ? GROUP BY {columns}{having}",
        first,
        end,
    )
    return {tuple(row[name] for name in key): Share(int(row["filtered"]), int(row["texts"])) for row in rows}


@transactional
async def _keep(found: list[Found], now: datetime) -> list[CarrierWarning]:
    """One worker at a time. A warning that was found again is renewed; the others have ended."""
    await database.lock(Lock.WARNING_OF_CARRIERS, 0)
    standing = {(row.campaign_id, _which(row)): row for row in await CarrierWarning.filter(ended_at=None)}
    begun = []
    for one in found:
        row = standing.pop((one.campaign_id, one.which), None)
        if row is None:
            row = CarrierWarning(campaign_id=one.campaign_id, begun_at=now, **dict(one.which))
            begun.append(row)
        row.code, (row.filtered, row.texts) = one.code, (one.lately.filtered, one.lately.texts)
        row.filtered_before, row.texts_before = one.before.filtered, one.before.texts
        await row.save()
    for row in standing.values():
        row.ended_at = now
        await row.save(update_fields=["ended_at"])
    for row in begun:
        subject = f"number {row.number_id}" if row.number_id else f"script {row.script_id}"
        detail = {"filtered": row.filtered, "texts": row.texts}
        of_script: audit.About = {"script": row.script_id, "action": row.action_id}
        about: audit.About = {"number": row.number_id} if row.number_id else of_script
        await audit.note(await Campaign.get(id=row.campaign_id), None, "carriers.warned", about, subject, **detail)
    return begun


def _which(row: CarrierWarning) -> tuple[tuple[str, int], ...]:
    return tuple((name, getattr(row, name)) for name in (OF_NUMBERS if row.number_id else OF_SCRIPTS))
