"""Texts that may have been sent: the staff decide many at a time (SPEC X2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast, texts
from tests.cast.site import OFFICE, Browser, audited
from webapp import clock
from webapp.database import transaction
from webapp.models.actions.action import Action
from webapp.models.conversations.message import DROPPED, FOLLOW_UP, QUEUED, TAKEN, UNKNOWN, Message
from webapp.models.outcomes import undecided
from webapp.rules import phone

HERE = OFFICE + "/undecided"


async def in_doubt(cast: Cast, many: int = 3) -> list[Message]:
    """Amy has texted so many people, and nobody knows whether the texts arrived."""
    people = [await cast.add_contact(f"+1412555{4000 + n}", first_name=f"P{n}", zip="15213") for n in range(many)]
    await cast.make()
    await cast.start(cast.amy)
    for person in people:
        await cast.click(cast.amy, person)

    async def unknown() -> None:
        now = (await texts())[0].created_at
        await Message.all().update(status=UNKNOWN, attempts=2, next_look_at=None, claimed_at=now)

    await transaction(unknown)
    return await texts()


def ticked(message: Message) -> str:
    return f"{message.id}.{message.attempts}"


@pytest.mark.both
async def test_each_text_is_shown_with_phone_time_number_and_links(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert "Nothing to decide" in (await gary.get(HERE)).text
    [first, second, _] = await in_doubt(cast)
    sid = "SM" + "5" * 32
    await transaction(lambda: Message.filter(id=second.id).update(sid=sid))
    shown = (await gary.get(HERE)).text
    assert phone.national("+14125554000") in shown and phone.national(cast.number.e164) in shown and "11:00 AM" in shown
    assert (
        f"{OFFICE}/contacts/{first.contact_id}" in shown and f"https://www.twilio.com/console/sms/logs/{sid}" in shown
    )
    assert "3 to decide" in (await gary.get(OFFICE + "/setup")).text
    assert HERE in (await gary.get(OFFICE + "/operations")).text


@pytest.mark.both
@pytest.mark.parametrize(("what", "status"), [("arrived", TAKEN), ("drop", DROPPED)])
async def test_many_are_decided_at_a_time(cast: Cast, browse: Browser, what: str, status: str) -> None:
    first, second, third = await in_doubt(cast)
    gary = await browse(cast.gary)
    answer = await gary.post(HERE + "/decisions", data={"what": what, "text": [ticked(first), ticked(second)]})
    assert answer.status_code == 303
    assert [m.status for m in await texts()] == [status, status, UNKNOWN]
    assert await audited("message.decided") == 2
    assert f'value="{ticked(third)}"' in (await gary.get(HERE)).text


@pytest.mark.both
async def test_many_are_decided_at_a_time_and_sending_many_again_is_asked_first(cast: Cast, browse: Browser) -> None:
    first, second, third = await in_doubt(cast)
    gary = await browse(cast.gary)
    both = {"what": "again", "text": [ticked(first), ticked(second)]}
    asked = await gary.post(HERE + "/decisions", data=both)
    assert "2 people may get the same text twice" in asked.text and f'value="{ticked(third)}"' not in asked.text
    assert {m.status for m in await texts()} == {UNKNOWN}, "nothing was done yet"
    assert (await gary.post(HERE + "/decisions", data={**both, "sure": "1"})).status_code == 303
    assert [m.status for m in await texts()] == [QUEUED, QUEUED, UNKNOWN]
    await gary.post(HERE + "/decisions", data={"what": "again", "text": [ticked(third)]})
    assert [m.status for m in await texts()] == [QUEUED] * 3, "one alone was looked at"


@pytest.mark.both
@pytest.mark.parametrize("what", ["again", "arrived", "drop"])
async def test_an_old_page_decides_nothing_about_a_later_attempt(cast: Cast, browse: Browser, what: str) -> None:
    """Gary's page was open while Selina sent the text again, and nobody knows of that attempt either."""
    [message] = await in_doubt(cast, 1)
    gary = await browse(cast.gary)
    assert f'value="{ticked(message)}"' in (await gary.get(HERE)).text
    await transaction(lambda: Message.filter(id=message.id).update(attempts=3))
    await gary.post(HERE + "/decisions", data={"what": what, "text": [ticked(message)], "sure": "1"})
    assert [m.status for m in await texts()] == [UNKNOWN]
    assert f'value="{message.id}.3"' in (await gary.get(HERE)).text


@pytest.mark.parametrize("form", [{}, {"what": "arrived"}, {"what": "x", "text": "1"}, {"what": "drop", "text": "x"}])
async def test_a_form_without_a_choice_changes_nothing_and_says_so(cast: Cast, browse: Browser, form: dict) -> None:
    await in_doubt(cast, 1)
    answer = await (await browse(cast.gary)).post(HERE + "/decisions", data=form)
    assert answer.status_code == 422 and "Tick at least one text" in answer.text
    assert [m.status for m in await texts()] == [UNKNOWN]


async def test_texts_of_another_campaign_are_left_alone(cast: Cast, browse: Browser) -> None:
    [message] = await in_doubt(cast, 1)
    jonah = await browse(cast.jonah)
    await jonah.post("/c/ryan/admin/undecided/decisions", data={"what": "drop", "text": [ticked(message)]})
    assert [m.status for m in await texts()] == [UNKNOWN]
    assert (await (await browse(cast.amy)).get(HERE)).status_code == 404


async def test_the_first_hundred_are_shown(cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.models.outcomes.undecided.MANY", 2)
    third = (await in_doubt(cast))[2]
    shown = (await (await browse(cast.gary)).get(HERE)).text
    assert "The first 2 of 3." in shown and f'value="{ticked(third)}"' not in shown


@pytest.mark.both
@pytest.mark.parametrize("over", ["archived", "ended"])
async def test_a_first_text_of_an_action_that_is_over_is_not_sent_again_and_the_page_says_why(
    cast: Cast, browse: Browser, over: str
) -> None:
    """Workers would withdraw it, and it would come back here without a reason, for ever."""
    first, second, _ = await in_doubt(cast)
    now = clock.now()
    ends = {"archived_at": now} if over == "archived" else {"ends_on": cast.meyer.local(now).date() - timedelta(days=1)}
    await transaction(lambda: Action.filter(id=cast.action.id).update(**ends))
    gary = await browse(cast.gary)
    for seen in ([ticked(first)], [ticked(first), ticked(second)]):
        answer = await gary.post(HERE + "/decisions", data={"what": "again", "text": seen, "sure": "1"})
        assert answer.status_code == 422 and "has ended or is archived" in answer.text
        assert "Nothing was changed." in answer.text
    assert {m.status for m in await texts()} == {UNKNOWN} and await audited("message.decided") == 0
    assert not await undecided.decide(first.id, "again"), "it ended while the page was asked"
    assert (await gary.post(HERE + "/decisions", data={"what": "drop", "text": [ticked(first)]})).status_code == 303
    assert [m.status for m in await texts()] == [DROPPED, UNKNOWN, UNKNOWN]


async def test_a_later_text_is_sent_again_though_its_action_is_over(cast: Cast, browse: Browser) -> None:
    [message] = await in_doubt(cast, 1)
    await transaction(lambda: Message.all().update(kind=FOLLOW_UP))
    await transaction(lambda: Action.filter(id=cast.action.id).update(archived_at=clock.now()))
    gary = await browse(cast.gary)
    await gary.post(HERE + "/decisions", data={"what": "again", "text": [ticked(message)]})
    assert [m.status for m in await texts()] == [QUEUED]
