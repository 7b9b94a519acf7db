"""The migration that counts the answers of reports: the same as counting them one by one (SPEC R1)."""

from __future__ import annotations

import importlib
import json
import random
from collections import Counter
from typing import Any

import pytest

from tests.cast import Cast
from webapp import clock, database
from webapp.database import transaction
from webapp.models.contacts.labels import CustomField
from webapp.models.conversations import making
from webapp.models.conversations.conversation import Conversation
from webapp.models.reports.report import Report

migration = importlib.import_module("webapp.migrations.0024_answer_tallies")
TAGS = ["Will Vote", "Will Vote", "Ñandú", "x" * 120, 'He said "no"', ""]
TITLES = ["Notes", "Support Rating", "Años", "y" * 120, "'; --"]
ANSWERS = ["Yes", "No", "z" * 150, "…", "ü", "0", ""]


async def one_by_one() -> tuple[dict[int, list[str]], Counter[tuple[Any, ...]]]:
    """As the fill was written first: the typed titles of each report, and the tallies."""
    rows = await database.query("SELECT campaign_id, title FROM custom_field WHERE options = ''")
    typed = {(row["campaign_id"], row["title"]) for row in rows}
    free: dict[int, list[str]] = {}
    newest: dict[int, Counter[tuple[Any, ...]]] = {}
    for row in await database.query(
        "SELECT r.*, a.campaign_id FROM report r JOIN action a ON a.id = r.action_id ORDER BY r.id"
    ):
        tags, answers = (json.loads(row[n]) if isinstance(row[n], str) else row[n] for n in ("tags", "answers"))
        answers = answers if isinstance(answers, dict) else {}
        free[row["id"]] = own = sorted(title for title in answers if (row["campaign_id"], title) in typed)
        who = row["action_id"], row["user_id"]
        counts = Counter((*who, "tag", tag[:80], "") for tag in tags)
        counts += Counter((*who, "field", t[:80], "…" if t in own else v[:100]) for t, v in answers.items())
        newest[row["conversation_id"]] = counts
    return free, sum(newest.values(), Counter())


async def some_reports(cast: Cast, dice: random.Random) -> None:
    contacts = [cast.lisa, *[await cast.add_contact(f"+1412555{4000 + n}") for n in range(12)]]
    await making.make_all(cast.action.id)
    for title in TITLES[1:3]:
        options = dice.choice(["", "Yes\nNo"])
        await CustomField.create(
            campaign=cast.meyer,
            slug=f"s{len(title)}{title[:1]}",
            title=title,
            type="TextField",
            options=options,
            display_order=1,
        )
    for contact in contacts:
        talk = await Conversation.get(action=cast.action, contact=contact)
        for _ in range(dice.randint(0, 3)):
            titles = dice.sample(TITLES, dice.randint(0, 4))
            await Report.create(
                conversation=talk,
                user=dice.choice([cast.amy, cast.dan]).user,
                action_id=cast.action.id,
                contact_id=contact.id,
                filed_at=clock.now(),
                tags=dice.sample(TAGS, dice.randint(0, 5)),
                values_={title: dice.choice(ANSWERS) for title in titles} if dice.random() < 0.9 else [],
            )


@pytest.mark.both
@pytest.mark.parametrize("seed", range(4))
async def test_the_migration_counts_the_same_as_one_by_one(cast: Cast, seed: int) -> None:
    await transaction(lambda: some_reports(cast, random.Random(seed)))
    free, tallies = await one_by_one()
    await transaction(lambda: migration.fill(None, None))
    rows = await database.query("SELECT action_id, user_id, kind, name, value, number FROM answer_tally")
    assert {tuple(row.values())[:5]: row["number"] for row in rows} == tallies
    assert {row.id: row.free for row in await Report.all()} == free


@pytest.mark.both
async def test_it_asks_as_few_statements_for_many_reports(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    await transaction(lambda: some_reports(cast, random.Random(7)))
    asked, real = [], database.rows

    async def rows(*statements: Any) -> Any:
        asked.append(statements)
        return await real(*statements)

    monkeypatch.setattr(database, "rows", rows)
    await transaction(lambda: migration.fill(None, None))
    assert len(asked) == 2
