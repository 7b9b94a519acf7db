"""Volunteers are told once that replies wait (SPEC P2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Cast
from tests.cast.notices import subscribed
from tests.cast.stand_ins.letters import Post, mail_at
from tests.cast.stand_ins.push_service import PushService
from tests.cast.texting import says, texted
from tests.cast.waiting import free_port
from webapp import clock, config
from webapp.database import transaction
from webapp.gateways import email
from webapp.models.accounts.users import User
from webapp.models.notices import choices, push_device, waiting
from webapp.models.notices.push_device import PushDevice
from webapp.workers.notices import replies

pytestmark = pytest.mark.both


async def waits(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "who is this")
    clock.freeze(clock.now() + timedelta(minutes=61))


async def test_waiting_replies_are_told_once_by_push_and_name_nobody(
    cast: Cast, mailbox: Post, service: PushService
) -> None:
    await waits(cast)
    keys = await subscribed(cast.amy)
    for _ in range(2):
        await replies.tell_waiting({})
    [(_, _, body)] = service.taken
    read = keys.read(body)
    assert read["body"] == "1 person is waiting for your reply" and read["path"] == "/c/meyer/inbox"
    assert "Lisa" not in str(read) and "412" not in str(read) and mailbox.letters == []


@pytest.mark.parametrize(
    ("people", "body"), [(1, "1 persona espera tu respuesta"), (2, "2 personas esperan tu respuesta")]
)
async def test_a_push_of_waiting_replies_speaks_its_readers_language(
    cast: Cast, service: PushService, monkeypatch: pytest.MonkeyPatch, people: int, body: str
) -> None:
    await transaction(lambda: User.filter(id=cast.amy.user_id).update(language="es"))
    await waits(cast)
    keys, found = await subscribed(cast.amy), [replace(one, people=people) for one in await waiting.due()]

    async def due() -> list[waiting.Due]:
        return found

    monkeypatch.setattr(waiting, "due", due)
    await replies.tell_waiting({})
    assert keys.read(service.taken[0][2])["body"] == body


async def test_waiting_replies_are_told_by_e_mail_where_no_browser_shows_them(cast: Cast, mailbox: Post) -> None:
    await transaction(lambda: User.filter(id=cast.amy.user_id).update(language="es"))
    await waits(cast)
    for _ in range(2):
        await replies.tell_waiting({})
    [letter] = mailbox.letters
    assert letter.to == "amy@example.org" and letter.subject == "1 persona espera tu respuesta"
    assert "Lisa" not in letter.text and mailbox.whole[0]["List-Unsubscribe"]


async def told_at() -> list[object]:
    return [row.replies_told_at for row in await choices.Choices.all()]


async def test_what_could_not_leave_is_told_once_the_mail_server_is_back(cast: Cast, mailbox: Post) -> None:
    await waits(cast)
    there = config.settings().smtp_url
    mail_at(f"smtp://127.0.0.1:{free_port()}")
    for _ in range(3):
        await replies.tell_waiting({})
        assert await told_at() == [None], "nothing has left"
        clock.freeze(clock.now() + timedelta(minutes=1))
    mail_at(there)
    for _ in range(3):
        await replies.tell_waiting({})
        clock.freeze(clock.now() + timedelta(minutes=1))
    assert [letter.to for letter in mailbox.letters] == ["amy@example.org"], "one an hour that arrived"


async def test_an_absent_mail_server_is_asked_once_a_minute_whoever_waits(
    cast: Cast, mailbox: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    await waits(cast)
    every = [replace(one, member=who) for one in await waiting.due() for who in (cast.amy, cast.dan, cast.gary)]
    asked: list[str] = []

    async def due() -> list[waiting.Due]:
        return every

    async def away(settings: Any, to: str, *_: Any) -> None:
        asked.append(to)
        raise email.Unreachable("away")

    monkeypatch.setattr(waiting, "due", due)
    monkeypatch.setattr(email, "send", away)
    await replies.tell_waiting({})
    assert len(asked) == 1 and await told_at() == [None, None, None]


@pytest.mark.parametrize(
    ("status", "tries"), [(503, 2), (403, 1), (201, 1)], ids=["a fault of the service", "refused", "taken"]
)
async def test_by_push_alone_a_service_that_is_away_is_tried_again(
    cast: Cast, mailbox: Post, service: PushService, status: int, tries: int
) -> None:
    await waits(cast)
    await subscribed(cast.amy)
    await choices.choose(cast.amy, email_replies=False)
    service.answers["/a"] = status
    for _ in range(2):
        await replies.tell_waiting({})
    assert len(service.asked) == tries and mailbox.letters == []


async def test_a_fault_for_one_volunteer_keeps_nobody_else_from_being_told(
    cast: Cast, mailbox: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    await waits(cast)
    every = [replace(one, member=who) for one in await waiting.due() for who in (cast.gary, cast.amy)]
    real = push_device.of_users

    async def due() -> list[waiting.Due]:
        return every

    async def of_users(ids: list[int]) -> dict[int, list[PushDevice]]:
        if ids == [cast.gary.user_id]:
            raise RuntimeError("a fault")
        return await real(ids)

    monkeypatch.setattr(waiting, "due", due)
    monkeypatch.setattr(push_device, "of_users", of_users)
    await replies.tell_waiting({})
    assert [letter.to for letter in mailbox.letters] == ["amy@example.org"]
