"""Recounts every tally from the rows, for `textbank doctor` and for tests to compare with the stored tallies.

Written from SPEC R1 to R3 and not from what counts: it asks none of the rows' ``counts()``. Each statement gives an
action, a user (0 for the pool) and a number.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from webapp import database
from webapp.database import packed
from webapp.models import hourly
from webapp.models.deliveries import Delivery
from webapp.models.hourly import HourTally
from webapp.models.kept_counts import (
    COLUMNS,
    FIELD,
    FREE,
    SCRIPT_COLUMNS,
    TAG,
    AnswerTally,
    CodeTally,
    Counts,
    Name,
    ScriptTally,
    Tally,
    of_code,
)
from webapp.models.results import recount_forms, recount_sums
from webapp.rules import errors

Counted = dict[tuple[int, int], Counts]

_FAILED = "(m.status = 'rejected' OR (m.status = 'taken' AND m.delivery IN ('failed', 'undelivered', 'canceled')))"
_TAKEN = "m.direction = 'out' AND m.status = 'taken'"
_REPLIED = "EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = v.id AND m.direction = 'in')"
# V5: they wrote last, HELP and INFO aside, after our newest text that may have left and after the last report. An opt-in form's
# conversations are counted in recount_forms.py
_NEEDS_ATTENTION = """
 NOT EXISTS (SELECT 1 FROM opt_in_form f WHERE f.action_id = v.action_id) AND NOT EXISTS (SELECT 1 FROM contact k WHERE k.id = v.contact_id AND k.opted_out_at IS NOT NULL)
 AND EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = v.id AND m.direction = 'in'
   AND lower(trim(trim(m.body, ?), '.!?')) NOT IN ('help', 'info') AND m.id > COALESCE(v.reported_through_id, 0)
   AND NOT EXISTS (SELECT 1 FROM message o WHERE o.conversation_id = v.id AND o.direction = 'out' AND o.id > m.id
     AND o.status IN ('queued', 'sending', 'unknown', 'taken') AND o.delivery NOT IN ('failed', 'undelivered', 'canceled')))
"""
_BLANKS = " \t\r\n"
_ONE_REPORT = "id IN (SELECT MIN(r.id) FROM report r WHERE r.conversation_id IS NOT NULL GROUP BY r.conversation_id)"
_OF_MESSAGES = {
    "initials": f"{_TAKEN} AND m.kind = 'initial'",
    "follow_ups": f"{_TAKEN} AND m.kind <> 'initial'",
    "responses": "m.direction = 'in'",
}
_OF_CONVERSATIONS = {
    "remaining": "v.texted_at IS NULL AND v.closed_code IS NULL",
    "unread": "v.unread",
    "replied": _REPLIED,
    "reported": f"{_REPLIED} AND EXISTS (SELECT 1 FROM report r WHERE r.conversation_id = v.id)",
    "opt_outs": "v.opted_out_at IS NOT NULL",
}
# A safeguard kept a contact from a text: at the click (a hit alone tells), in the worker, before, or at Twilio
_HITS = f"""
SELECT action_id, conversation_id, code FROM safeguard_hit
UNION SELECT m.action_id, m.conversation_id, m.error_code FROM message m WHERE m.status = 'refused'
  AND m.conversation_id IS NOT NULL AND m.error_code IS NOT NULL
UNION SELECT action_id, id, closed_code FROM conversation WHERE closed_code <> {errors.NOT_LISTED}
UNION SELECT m.action_id, m.conversation_id, m.error_code FROM message m WHERE {_FAILED} AND m.conversation_id IS NOT NULL
  AND m.error_code IN ({{safeguards}})
