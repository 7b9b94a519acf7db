"""A message as Twilio has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from webapp.gateways.twilio_answers import instant, is_sid, plain
from webapp.rules import errors

LONGEST = 20  # characters of a number in our rows; a longer address (WhatsApp's) is nobody's we know
FAILED = ("failed", "undelivered", "canceled")


@dataclass(frozen=True)
class Text:
    """A message as Twilio has it."""

    sid: str
    to: str
    from_: str
    body: str
    status: str
    error_code: int | None
    created_at: datetime
    media: int = 0
    price: str = ""  # dollars, as Twilio writes it; "" until it is known
    direction: str = ""  # "outbound-api" where a program sent it, "outbound-reply" where Twilio answered by itself
    sent_at: datetime | None = None  # None while it waits at Twilio; of one that came in, when Twilio told us of it

    @property
    def failed_us(self) -> bool:
        """It reached nobody, because of the account: it waits here again (answers.reached_nobody)."""
        return self.status in FAILED and self.error_code in errors.OF_THE_ACCOUNT

    @property
    def may_have_arrived(self) -> bool:
        """A program sent it, and nobody says that it failed."""
        return self.direction == "outbound-api" and self.status not in FAILED

    @property
    def came_in(self) -> bool:
        return not self.direction.startswith("outbound")

    @property
    def listed_at(self) -> datetime | None:
        """By this Twilio sorts and filters its lists; None where it has no place there yet."""
        return self.sent_at or (self.created_at if self.came_in else None)


def text_of(message: Any) -> Text:
    """ValueError or TypeError where it is no message."""
    if not is_sid(message.sid):
        raise ValueError("no sid")
    return Text(
        message.sid,
        str(message.to or "")[:LONGEST],
        str(message.from_ or "")[:LONGEST],
        plain(message.body),
        str(message.status or ""),
        int(message.error_code) if message.error_code else None,
        instant(message.date_created) or datetime.fromtimestamp(0, UTC),
        int(message.num_media or 0),
        str(message.price or ""),
        str(message.direction or ""),
        instant(message.date_sent),
    )
