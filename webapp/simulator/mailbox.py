"""The rehearsal's mailbox: a real SMTP server on this machine. Everybody at this machine may read its letters."""

from __future__ import annotations

import email
import email.policy
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

KEPT = 200


@dataclass(frozen=True)
class Letter:
    to: str
    subject: str
    text: str


class Mailbox:
    def __init__(self, port: int, data: Path | None) -> None:
        self.file = data / "mailbox.jsonl" if data else None
        self.letters: list[Letter] = self._read()
        self.controller = Controller(self, hostname="127.0.0.1", port=port) if port else None

    def start(self) -> None:
        if self.controller:
            self.controller.start()

    def stop(self) -> None:
        if self.controller:
            self.controller.stop()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        body = letter.get_body(("plain",))
        text = body.get_content() if body else ""
        self._keep(Letter(", ".join(envelope.rcpt_tos), str(letter["Subject"] or ""), text))
        return "250 OK"

    def _keep(self, letter: Letter) -> None:
        self.letters = [*self.letters, letter][-KEPT:]
        if self.file:
            with self.file.open("a") as file:
                file.write(json.dumps(asdict(letter)) + "\n")

    def _read(self) -> list[Letter]:
        if not self.file or not self.file.exists():
            return []
        return [Letter(**json.loads(line)) for line in self.file.read_text().splitlines()][-KEPT:]
