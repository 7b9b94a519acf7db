"""Exports, made to their end as a worker makes them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from tests.cast import Cast
from tests.cast.texting import says, texted
from webapp.models.accounts.users import Membership
from webapp.models.exports import run
from webapp.models.exports.job import Export
from webapp.models.reports import filing
from webapp.rules.exports.columns import CSV
from webapp.workers import exports


async def a_night(cast: Cast) -> None:
    """Amy texts Lisa, Lisa answers, Amy files a report."""
    await texted(cast)
    await says(cast, "Yes; =1+1")
    conversation = await cast.conversation()
    await conversation.fetch_related("action")
    asked = await filing.questions(conversation.action)
    await filing.file(conversation, cast.amy.user, asked, {"will_vote"}, {"notes": "Kind"})


async def export(by: Membership, kind: str, format: str = CSV, **which: Any) -> Export:
    begun = await run.start(by, kind, format, which, "")
    return await finish_export(begun.id)


async def finish_export(export_id: int = 0) -> Export:
    """The newest one, or this."""
    newest = await Export.all().order_by("-id").first()
    assert newest
    await exports.run_export({}, export_id or newest.id)
    return await Export.get(id=export_id or newest.id)


def rows_of(job: Export) -> list[dict[str, Any]]:
    """Of a CSV as text, of JSON Lines as they are."""
    text = Path(job.path).read_text("utf-8-sig" if job.format == CSV else "utf-8")
    if job.format == CSV:
        return list(csv.DictReader(io.StringIO(text, newline="")))
    return [json.loads(line) for line in text.splitlines()]
