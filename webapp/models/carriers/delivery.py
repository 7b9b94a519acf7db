"""Deliveries of the texts of a campaign or of one action, lately: by error, number, script's version and time
(SPEC R7). All from the kept counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from webapp import clock, database
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script, ScriptWords, give_letters
from webapp.models.deliveries import HOUR, hour_of
from webapp.models.numbers.number import PhoneNumber
from webapp.rules import errors
from webapp.rules.carriers.rising import Share

PERIODS = (1, 7, 30)  # days
SHOWN = 50  # numbers, and versions of scripts: those with most texts
_CARRIER = ", ".join(str(code) for code in sorted(errors.CARRIER))
_SUMS = (
    "SUM(texts) AS texts, SUM(delivered) AS delivered,"
    f" SUM(CASE WHEN code IN ({_CARRIER}) THEN texts ELSE 0 END) AS filtered,"
    f" SUM(CASE WHEN code <> 0 AND code NOT IN ({_CARRIER}) THEN texts ELSE 0 END) AS failed"
)


@dataclass(frozen=True)
class Delivered:
    """``texts``: number that Twilio took or refused. Of them ``delivered``, as the carriers say, ``filtered`` by
    carriers, and ``failed`` for another reason. About the rest nobody has reported."""

    texts: int = 0
    delivered: int = 0
    filtered: int = 0
    failed: int = 0

    @property
    def unreported(self) -> int:
        return self.texts - self.delivered - self.filtered - self.failed

    @property
    def share(self) -> Share:
        return Share(self.filtered, self.texts)

    def part(self, name: str) -> float:
        """In percent."""
        return 100 * float(getattr(self, name)) / self.texts if self.texts else 0.0


@dataclass(frozen=True)
class OfVersion:
    """``script``: none for the texts of no script together. ``words``: of that version; blank where they were not kept."""

    script: Script | None
    version: int
    words: str
    delivered: Delivered


@dataclass(frozen=True)
class Chosen:
    """The texts that are asked about, and from which hour on."""

    campaign: Campaign
    action: Action | None
    days: int

    @property
    def starts(self) -> list[datetime]:
        """When the hours of one day begin, or the days of several in the campaign's zone; the newest first."""
        now = self.campaign.local(clock.now())
        if self.days == 1:
            hour = datetime.fromtimestamp(hour_of(now) * HOUR, self.campaign.zone)
            return [hour - timedelta(hours=n) for n in range(24)]
        return [self.campaign.day_begins(now.date(), -n) for n in range(self.days)]

    async def sums(self, key: str, more: str = "") -> list[dict[str, Any]]:
        """By ``key``, columns or an expression of ours."""
        whose = ("action_id", self.action.id) if self.action else ("campaign_id", self.campaign.id)
        text = f"SELECT {key}, {_SUMS} FROM delivery_tally WHERE {whose[0]} = ? AND hour >= ? {more}"
        return await database.query(text, whose[1], hour_of(self.starts[-1]))


def _of(row: dict[str, Any]) -> Delivered:
    return Delivered(*(int(row[name] or 0) for name in ("texts", "delivered", "filtered", "failed")))


async def by_error(chosen: Chosen) -> tuple[Delivered, list[tuple[errors.Explanation, int]]]:
    """The sum of all, and each error with its texts, the most frequent first."""
    rows = await chosen.sums("code", "GROUP BY code HAVING SUM(texts) > 0 ORDER BY SUM(texts) DESC, code")
    found = [_of(row) for row in rows]
    names = ("texts", "delivered", "filtered", "failed")
    total = Delivered(*(sum(getattr(one, name) for one in found) for name in names))
    return total, [(errors.explain(row["code"]), int(row["texts"])) for row in rows if row["code"]]


async def by_number(chosen: Chosen) -> list[tuple[PhoneNumber, Delivered]]:
    rows = await chosen.sums(
        "number_id", f"GROUP BY number_id HAVING SUM(texts) > 0 ORDER BY filtered DESC, texts DESC LIMIT {SHOWN}"
    )
    numbers = {row.id: row for row in await PhoneNumber.filter(id__in=[row["number_id"] for row in rows] or [0])}
    return [(numbers[row["number_id"]], _of(row)) for row in rows if row["number_id"] in numbers]


async def by_version(chosen: Chosen) -> list[OfVersion]:
    rows = await chosen.sums(
        "script_id, version",
        f"GROUP BY script_id, version HAVING SUM(texts) > 0 ORDER BY filtered DESC, texts DESC LIMIT {SHOWN}",
    )
    ids = [row["script_id"] for row in rows]
    scripts = await lettered(ids)
    words = {(row.script_id, row.version): row.body for row in await ScriptWords.filter(script_id__in=ids or [0])}
    words |= {(script.id, script.version): script.body for script in scripts.values()}
    return [
        OfVersion(scripts.get(key[0]), key[1], words.get(key, ""), _of(row))
        for row in rows
        if (key := (row["script_id"], row["version"]))[0] in {0, *scripts}
    ]


async def lettered(ids: Sequence[int]) -> dict[int, Script]:
    """These scripts by their ids, with their actions and letters. Two statements."""
    used = {script.id: script for script in await Script.filter(id__in=ids or [0]).select_related("action")}
    by_action: dict[int, list[Script]] = defaultdict(list)
    for row in await Script.filter(action_id__in={script.action_id for script in used.values()} or {0}):
        by_action[row.action_id].append(used.get(row.id, row))
    for scripts in by_action.values():
        give_letters(scripts)
    return used


async def over_time(chosen: Chosen) -> list[tuple[datetime, Delivered]]:
    """By hour of one day, or by day of several, the newest first."""
    starts = chosen.starts
    spans = " ".join(f"WHEN hour >= {hour_of(start)} THEN {n}" for n, start in enumerate(starts))
    rows = await chosen.sums(f"CASE {spans} END AS span", "GROUP BY 1")
    found = {row["span"]: _of(row) for row in rows}
    return [(start, found.get(n, Delivered())) for n, start in enumerate(starts)]
