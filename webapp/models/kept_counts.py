"""The tables of the kept counts, the name of each count, and their sums. tallies.py changes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tortoise import fields
from tortoise.models import Model

from webapp import database
from webapp.models.deliveries import Delivery

COLUMNS = (
    "remaining",
    "needs_attention",
    "unread",
    "replied",
    "reported",
    "opt_outs",
    "initials",
    "follow_ups",
    "responses",
    "twilio_errors",
    "carrier_filtering",
    "safeguards",
    "reports",
    "performs",
    "link_clicks",
)


class Tally(Model):
    id = fields.IntField(primary_key=True)
    action_id = fields.IntField()
    user_id = fields.IntField(default=0)
    remaining = fields.IntField(default=0)
    needs_attention = fields.IntField(default=0)
    unread = fields.IntField(default=0)
    replied = fields.IntField(default=0)
    reported = fields.IntField(default=0)
    opt_outs = fields.IntField(default=0)
    initials = fields.IntField(default=0)
    follow_ups = fields.IntField(default=0)
    responses = fields.IntField(default=0)
    twilio_errors = fields.IntField(default=0)
    carrier_filtering = fields.IntField(default=0)
    safeguards = fields.IntField(default=0)
    reports = fields.IntField(default=0)
    performs = fields.IntField(default=0)
    link_clicks = fields.IntField(default=0, db_default=0)

    class Meta:
        table = "tally"


class ScriptTally(Model):
    """Counts of one version of a script. ``sent``: texts that Twilio took; ``segments``: theirs; ``mms``: those sent as MMS because
    of a picture, whose segments are not counted. ``answered``, ``opted_out``: conversations that got it as their first text and
    replied, with other words than STOP, HELP or INFO, or by opting out. ``version``: 0 for texts found after a restore."""

    id = fields.IntField(primary_key=True)
    action_id = fields.IntField()
    user_id = fields.IntField(default=0)
    script_id = fields.IntField()
    version = fields.IntField(default=0)
    sent = fields.IntField(default=0)
    answered = fields.IntField(default=0)
    opted_out = fields.IntField(default=0)
    segments = fields.IntField(default=0, db_default=0)
    mms = fields.IntField(default=0, db_default=0)

    class Meta:
        table = "script_tally"


class CodeTally(Model):
    """``number``: how many texts Twilio or a carrier refused with this code; for a safeguard's code, how many contacts."""

    id = fields.IntField(primary_key=True)
    action_id = fields.IntField()
    user_id = fields.IntField(default=0)
    code = fields.IntField()
    number = fields.IntField(default=0)

    class Meta:
        table = "code_tally"


class AnswerTally(Model):
    """``number``: how many conversations have this tag in their newest report (``value`` is blank), or this answer to the field
    ``name``. All answers in free words count as one, FREE."""

    id = fields.IntField(primary_key=True)
    action_id = fields.IntField()
    user_id = fields.IntField(default=0)
    kind = fields.CharField(5)
    name = fields.CharField(80)
    value = fields.CharField(100, default="")
    number = fields.IntField(default=0)

    class Meta:
        table = "answer_tally"


TAG, FIELD = "tag", "field"
FREE = "\u2026"
SCRIPT_COLUMNS = ("sent", "answered", "opted_out", "segments", "mms")
# The name of a count is one of: a name in COLUMNS; a name in SCRIPT_COLUMNS, the script and its version; "code", the code and 0;
# TAG, the tag's name and ""; FIELD, the field's title and the answer; a name in hourly.NAMES, the hour and 0; a Delivery
Name = str | tuple[str, int, int] | tuple[str, str, str] | Delivery
Counts = Counter[Name]
Added = dict[Name, int]  # by one row


def of_code(code: int) -> Name:
    return "code", code, 0


def of_answer(kind: str, name: str, value: str = "") -> Name:
    return kind, name[:80], value[:100]


def of_script(column: str, script_id: int, version: int | None) -> Name:
    return column, script_id, version or 0


class SafeguardHit(Model):
    """A safeguard refused a text in this conversation. One row per conversation and code, however often it refused (R2).
    ``contact_id``: the conversation's contact."""

    id = fields.BigIntField(primary_key=True)
    action_id = fields.IntField()
    conversation_id = fields.BigIntField()
    contact_id = fields.BigIntField(default=0, db_default=0)
    code = fields.IntField()

    class Meta:
        table = "safeguard_hit"


async def totals(action_id: int) -> Counter[str]:
    """An action's counts, summed over all users and the pool."""
    return (await totals_of([action_id]))[action_id]


async def totals_of(action_ids: Iterable[int]) -> dict[int, Counter[str]]:
    """Action -> its counts, summed over all users and the pool. One query."""
    ids = [int(n) for n in action_ids]
    sums = ", ".join(f"SUM({name}) AS {name}" for name in COLUMNS)
    among = ", ".join(map(str, ids)) or "0"
    rows = await database.query(f"SELECT action_id, {sums} FROM tally WHERE action_id IN ({among}) GROUP BY action_id")
    found = {row["action_id"]: Counter({name: int(row[name]) for name in COLUMNS}) for row in rows}
    return {n: found.get(n, Counter()) for n in ids}


async def of_user(action_id: int, user_id: int) -> Counter[str]:
    """One user's counts in an action."""
    return (await of_users(action_id, [user_id]))[user_id]


async def of_users(action_id: int, user_ids: list[int]) -> dict[int, Counter[str]]:
    """User -> their counts in an action. One query."""
    found = {user_id: Counter[str]() for user_id in user_ids}
    for row in await Tally.filter(action_id=action_id, user_id__in=user_ids or [0]):
        found[row.user_id] = Counter({name: getattr(row, name) for name in COLUMNS})
    return found


@dataclass(frozen=True)
class OfScript:
    script_id: int
    version: int
    sent: int = 0
    answered: int = 0
    opted_out: int = 0
    segments: int = 0
    mms: int = 0


async def of_scripts(action_id: int) -> list[OfScript]:
    """Each version's counts, summed over all users, the newest version of a script first."""
    sums = ", ".join(f"SUM({name}) AS {name}" for name in SCRIPT_COLUMNS)
    rows = await database.query(
        f"SELECT script_id, version, {sums} FROM script_tally WHERE action_id = ? GROUP BY script_id, version ORDER BY script_id, version DESC",
        action_id,
    )
    return [OfScript(**{name: int(value) for name, value in row.items()}) for row in rows]


async def of_codes(action_id: int) -> list[tuple[int, int]]:
    """Code and number, summed over all users, the most frequent first."""
    rows = await database.query(
        "SELECT code, SUM(number) AS number FROM code_tally WHERE action_id = ? GROUP BY code HAVING SUM(number) > 0"
        " ORDER BY number DESC, code",
        action_id,
    )
    return [(row["code"], int(row["number"])) for row in rows]


async def of_answers(action_id: int) -> list[tuple[str, str, str, int]]:
    """Kind, name, value and number, summed over all users, the most frequent first."""
    rows = await database.query(
        "SELECT kind, name, value, SUM(number) AS number FROM answer_tally WHERE action_id = ? GROUP BY kind, name, value"
        " HAVING SUM(number) > 0 ORDER BY number DESC, name, value",
        action_id,
    )
    return [(row["kind"], row["name"], row["value"], int(row["number"])) for row in rows]
