"""Counts of scripts by version and of codes; the words of earlier versions; which version a conversation got, and when it was
answered. Counts that were wrong are made again: texts refused with Twilio's codes of a safeguard, and corrected reports.

The codes and keywords below are those of that day, copied: a migration does the same whenever it is run."""

import unicodedata
from collections import Counter, defaultdict
from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from webapp import database
from webapp.database.operations import AddColumns, CreateTables

Boxes = dict[tuple[int, int], Counter[str]]
SLICE = 5_000
NO_REASON, NOT_LISTED = 30008, 1300
SAFEGUARDS = (*range(1301, 1317), 21610, 21614, 21635)
CARRIER = (30004, 30007, 30022, 30023)
KEYWORDS = frozenset("stop|unsubscribe|remove|quit|stopall|cancel|end|revoke|optout|opt out|opt-out|stop all".split("|"))
TRIED_AND_FAILED = (
    "(m.status = 'rejected' OR (m.status = 'taken' AND m.delivery IN ('failed', 'undelivered', 'canceled')))"
)


async def fill(apps: Any, state_editor: Any) -> None:
    if not await database.query("SELECT 1 AS one FROM action LIMIT 1"):
        return
    await _mend_codes()
    await database.query(
        "UPDATE conversation SET script_version = (SELECT m.script_version FROM message m WHERE m.conversation_id = conversation.id"
        " AND m.kind = 'initial' AND m.status NOT IN ('refused', 'cancelled') ORDER BY m.id LIMIT 1) WHERE texted_at IS NOT NULL"
    )
    await _note_answers()
    await _add_hits()
    await _count_scripts()
    counted = await _count_codes()
    for row in await database.query(
        "SELECT action_id, user_id, COUNT(*) AS n FROM report WHERE id IN (SELECT MIN(id) FROM report GROUP BY conversation_id)"
        " GROUP BY action_id, user_id"
    ):
        counted[row["action_id"], row["user_id"]]["reports"] = int(row["n"])
    await _write(counted)


async def _mend_codes() -> None:
    """A failure without a code had none; a text that arrived in the end, or was found at Twilio, kept one."""
    await database.query(
        f"UPDATE message SET error_code = {NO_REASON} WHERE status = 'taken' AND error_code IS NULL"
        " AND delivery IN ('failed', 'undelivered', 'canceled')"
    )
    await database.query(
        "UPDATE message SET error_code = NULL WHERE status = 'taken' AND error_code IS NOT NULL"
        " AND delivery NOT IN ('failed', 'undelivered', 'canceled')"
    )


async def _note_answers() -> None:
    """The first text of each conversation that was no STOP, HELP or INFO."""
    last, answered = 0, set[int]()
    while rows := await database.query(
        "SELECT id, conversation_id, body FROM message WHERE id > ? AND direction = 'in'"
        f" AND conversation_id IS NOT NULL ORDER BY id LIMIT {SLICE}",
        last,
    ):
        last = rows[-1]["id"]
        firsts: dict[int, int] = {}
        for row in rows:
            if row["conversation_id"] not in answered and not _is_keyword(row["body"]):
                firsts.setdefault(row["conversation_id"], row["id"])
        answered |= firsts.keys()
        if firsts:
            among = ", ".join(map(str, firsts.values()))
            await database.query(
                "UPDATE conversation SET answered_at = m.created_at FROM message m"
                f" WHERE m.id IN ({among}) AND m.conversation_id = conversation.id"
            )


def _is_keyword(body: str) -> bool:
    if body.strip().strip(".!?").lower() in ("help", "info"):
        return True
    visible = "".join(c for c in body.strip()[:4_000] if unicodedata.category(c) != "Cf")
    return _bare(unicodedata.normalize("NFKC", visible)) in KEYWORDS


def _bare(text: str) -> str:
    """Lower case, single spaces inside, neither punctuation nor spaces at the ends."""
    start, end = 0, len(text)
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return " ".join(text[start:end].split()).casefold()


async def _add_hits() -> None:
    codes = ", ".join(map(str, SAFEGUARDS))
    await database.query(
        "INSERT INTO safeguard_hit (action_id, conversation_id, code) SELECT x.action_id, x.conversation_id, x.code FROM ("
        " SELECT m.action_id, m.conversation_id, m.error_code AS code FROM message m WHERE m.conversation_id IS NOT NULL"
        f" AND m.action_id IS NOT NULL AND m.error_code IS NOT NULL AND (m.status = 'refused' OR ({TRIED_AND_FAILED}"
        f" AND m.error_code IN ({codes})))"
        f" UNION SELECT action_id, id, closed_code FROM conversation WHERE closed_code <> {NOT_LISTED}) AS x"
        " WHERE NOT EXISTS (SELECT 1 FROM safeguard_hit h WHERE h.conversation_id = x.conversation_id AND h.code = x.code)"
    )


