"""Initial scripts side by side: what was sent, by version, with letters that stay, and a sentence that is true (SPEC A2, R3)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.texting import new_sid, says, texted
from webapp.database import transaction
from webapp.models import tallies
from webapp.models.actions.script import INITIAL, Script, put_in_order
from webapp.models.contacts.contact import Contact
from webapp.models.kept_counts import of_script
from webapp.models.outcomes import answers
from webapp.models.results import results
from webapp.models.scripts import editing
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed


async def add(cast: Cast, body: str) -> Script:
    draft = editing.Draft(INITIAL, "", body, None, [], [])
    made = await editing.save(cast.action, None, draft, cast.gary)
    assert isinstance(made, Script)
    return made


async def change(cast: Cast, script: Script, body: str) -> None:
    await editing.save(cast.action, script, editing.Draft(INITIAL, "", body, None, [], []), cast.gary)


async def count(cast: Cast, script: Script, sent: int, answered: int) -> None:
    """As if so many texts of the script's present version had been sent and answered."""
    stored = await Script.get(id=script.id)

    async def add_up() -> None:
        counts = {of_script("sent", script.id, stored.version): sent}
        tallies.add(
            cast.action.id, cast.amy.user_id, counts | {of_script("answered", script.id, stored.version): answered}
        )

    await transaction(add_up)


async def send_to(cast: Cast, contact: Contact) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy, contact)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await answers.taken(claim.message_id, new_sid(), claim.attempt_id)


@pytest.mark.both
async def test_each_version_shows_the_words_that_were_sent(cast: Cast) -> None:
    dolores = await cast.add_contact("+14125550102", first_name="Dolores", zip="15213")
    await cast.make()
    before = cast.hello.body
    await texted(cast)
    await change(cast, cast.hello, "Hello ##{{first_name}}! Reply STOP to opt out.")
    await change(cast, cast.hello, "Hey ##{{first_name}}! Reply STOP to opt out.")
    await send_to(cast, dolores)
    await says(cast, "Yes")
    rows = await results.side_by_side(cast.action)
    assert [(row.script.letter, row.version, row.words, row.sent, row.replied.hits) for row in rows] == [
        ("A", 3, "Hey ##{{first_name}}! Reply STOP to opt out.", 1, 0),
        ("A", 1, before, 1, 1),
    ]
    assert [row.latest for row in rows] == [True, False]


@pytest.mark.both
@pytest.mark.parametrize(
    ("words", "replied", "opted_out"),
    [
        ("Yes", 1, 0),
        ("STOP", 0, 1),
        ("Unsubscribe!", 0, 1),
        ("HELP", 0, 0),
        ("info.", 0, 0),
        ("Who is this? Stop it", 1, 0),
    ],
)
async def test_stop_and_help_are_no_replies(cast: Cast, words: str, replied: int, opted_out: int) -> None:
    await texted(cast)
    await says(cast, words)
    [row] = await results.side_by_side(cast.action)
    assert (row.sent, row.replied.hits, row.opted_out.hits) == (1, replied, opted_out)


async def test_who_answers_and_then_says_stop_counts_for_both(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Yes")
    await says(cast, "STOP")
    [row] = await results.side_by_side(cast.action)
    assert (row.replied.hits, row.opted_out.hits) == (1, 1)


async def test_a_letter_stays_when_scripts_are_moved_and_archived(cast: Cast) -> None:
    """The editor and the results use the same ones."""
    b, c = await add(cast, "B. Reply STOP to opt out."), await add(cast, "C. Reply STOP to opt out.")
    await count(cast, b, 9, 1)
    await put_in_order(cast.action, INITIAL, [c.id, b.id, cast.hello.id])
    await editing.archive(cast.action, b, cast.gary)
    d = await add(cast, "D. Reply STOP to opt out.")
    rows = await results.side_by_side(cast.action)
    assert [(row.script.letter, row.script.id) for row in rows] == [
        ("A", cast.hello.id),
        ("B", b.id),
        ("C", c.id),
        ("D", d.id),
    ]
    used = [(one.script.letter, one.script.id) for one in await results.scripts(cast.action) if one.script.letter]
    assert used == [(row.script.letter, row.script.id) for row in rows]
    assert [(s.letter, s.id) for s in await Script.of(cast.action, INITIAL)] == [
        ("C", c.id),
        ("A", cast.hello.id),
        ("D", d.id),
    ]


SAID = [
    # sent and answered, of A, B and C; what is said
    ([(0, 0), (0, 0), (0, 0)], ("nothing", "")),
    ([(50, 0), (0, 0), (0, 0)], ("nothing", "")),
    ([(50, 20), (0, 0), (0, 0)], ("nothing", "")),
    ([(50, 0), (50, 0), (0, 0)], ("no_replies", "")),
    ([(50, 20), (50, 21), (0, 0)], ("chance", "")),
    ([(1, 1), (1, 0), (0, 0)], ("chance", "")),
    ([(0, 0), (20, 0), (20, 20)], ("best", "C")),
    ([(400, 200), (400, 40), (400, 60)], ("best", "A")),
]


@pytest.mark.parametrize(("given", "said"), SAID)
async def test_too_close_to_call_is_not_said_of_nothing(
    cast: Cast, given: list[tuple[int, int]], said: tuple[str, str]
) -> None:
    scripts = [cast.hello, await add(cast, "B. Reply STOP to opt out."), await add(cast, "C. Reply STOP to opt out.")]
    for script, (sent, answered) in zip(scripts, given, strict=True):
        await count(cast, script, sent, answered)
    assert results.verdict(await results.side_by_side(cast.action)) == said


async def test_a_new_version_is_compared_by_its_own_texts(cast: Cast) -> None:
    """The old words of A did badly; nothing is said of the new ones before they were sent and answered enough."""
    b = await add(cast, "B. Reply STOP to opt out.")
    await count(cast, cast.hello, 400, 0)
    await count(cast, b, 400, 200)
    assert results.verdict(await results.side_by_side(cast.action)) == ("best", "B")
    await change(cast, cast.hello, "Better words. Reply STOP to opt out.")
    await count(cast, cast.hello, 3, 1)
    assert results.verdict(await results.side_by_side(cast.action)) == ("chance", "")


async def test_somebody_who_answers_an_unsettled_text_breaks_no_figure(cast: Cast) -> None:
    await count(cast, cast.hello, 1, 2)
    [row] = await results.side_by_side(cast.action)
    assert row.replied.value == 1.0 and 0 < row.replied.low < row.replied.high == 1.0
