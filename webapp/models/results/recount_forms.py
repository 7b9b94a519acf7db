"""Recounts which conversations of opt-in forms need attention (SPEC V5, B2).

A form answers a YES and its keyword by itself, and its own texts answer no question. No row tells whether it answered a
YES or left it to the staff, who had written there. So where nothing else waits, the conversation's stored value is
counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from webapp import database
from webapp.rules.opt_ins import words

_WAITING = """
SELECT v.id, v.action_id, COALESCE(v.user_id, 0) AS user_id, v.needs_attention, f.keyword, m.body
FROM opt_in_form f JOIN conversation v ON v.action_id = f.action_id
 JOIN contact k ON k.id = v.contact_id AND k.opted_out_at IS NULL
 JOIN message m ON m.conversation_id = v.id AND m.direction = 'in' AND m.id > COALESCE(v.reported_through_id, 0)
WHERE lower(trim(trim(m.body, ?), '.!?')) NOT IN ('help', 'info')
 AND NOT EXISTS (SELECT 1 FROM message o WHERE o.conversation_id = v.id AND o.direction = 'out' AND o.id > m.id
   AND o.user_id IS NOT NULL AND o.status IN ('queued', 'sending', 'unknown', 'taken')
   AND o.delivery NOT IN ('failed', 'undelivered', 'canceled'))
ORDER BY v.id
"""


async def needing_attention(blanks: str) -> Counter[tuple[int, int]]:
    """(action, user or 0) -> conversations. ``blanks``: what may stand around a HELP."""
    waiting: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in await database.query(_WAITING, blanks):
        waiting[row["id"]].append(row)
    found: Counter[tuple[int, int]] = Counter()
    for rows in waiting.values():
        first = rows[0]
        if first["needs_attention"] or not all(_heard(row) for row in rows):
            found[first["action_id"], first["user_id"]] += 1
    return found


def _heard(row: dict[str, Any]) -> bool:
    return words.confirms(row["body"]) or (bool(row["keyword"]) and words.keyword(row["body"]) == row["keyword"])