async def _count_scripts() -> None:
    of_conversation = (
        "FROM conversation WHERE texted_at IS NOT NULL AND script_id IS NOT NULL"
        " AND (answered_at IS NOT NULL OR opted_out_at IS NOT NULL)"
    )
    await database.query(
        "INSERT INTO script_tally (action_id, user_id, script_id, version, sent, answered, opted_out)"
        " SELECT action_id, COALESCE(user_id, 0), script_id, COALESCE(version, 0), SUM(sent), SUM(answered), SUM(opted_out) FROM ("
        " SELECT action_id, user_id, script_id, script_version AS version, 1 AS sent, 0 AS answered, 0 AS opted_out FROM message"
        " WHERE status = 'taken' AND direction = 'out' AND action_id IS NOT NULL AND script_id IS NOT NULL"
        " UNION ALL SELECT action_id, user_id, script_id, script_version, 0, CASE WHEN answered_at IS NULL THEN 0 ELSE 1 END,"
        f" CASE WHEN opted_out_at IS NULL THEN 0 ELSE 1 END {of_conversation}) AS x GROUP BY 1, 2, 3, 4"
    )


async def _count_codes() -> Boxes:
    """Writes the tallies by code. Returns (action, user) -> the boxes that codes fall into."""
    found: Counter[tuple[int, int, int]] = Counter()
    counted: Boxes = defaultdict(Counter)
    for row in await database.query(
        "SELECT m.action_id, COALESCE(m.user_id, 0) AS user_id, m.error_code AS code, COUNT(*) AS n FROM message m"
        f" WHERE m.action_id IS NOT NULL AND m.error_code IS NOT NULL AND {TRIED_AND_FAILED} GROUP BY 1, 2, 3"
    ):
        if row["code"] not in SAFEGUARDS:
            box = "carrier_filtering" if row["code"] in CARRIER else "twilio_errors"
            counted[row["action_id"], row["user_id"]][box] += int(row["n"])
            found[row["action_id"], row["user_id"], row["code"]] += int(row["n"])
    for row in await database.query("SELECT action_id, code, COUNT(*) AS n FROM safeguard_hit GROUP BY 1, 2"):
        counted[row["action_id"], 0]["safeguards"] += int(row["n"])
        found[row["action_id"], 0, row["code"]] += int(row["n"])
    for (action_id, user_id, code), number in sorted(found.items()):
        text = "INSERT INTO code_tally (action_id, user_id, code, number) VALUES (?, ?, ?, ?)"
        await database.query(text, action_id, user_id, code, number)
    return counted


async def _write(counted: Boxes) -> None:
    await database.query("UPDATE tally SET reports = 0, twilio_errors = 0, carrier_filtering = 0, safeguards = 0")
    for (action_id, user_id), row in sorted(counted.items()):
        values = [row[name] for name in ("reports", "twilio_errors", "carrier_filtering", "safeguards")]
        if not await database.query("SELECT 1 AS one FROM tally WHERE action_id = ? AND user_id = ?", action_id, user_id):
            zeros = (
                "remaining, needs_attention, unread, replied, reported, opt_outs, initials, follow_ups, responses, performs"
            )
            await database.query(
                "INSERT INTO tally (action_id, user_id, reports, twilio_errors, carrier_filtering, safeguards,"
                f" {zeros}) VALUES (?, ?, 0, 0, 0, 0{', 0' * 10})",
                action_id,
                user_id,
            )
        await database.query(
            "UPDATE tally SET reports = ?, twilio_errors = ?, carrier_filtering = ?, safeguards = ?"
            " WHERE action_id = ? AND user_id = ?",
            *values,
            action_id,
            user_id,
        )


class Migration(migrations.Migration):
    dependencies = [("models", "0003_zone_derivation")]

    initial = False

    operations = [
        CreateTables(
            ops.CreateModel(
                name="CodeTally",
                fields=[
                    ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    ("action_id", fields.IntField()),
                    ("user_id", fields.IntField(default=0)),
                    ("code", fields.IntField()),
                    ("number", fields.IntField(default=0)),
                ],
                options={"table": "code_tally", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            ),
            ops.CreateModel(
                name="ScriptTally",
                fields=[
                    ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    ("action_id", fields.IntField()),
                    ("user_id", fields.IntField(default=0)),
                    ("script_id", fields.IntField()),
                    ("version", fields.IntField(default=0)),
                    ("sent", fields.IntField(default=0)),
                    ("answered", fields.IntField(default=0)),
                    ("opted_out", fields.IntField(default=0)),
                ],
                options={"table": "script_tally", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            ),
            ops.CreateModel(
                name="ScriptWords",
                fields=[
                    ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    ("script_id", fields.IntField()),
                    ("version", fields.IntField()),
                    ("body", fields.TextField(unique=False)),
                ],
                options={"table": "script_words", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            ),
        ),
        AddColumns(
            ops.AddField(
                model_name="Conversation",
                name="answered_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(model_name="Conversation", name="script_version", field=fields.IntField(null=True)),
        ),
        ops.RunPython(fill),
    ]
