"""Initial scripts side by side: the winner's place is the one on the page (SPEC R3)."""

from __future__ import annotations

from tests.cast import Cast
from webapp import clock
from webapp.database import transaction
from webapp.models.actions.script import INITIAL, Script
from webapp.models.conversations.conversation import Conversation
from webapp.models.results import results


async def test_the_winner_has_its_place_among_all_scripts_texted_or_not(cast: Cast) -> None:
    """Script A is in use but nobody was texted with it, and all who got C replied: C wins, not B."""
    for n in range(40):
        await cast.add_contact(f"+1412555{2000 + n}")
    await cast.make()

    async def text_everyone() -> list[Script]:
        b, c = [
            await Script.create(action=cast.action, kind=INITIAL, body=x, position=n) for n, x in ((1, "B"), (2, "C"))
        ]
        ids = [talk.id for talk in await Conversation.exclude(contact=cast.lisa).order_by("id")]
        now = clock.now()
        await Conversation.filter(id__in=ids[:20]).update(script_id=b.id, texted_at=now)
        await Conversation.filter(id__in=ids[20:]).update(script_id=c.id, texted_at=now, replied_at=now)
        return [cast.hello, b, c]

    scripts = await transaction(text_everyone)
    rows, best = await results.side_by_side(cast.action)
    assert [row.script.id for row in rows] == [script.id for script in scripts]
    assert [row.texted for row in rows] == [0, 20, 20] and best == 2
