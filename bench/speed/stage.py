"""The load's material: a site, cards to click, volunteers who will press Start, people who will answer."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from pathlib import Path

from twilio.request_validator import RequestValidator

from bench.speed.floor import Floor
from webapp.simulator.account import TOKEN

INBOUND = "/webhooks/twilio/inbound"


@dataclass(frozen=True)
class Card:
    """One click, ready to be sent. ``keys``: the ids and values by which its statements differ from another card's."""

    path: str
    form: dict[str, str]
    cookie: str
    keys: dict[str, object]


@dataclass
class Stage:
    """``starters``: cookies of volunteers without a bucket. ``texted``: (their phone, our number) of people to answer.
    ``down``: bytes the load got so far."""

    url: str
    database_url: str
    cards: list[Card]
    starters: list[str]
    tap_floor: Floor
    click_floor: Floor
    reply_floor: Floor
    texted: list[tuple[str, str]] = field(default_factory=list)
    piles: dict[str, list[Card]] = field(default_factory=dict)
    web_pid: int = 0
    postgres_pid: int = 0
    postgres_log: Path = Path()
    down: int = 0

    def by_volunteer(self) -> dict[str, list[Card]]:
        """Cookie -> cards. The load takes clicked cards off these lists, so the next measurement finds only fresh ones."""
        if not self.piles:
            for card in self.cards:
                self.piles.setdefault(card.cookie, []).append(card)
        return self.piles

    def reply(self, n: int) -> tuple[str, dict[str, str], str]:
        """Path, form and signature of the n-th text that comes in."""
        phone, number = self.texted[n % len(self.texted)]
        form = {
            "MessageSid": f"SM{uuid.uuid4().hex}",
            "From": phone,
            "To": number,
            "Body": "Yes, I will",
            "NumMedia": "0",
        }
        return INBOUND, form, RequestValidator(TOKEN).compute_signature(self.url + INBOUND, form)
