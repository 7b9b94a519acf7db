"""A press of Start reads the action, its first text and where the volunteer stands, before it writes (SPEC V3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from webapp import database
from webapp.database import Row
from webapp.database.statements import Joined
from webapp.models.accounts.sessions import Beside
from webapp.models.accounts.users import User
from webapp.models.actions.action import OPEN, Action
from webapp.models.actions.script import FIRST_TEXTS, Script
from webapp.models.conversations.buckets import Bucket


class Standing(NamedTuple):
    """The volunteer's newest bucket that is not finished, whether they hold anybody who is not texted yet, and on PostgreSQL
    the version of their row in the action, if there is one."""

    bucket: Bucket | None
    holds: bool
    version: int | None


@dataclass(frozen=True)
class Press:
    """``scripts``: the action's first texts; None where it has several, which are still to be read."""

    action: Action
    scripts: list[Script] | None
    standing: Standing


_BUCKET = Joined(b=Bucket)
_ROWS = Joined({"a": Action, "s": Script}, b=Bucket)


def _standing(user: str, action: str) -> str:
    """Columns ``held`` and ``version``, for SQL of the ids."""
    version = "t.xmin" if database.dialect() == "postgres" else "NULL"
    return (
        f"(SELECT v.id FROM conversation v WHERE v.user_id = {user} AND v.action_id = {action}"
        " AND v.texted_at IS NULL AND v.closed_code IS NULL LIMIT 1) AS held,"
        f" (SELECT {version} FROM action_user t WHERE t.action_id = {action} AND t.user_id = {user}) AS version"
    )


def _open_bucket(user: str, action: str) -> str:
    return (
        f"SELECT n.* FROM bucket n WHERE n.action_id = {action} AND n.user_id = {user} AND n.finished_at IS NULL"
        " ORDER BY n.id DESC LIMIT 1"
    )


async def standing(action: Action, user: User) -> Standing:
    [row] = await database.query(
        f"SELECT {_BUCKET.columns}, {_standing('?', '?')} FROM (SELECT 1 AS one) o"
        f" LEFT JOIN ({_open_bucket('?', '?')}) b ON true",
        *(user.id, action.id, action.id, user.id, action.id, user.id),
    )
    return Standing(_BUCKET.of(row)["b"], row["held"] is not None, row["version"])


def beside(action_id: int) -> Beside | None:
    """The rows of a press, for the statement that reads the login: without locks. `with_login` makes a Press of them. None on
    SQLite."""
    if database.dialect() == "sqlite":
        return None
    return Beside(
        _ROWS,
        f"s.number AS scripts, {_standing('u.id', 'a.id')}",
        f"LEFT JOIN action a ON a.id = ? AND a.campaign_id = m.campaign_id AND {OPEN}"
        " LEFT JOIN LATERAL (SELECT s.id, s.xmin, s.ctid, COUNT(*) OVER () AS number FROM script s"
        f" WHERE s.action_id = a.id AND {FIRST_TEXTS} LIMIT 1) s ON true"
        f" LEFT JOIN LATERAL ({_open_bucket('u.id', 'a.id')}) b ON true",
        (action_id,),
    )


def with_login(row: Row, found: dict[str, Any]) -> Press | None:
    """Of the rows that `beside` read. None: no such action is open in the campaign, or nothing was read."""
    if found.get("a") is None:
        return None
    script = found["s"]
    scripts = None if (row["scripts"] or 0) > 1 else [script] if script else []
    return Press(found["a"], scripts, Standing(found["b"], row["held"] is not None, row["version"]))
