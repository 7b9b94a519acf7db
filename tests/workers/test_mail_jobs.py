"""Letters by SMTP."""

from __future__ import annotations

from tests.cast import Cast
from tests.cast.waiting import free_port
from webapp import config
from webapp.models.accounts.mail import Mail
from webapp.simulator.mailbox import Mailbox
from webapp.workers import mail


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
    letter = await Mail.write("amy@example.org", "Hello", "Dear Amy")
    for tries in range(1, 6):
        await mail.send_mail(ctx, letter.id)
        letter = await Mail.get(id=letter.id)
        assert letter.attempts == tries
    assert letter.status == "failed"
