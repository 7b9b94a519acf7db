"""A mailbox for letters of notices, and the job that sends them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from tests.cast.notices import became
from tests.cast.waiting import free_port
from webapp import config
from webapp.models.notices.notice import Notice
from webapp.simulator.mailbox import Mailbox
from webapp.workers.notices import telling as jobs


class Post(Mailbox):
    """A mailbox that keeps whole letters too."""

    def __init__(self, port: int) -> None:
        super().__init__(port, None)
        self.whole: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.whole.append(message_from_bytes(envelope.content, policy=policy.default))
        return await super().handle_DATA(server, session, envelope)


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """One that runs, on a port of its own."""
    box = Mailbox(free_port(), None)
    box.start()
    try:
        yield box
    finally:
        box.stop()


def mail_at(url: str) -> None:
    config.use(type(config.settings())(**{**config.settings().__dict__, "smtp_url": url}))


async def run(notice: Notice) -> dict[str, tuple[str, str]]:
    await jobs.run_notice({}, notice.id)
    return await became(notice)
