"""The figures of View Results (SPEC section 7). They come from the kept counts: exact, and as quick at any number of texts."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Literal

from webapp import database
from webapp.models import kept_counts
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.actions.action import Action
from webapp.models.actions.action_user import ActionUser
from webapp.models.actions.script import INITIAL, Script, ScriptWords, give_letters
from webapp.rules import errors, rates


@dataclass(frozen=True)
class Overview:
    """Numbers of users who had, saw, started and completed the action, and of buckets and reports that they completed
    (R1)."""

    sent_to: int
    seen: int
    started: int
    completed: int
    performs: int
    reports: int


async def overview(action: Action, counted: Counter[str]) -> Overview:
    [row] = await database.query(
        "SELECT COUNT(*) AS sent_to, COUNT(seen_at) AS seen, COUNT(started_at) AS started, COUNT(completed_at) AS completed"
        " FROM action_user WHERE action_id = ?",
        action.id,
    )
    return Overview(**{k: int(v) for k, v in row.items()}, performs=counted["performs"], reports=counted["reports"])


async def by_code(action: Action) -> list[tuple[errors.Explanation, int]]:
    """Each code with its number: of a safeguard, contacts, each once; of Twilio and the carriers, texts. They add up to the
    boxes Safeguards, Twilio Errors and Carrier Filtering."""
    return [(errors.explain(code), number) for code, number in await kept_counts.of_codes(action.id)]


USERS = 100  # a page


@dataclass(frozen=True)
class SentTo:
    """``its``: when the user was sent the action, saw, started and completed it."""

    user: User
    its: ActionUser
    performs: int


async def sent_to(action: Action, after: int) -> list[SentTo]:
    """The next users, in the order they were sent it, past the id ``after`` of their ActionUser: USERS and one more."""
    found = ActionUser.filter(action=action, id__gt=after).order_by("id").limit(USERS + 1)
    rows = await found.select_related("user")
    tallies = kept_counts.Tally.filter(action_id=action.id, user_id__in=[row.user_id for row in rows] or [0])
    performs = {tally.user_id: tally.performs for tally in await tallies}
    return [SentTo(row.user, row, performs.get(row.user_id, 0)) for row in rows]


@dataclass(frozen=True)
class Used:
    """A script with its letter, and how many texts of it Twilio took."""

    script: Script
    sent: int


async def scripts(action: Action) -> list[Used]:
    """Those in use, and archived ones that were used; initial ones first, by their letters."""
    sent: Counter[int] = Counter()
    for row in await kept_counts.of_scripts(action.id):
        sent[row.script_id] += row.sent
    found = await Script.filter(action=action).order_by("position", "id")
    give_letters(found)
    used = [Used(s, sent[s.id]) for s in found if s.archived_at is None or sent[s.id]]
    return sorted(used, key=lambda one: (not one.script.letter, one.script.id if one.script.letter else 0))


@dataclass(frozen=True)
class SideBySide:
    """A version of an initial script of the A/B test. ``words``: of this version; blank where they were not kept.
    ``sent``: texts that Twilio took. The rates are of people who answered (STOP, HELP and INFO left out), and of people
    whose reply opted them out. ``segments``, ``mms``: of the texts sent. ``latest``: the newest version that was sent,
    or the one in use. ``changed``: several versions were sent."""

    script: Script
    version: int
    words: str
    sent: int
    replied: rates.Rate
    opted_out: rates.Rate
    segments: int
    mms: int
    latest: bool
    changed: bool

    def cost_per_reply(self, campaign: Campaign) -> float | None:
        """At the campaign's prices, in ten-thousandths of a dollar; None before the first reply."""
        cost = self.segments * campaign.segment_price + self.mms * campaign.mms_price
        return cost / self.replied.hits if self.replied.hits else None


async def side_by_side(action: Action) -> list[SideBySide]:
    """Every version of an initial script that was sent, by letter, the newest first, and scripts in use without a text yet.
    Reads the kept counts only."""
    scripts = await Script.filter(action=action, kind=INITIAL).order_by("id")
    give_letters(scripts)
    counted: dict[int, list[kept_counts.OfScript]] = defaultdict(list)
    for row in await kept_counts.of_scripts(action.id):
        if row.sent:
            counted[row.script_id].append(row)
    words = {(row.script_id, row.version): row.body for row in await _earlier_words(scripts)}
    found = []
    for script in scripts:
        none_yet = [kept_counts.OfScript(script.id, script.version)] if script.archived_at is None else []
        words[script.id, script.version] = script.body
        for place, row in enumerate(counted[script.id] or none_yet):
            text = words.get((script.id, row.version), "")
            rows_of_it = len(counted[script.id])
            found.append(_compared(script, text, row, latest=place == 0, changed=rows_of_it > 1))
    return found


async def _earlier_words(scripts: list[Script]) -> list[ScriptWords]:
    return await ScriptWords.filter(script_id__in=[script.id for script in scripts] or [0])


def _compared(script: Script, words: str, row: kept_counts.OfScript, latest: bool, changed: bool) -> SideBySide:
    return SideBySide(
        script=script,
        version=row.version,
        words=words,
        sent=row.sent,
        replied=rates.Rate(row.answered, row.sent),
        opted_out=rates.Rate(row.opted_out, row.sent),
        segments=row.segments,
        mms=row.mms,
        latest=latest,
        changed=changed,
    )


Verdict = Literal["nothing", "no_replies", "chance", "best"]


def verdict(rows: list[SideBySide]) -> tuple[Verdict, str]:
    """The verdict on the test, and the letter of the script that gets more replies. The newest version of each script
    is compared. "nothing": fewer than two were sent. "no_replies": nobody has answered yet. "chance": the difference may
    be chance."""
    compared = [row for row in rows if row.latest and row.sent]
    if len(compared) < 2:
        return "nothing", ""
    if not any(row.replied.hits for row in compared):
        return "no_replies", ""
    best = rates.best([row.replied for row in compared])
    return ("chance", "") if best is None else ("best", compared[best].script.letter)


MANY = 1_000  # counting the uses of a script stops here: enough to put the most used first


async def uses(script_ids: list[int]) -> dict[int, int]:
    """Script -> texts rendered from it, at most MANY."""
    among = ", ".join(str(int(n)) for n in script_ids) or "0"
    rows = await database.query(
        "SELECT s.id, (SELECT COUNT(*) FROM (SELECT 1 AS one FROM message m WHERE m.script_id = s.id"
        f" LIMIT {MANY}) AS used) AS n FROM script s WHERE s.id IN ({among})"
    )
    return {row["id"]: int(row["n"]) for row in rows}
