"""Letters by SMTP."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Cast
from tests.cast.waiting import free_port
from webapp import clock, config
from webapp.gateways import email
from webapp.models.accounts.mail import PAUSES, Mail
from webapp.simulator.mailbox import Mailbox
from webapp.workers.accounts import mail


async def test_a_letter_goes_out_by_smtp_and_its_words_are_forgotten(cast: Cast, ctx: dict) -> None:

    port = free_port()
    mailbox = Mailbox(port, None)
    mailbox.start()
    config.use(type(config.settings())(**{**config.settings().__dict__, "smtp_url": f"smtp://127.0.0.1:{port}"}))
    letter = await Mail.write("amy@example.org", "Hello", "Dear Amy,\nhttps://secret.example/x", "<p>Dear Amy</p>")
    await mail.send_mail(ctx, letter.id)
    mailbox.stop()
    [arrived] = mailbox.letters
    assert (arrived.to, arrived.subject) == ("amy@example.org", "Hello") and "Dear Amy" in arrived.text
    letter = await Mail.get(id=letter.id)
    assert (letter.status, letter.text) == ("sent", "")


async def test_a_letter_that_can_not_be_sent_waits_and_is_given_up_after_five_tries(cast: Cast, ctx: dict) -> None:
    letter = await Mail.write("amy@example.org", "Hello", "Dear Amy,\nhttps://secret.example/x", "<p>Dear Amy</p>")
    for tries, pause in enumerate(PAUSES, 1):
        await mail.send_mail(ctx, letter.id)
        await mail.send_waiting_mail(ctx)
        letter = await Mail.get(id=letter.id)
        assert letter.attempts == tries, "tried once"
        clock.freeze(clock.now() + pause - timedelta(seconds=1))
        await mail.send_waiting_mail(ctx)
        assert (await Mail.get(id=letter.id)).attempts == tries, "not before its time"
        clock.freeze(clock.now() + timedelta(seconds=1))
    assert sum(PAUSES, timedelta()) > timedelta(minutes=30), "a mail server that restarts loses no letter"
    assert (letter.status, letter.text, letter.html) == ("failed", "", ""), "links in it are secrets"


@pytest.mark.both
async def test_a_letter_that_several_workers_find_at_once_is_sent_once(
    cast: Cast, ctx: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own nudge, and the clock's look for letters that wait, while the mail server takes its time."""
    went: list[str] = []

    async def slow(settings: Any, to: str, *more: Any) -> None:
        went.append(to)
        await asyncio.sleep(0.2)

    monkeypatch.setattr(email, "send", slow)
    letter = await Mail.write("amy@example.org", "Hello", "Dear Amy")
    await asyncio.gather(mail.send_mail(ctx, letter.id), mail.send_waiting_mail(ctx), mail.send_mail(ctx, letter.id))
    assert went == ["amy@example.org"] and (await Mail.get(id=letter.id)).status == "sent"


async def test_a_letter_whose_worker_died_is_tried_again(
    cast: Cast, ctx: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    went: list[str] = []

    async def note(settings: Any, to: str, *more: Any) -> None:
        went.append(to)

    monkeypatch.setattr(email, "send", note)
    letter = await Mail.write("amy@example.org", "Hello", "Dear Amy")
    assert await Mail.claim(letter.id)
    await mail.send_waiting_mail(ctx)
    assert went == []
    clock.freeze(clock.now() + PAUSES[0])
    await mail.send_waiting_mail(ctx)
    assert went == ["amy@example.org"]