"""


async def recounted() -> Counted:
    """(action id, user id or 0 for the pool) -> counts, from all rows. Counts of 0 are left out."""
    found: Counted = defaultdict(Counter)
    for name, where in _OF_MESSAGES.items():
        await _add(found, name, f"message m WHERE m.action_id IS NOT NULL AND {where}")
    for name, where in _OF_CONVERSATIONS.items():
        await _add(found, name, f"conversation v WHERE {where}")
    await _add(found, "needs_attention", f"conversation v WHERE {_NEEDS_ATTENTION}", _BLANKS)
    for (action_id, user_id), n in (await recount_forms.needing_attention(_BLANKS)).items():
        found[action_id, user_id]["needs_attention"] += n
    await _add(found, "reports", f"report WHERE {_ONE_REPORT}")
    await _add(found, "performs", "bucket WHERE finished_at IS NOT NULL")
    await _add(found, "link_clicks", "link_click WHERE by = 'person' AND action_id IS NOT NULL")
    await _add_scripts(found)
    await _add_hours(found)
    await _add_answers(found)
    await _add_codes(found)
    await _add_safeguards(found)
    return {key: +counts for key, counts in found.items() if +counts}


async def _add(found: Counted, name: Name, rows: str, *values: str) -> None:
    text = f"SELECT action_id, COALESCE(user_id, 0) AS user_id, COUNT(*) AS n FROM {rows} GROUP BY 1, 2"
    for row in await database.query(text, *values):
        found[row["action_id"], row["user_id"]][name] += int(row["n"])


_SCRIPTS = {
    "sent": f"SELECT m.script_version AS version, m.* FROM message m WHERE m.action_id IS NOT NULL AND {_TAKEN}",
    "segments": "SELECT m.script_version AS version, m.* FROM message m WHERE m.action_id IS NOT NULL AND m.picture_id IS NULL"
    f" AND {_TAKEN}",
    "mms": "SELECT m.script_version AS version, m.* FROM message m WHERE m.action_id IS NOT NULL AND m.picture_id IS NOT NULL"
    f" AND {_TAKEN}",
    "answered": "SELECT v.script_version AS version, v.* FROM conversation v WHERE v.texted_at IS NOT NULL AND v.answered_at IS NOT NULL",
    "opted_out": "SELECT v.script_version AS version, v.* FROM conversation v WHERE v.texted_at IS NOT NULL AND v.opted_out_at IS NOT NULL",
}


async def _add_scripts(found: Counted) -> None:
    for name, rows in _SCRIPTS.items():
        number = "SUM(segments)" if name == "segments" else "COUNT(*)"
        text = (
            f"SELECT action_id, COALESCE(user_id, 0) AS user_id, script_id, COALESCE(version, 0) AS version, {number} AS n"
            f" FROM ({rows}) AS x WHERE script_id IS NOT NULL GROUP BY 1, 2, 3, 4"
        )
        for row in await database.query(text):
            found[row["action_id"], row["user_id"]][name, row["script_id"], row["version"]] += int(row["n"])


_EPOCH = {"sqlite": "CAST(strftime('%s', {}) AS INTEGER)", "postgres": "CAST(floor(extract(epoch FROM {})) AS BIGINT)"}
_BY_HOUR = {
    "initials": ("taken_at", f"{_TAKEN} AND m.kind = 'initial'"),
    "follow_ups": ("taken_at", f"{_TAKEN} AND m.kind <> 'initial'"),
    "responses": ("created_at", "m.direction = 'in'"),
    "delivered": ("taken_at", f"{_TAKEN} AND m.delivery IN ('delivered', 'read')"),
    "undelivered": ("taken_at", f"{_TAKEN} AND m.delivery IN ('undelivered', 'failed', 'canceled')"),
}


async def _add_hours(found: Counted) -> None:
    """Our texts in the hour in which Twilio took them, theirs in the hour they came."""
    for name, (at, where) in _BY_HOUR.items():
        hour = f"{_EPOCH[database.dialect()].format(f'm.{at}')} / 3600"
        text = (
            f"SELECT m.action_id, COALESCE(m.user_id, 0) AS user_id, {hour} AS hour, COUNT(*) AS n FROM message m"
            f" WHERE m.action_id IS NOT NULL AND m.{at} IS NOT NULL AND {where} GROUP BY 1, 2, 3"
        )
        for row in await database.query(text):
            found[row["action_id"], row["user_id"]][f"hour:{name}", int(row["hour"]), 0] += int(row["n"])


async def _add_answers(found: Counted) -> None:
    """Tags and answers of the newest report of each conversation; what was typed freely is one answer."""
    newest = "id IN (SELECT MAX(r.id) FROM report r WHERE r.conversation_id IS NOT NULL GROUP BY r.conversation_id)"
    for row in await database.query(f"SELECT action_id, user_id, tags, answers, free FROM report WHERE {newest}"):
        tags, answers, free = (packed.parsed(row[name]) for name in ("tags", "answers", "free"))
        counts = found[row["action_id"], row["user_id"]]
        for tag in tags:
            counts["tag", str(tag)[:80], ""] += 1
        for title, answer in answers.items():
            counts["field", title[:80], FREE if title in free else answer[:100]] += 1


async def _add_codes(found: Counted) -> None:
    """Each text that Twilio or a carrier refused, in the one box of its code."""
    text = (
        "SELECT m.action_id, COALESCE(m.user_id, 0) AS user_id, m.error_code, COUNT(*) AS n FROM message m"
        f" WHERE m.action_id IS NOT NULL AND m.direction = 'out' AND m.error_code IS NOT NULL AND {_FAILED} GROUP BY 1, 2, 3"
    )
    for row in await database.query(text):
        box = {"twilio": "twilio_errors", "carrier": "carrier_filtering"}.get(errors.explain(row["error_code"]).kind)
        if box:
            found[row["action_id"], row["user_id"]][box] += int(row["n"])
            found[row["action_id"], row["user_id"]][of_code(row["error_code"])] += int(row["n"])


async def _add_safeguards(found: Counted) -> None:
    codes = ", ".join(str(code) for code, told in errors.TABLE.items() if told.kind == "safeguard")
    rows = _HITS.format(safeguards=codes)
    for row in await database.query(f"SELECT action_id, code, COUNT(*) AS n FROM ({rows}) AS x GROUP BY 1, 2"):
        found[row["action_id"], 0]["safeguards"] += int(row["n"])
        found[row["action_id"], 0][of_code(row["code"])] += int(row["n"])


async def stored() -> Counted:
    """The tallies as they stand, in the shape of `recounted`."""
    found: Counted = defaultdict(Counter)
    for row in await Tally.all():
        found[row.action_id, row.user_id].update({name: getattr(row, name) for name in COLUMNS})
    for script in await ScriptTally.all():
        of_it: Counts = Counter({(n, script.script_id, script.version): getattr(script, n) for n in SCRIPT_COLUMNS})
        found[script.action_id, script.user_id].update(of_it)
    for code in await CodeTally.all():
        found[code.action_id, code.user_id].update({of_code(code.code): code.number})
    for hour in await HourTally.all():
        of_hour: Counts = Counter({(n, hour.hour, 0): getattr(hour, column) for n, column in hourly.NAMES.items()})
        found[hour.action_id, hour.user_id].update(of_hour)
    for one in await AnswerTally.all():
        found[one.action_id, one.user_id].update({(one.kind, one.name, one.value): one.number})
    kept = {key: Counter({n: v for n, v in counts.items() if v}) for key, counts in found.items()}
    return {key: counts for key, counts in kept.items() if counts}


async def differences() -> list[str]:
    """A sentence for each tally that a recount contradicts, and one for contacts whose row lacks their phone's opt-out. All is
    read at one instant: a text that leaves meanwhile is no difference."""
    return await database.snapshot(_differences)


async def _differences() -> list[str]:
    have, want = await stored(), await recounted()
    [row] = await database.query(
        "SELECT COUNT(*) AS n FROM opt_out o JOIN contact c ON c.campaign_id = o.campaign_id AND c.phone = o.phone"
        " WHERE c.opted_out_at IS NULL"
    )
    missed = [f"{row['n']} contacts do not know that their phone has opted out"] if row["n"] else []
    missed += await recount_sums.spent_otherwise() + await recount_sums.delivered_otherwise()
    none: Counts = Counter()
    return missed + [
        f"action {key[0]}, user {key[1]}: {_words(name)} is {have.get(key, none)[name]}, a recount gives {want.get(key, none)[name]}"
        for key in sorted(have.keys() | want.keys())
        for name in sorted(have.get(key, none).keys() | want.get(key, none).keys(), key=str)
        if have.get(key, none)[name] != want.get(key, none)[name]
    ]


def _words(name: Name) -> str:
    if isinstance(name, str | Delivery):
        return str(name)
    if name[0] in (TAG, FIELD):
        return f"{name[0]} {name[1]} {name[2]}".strip()
    if name[0] in hourly.NAMES:
        return f"{hourly.NAMES[name[0]]} of hour {name[1]}"
    return f"code {name[1]}" if name[0] == "code" else f"{name[0]} by script {name[1]}, version {name[2]}"
