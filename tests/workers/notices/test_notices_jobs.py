"""Jobs that tell users: e-mails, push, actions, and that replies wait (SPEC P2, R4)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from tests.cast import Cast
from tests.cast.notices import subscribed, told
from tests.cast.stand_ins.letters import Post, run
from tests.cast.stand_ins.push_service import PushService, signed_by
from tests.cast.waiting import free_port
from webapp import clock, config
from webapp.database import transaction
from webapp.gateways import email
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership, User
from webapp.models.notices import choices, push_key, telling
from webapp.models.notices.notice import ACTION, EMAIL, MESSAGE, PUSH, Notice, Recipient
from webapp.models.notices.push_device import PushDevice
from webapp.workers.notices import telling as jobs

pytestmark = pytest.mark.both


async def test_an_e_mail_can_be_unsubscribed_from_with_one_click(cast: Cast, mailbox: Post) -> None:
    notice = await told(cast.gary, [cast.amy], EMAIL, "Meet <b>at six</b>.\nhttps://a.example/x javascript:y")
    assert await run(notice) == {"Amy": ("sent", "")}
    [letter], [whole] = mailbox.letters, mailbox.whole
    html = whole.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert (letter.to, letter.subject) == ("amy@example.org", "Tonight")
    assert "Meet <b>at six</b>." in letter.text and "/unsubscribe/" in letter.text
    assert "Meet &lt;b&gt;at six" in html and '<a href="https://a.example/x"' in html
    assert 'href="javascript' not in html
    assert whole["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = whole["List-Unsubscribe"].strip("<>")
    assert stop.startswith("http://texts.example/unsubscribe/") and await choices.of_token(stop.rpartition("/")[2])
    assert (await Notice.get(id=notice.id)).status == "done"


async def test_an_e_mail_speaks_its_readers_language(cast: Cast, mailbox: Post) -> None:
    await transaction(lambda: User.filter(id=cast.amy.user_id).update(language="es"))
    await run(await told(cast.gary, [cast.amy, cast.dan], EMAIL))
    by_name = {letter.to: letter.text for letter in mailbox.letters}
    assert "Nadie lee" in by_name["amy@example.org"] and "Nobody reads" in by_name["dan@example.org"]


async def test_who_wants_no_e_mails_of_messages_gets_none(cast: Cast, mailbox: Post) -> None:
    await choices.choose(cast.amy, email_messages=False)
    assert await run(await told(cast.gary, [cast.amy, cast.dan], EMAIL)) == {
        "Amy": ("failed", "unwanted"),
        "Dan": ("sent", ""),
    }
    assert [letter.to for letter in mailbox.letters] == ["dan@example.org"]


async def test_an_address_that_the_server_refuses_is_failed_in_its_words(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise email.Declined("550 5.1.1 No such user")

    monkeypatch.setattr(email, "send", refuse)
    notice = await told(cast.gary, [cast.amy], EMAIL)
    assert await run(notice) == {"Amy": ("failed", "refused")}
    assert (await Recipient.get(notice_id=notice.id)).detail == "550 5.1.1 No such user"


async def test_while_the_mail_server_is_away_nobody_is_lost_and_then_it_is_given_up_with_the_reason(
    cast: Cast, mailbox: Post
) -> None:
    notice = await told(cast.gary, [cast.amy], EMAIL)
    there, nowhere = config.settings(), f"smtp://127.0.0.1:{free_port()}"
    config.use(type(there)(**{**there.__dict__, "smtp_url": nowhere}))
    assert await run(notice) == {"Amy": ("waiting", "")}
    config.use(there)
    clock.freeze(clock.now() + timedelta(seconds=31))
    await jobs.resume_notices({})  # finds it; a nudge runs it
    assert await telling.unfinished() == [notice.id]
    assert await run(notice) == {"Amy": ("sent", "")} and len(mailbox.letters) == 1

    config.use(type(there)(**{**there.__dict__, "smtp_url": nowhere}))
    other = await told(cast.gary, [cast.amy], EMAIL)
    for _ in range(5):
        await run(other)
    stored = await Notice.get(id=other.id)
    assert stored.status == "failed" and "mail server can't be reached" in stored.error_message


async def test_a_letter_whose_answer_was_lost_is_never_written_twice(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    async def lose(*_: object) -> None:
        tries.append(1)
        raise email.NotSent("SMTPServerDisconnected")

    monkeypatch.setattr(email, "send", lose)
    notice = await told(cast.gary, [cast.amy], EMAIL)
    for _ in range(3):
        assert await run(notice) == {"Amy": ("failed", "unknown")}
    assert len(tries) == 1


async def test_a_push_can_be_read_by_its_browser_alone_and_is_signed_by_us(cast: Cast, service: PushService) -> None:
    keys = await subscribed(cast.amy)
    assert await run(await told(cast.gary, [cast.amy], PUSH)) == {"Amy": ("sent", "")}
    [(path, headers, body)] = service.taken
    read = keys.read(body)
    assert path == "/a" and headers["Content-Encoding"] == "aes128gcm" and int(headers["TTL"]) > 0
    assert (read["title"], read["body"], read["path"]) == ("Tonight", "Meet at six. https://a.example/x", "/c/meyer")
    signer, claims = signed_by(headers["Authorization"])
    assert signer == push_key.public() and claims["aud"] == "https://push.example.org" and "mailto:" in claims["sub"]
    assert b"six" not in body


async def test_the_longest_push_fits_whatever_its_letters(cast: Cast, service: PushService) -> None:
    keys = await subscribed(cast.amy)
    words = telling.Words(PUSH, "😀" * 120, "😀" * 400)
    notice = await telling.begin(cast.gary, words, [cast.amy.id], "Amy", uuid.uuid4())
    assert await run(notice) == {"Amy": ("sent", "")}
    assert keys.read(service.taken[0][2])["body"] == "😀" * 400 and len(service.taken[0][2]) <= 4_096


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_gone_is_forgotten(cast: Cast, service: PushService, status: int) -> None:
    await subscribed(cast.amy)
    service.answers["/a"] = status
    assert await run(await told(cast.gary, [cast.amy], PUSH)) == {"Amy": ("failed", "no_device")}
    assert not await PushDevice.all().exists()


async def test_a_push_that_is_refused_says_why_and_keeps_the_browser(cast: Cast, service: PushService) -> None:
    await subscribed(cast.amy)
    service.answers["/a"] = 429
    notice = await told(cast.gary, [cast.amy], PUSH)
    assert await run(notice) == {"Amy": ("failed", "refused")}
    assert "HTTP 429 said the service" in (await Recipient.get(notice_id=notice.id)).detail
    assert await PushDevice.all().count() == 1


async def test_a_push_service_that_leads_elsewhere_is_not_followed(cast: Cast, service: PushService) -> None:
    await subscribed(cast.amy)
    service.answers["/a"] = 307
    assert await run(await told(cast.gary, [cast.amy], PUSH)) == {"Amy": ("failed", "refused")}
    assert service.asked == ["/a"]


async def test_one_of_two_browsers_is_enough(cast: Cast, service: PushService) -> None:
    await subscribed(cast.amy)
    await subscribed(cast.amy, "https://push.example.org/b")
    service.answers["/a"] = 410
    assert await run(await told(cast.gary, [cast.amy], PUSH)) == {"Amy": ("sent", "")}
    assert [device.endpoint[-1] for device in await PushDevice.all()] == ["b"]


async def test_a_browser_that_was_logged_out_gets_nothing(cast: Cast, service: PushService) -> None:
    await subscribed(cast.amy)
    await Session.end_all(cast.amy.user)
    assert await run(await told(cast.gary, [cast.amy], PUSH)) == {"Amy": ("failed", "no_device")}
    assert service.asked == []


async def test_a_push_service_with_a_private_address_is_never_called(cast: Cast) -> None:
    """The real resolver: "localtest" names are refused, and a name that leads to this machine has no public address."""
    await subscribed(cast.amy, "https://localhost.localdomain.example.org/a")
    assert (await run(await told(cast.gary, [cast.amy], PUSH)))["Amy"][0] == "failed"


@pytest.mark.parametrize(("language", "title"), [("en", "New action"), ("es", "Acción nueva")])
async def test_a_push_of_a_new_action_speaks_its_readers_language(
    cast: Cast, service: PushService, language: str, title: str
) -> None:
    await transaction(lambda: User.filter(id=cast.amy.user_id).update(language=language))
    keys, words = await subscribed(cast.amy), telling.Words(ACTION, cast.action.title, "", cast.action)
    notice = await telling.begin(cast.gary, words, [cast.amy.id], "Amy", uuid.uuid4())
    assert await run(notice) == {"Amy": ("sent", "")}
    assert keys.read(service.taken[0][2])["title"] == f"{title}: Make a plan to vote"


async def test_a_new_action_is_told_by_push_else_by_e_mail_as_each_chose(
    cast: Cast, mailbox: Post, service: PushService
) -> None:
    keys = await subscribed(cast.amy)
    await subscribed(cast.dan, "https://push.example.org/b")
    await choices.choose(cast.dan, push_actions=False)
    await choices.choose(cast.selina, email_actions=False)
    words = telling.Words(ACTION, cast.action.title, "", cast.action)
    ids = [cast.amy.id, cast.dan.id, cast.selina.id]
    notice = await telling.begin(cast.gary, words, ids, "Some", uuid.uuid4())
    assert set((await run(notice)).values()) == {("sent", "")}
    assert keys.read(service.taken[0][2])["title"] == "New action: Make a plan to vote" and len(service.taken) == 1
    assert [letter.to for letter in mailbox.letters] == ["dan@example.org"]
    assert f"/c/meyer/actions/{cast.action.id}" in mailbox.letters[0].text


async def test_who_was_suspended_since_gets_nothing(cast: Cast, mailbox: Post) -> None:
    notice = await told(cast.gary, [cast.amy], EMAIL)
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(suspended_at=clock.now()))
    assert await run(notice) == {"Amy": ("failed", "inactive")} and mailbox.letters == []


async def test_a_message_is_there_at_once(cast: Cast) -> None:
    assert await run(await told(cast.gary, [cast.amy, cast.dan], MESSAGE)) == {"Amy": ("sent", ""), "Dan": ("sent", "")}
