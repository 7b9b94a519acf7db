"""The simulator's own store, one SQLite file: messages, numbers, and phones that said STOP."""

from __future__ import annotations

import secrets
import sqlite3
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
  n INTEGER PRIMARY KEY, sid TEXT UNIQUE, direction TEXT, sender TEXT, recipient TEXT, body TEXT, status TEXT,
  error_code INTEGER, segments INTEGER, created REAL, sent REAL, callback TEXT DEFAULT '', validity INTEGER, media TEXT DEFAULT '');
CREATE INDEX IF NOT EXISTS message_pair ON message (recipient, sender, n);
CREATE INDEX IF NOT EXISTS message_sender ON message (sender, n);
CREATE INDEX IF NOT EXISTS message_listed ON message (COALESCE(sent, created), n);
CREATE TABLE IF NOT EXISTS number (sid TEXT PRIMARY KEY, e164 TEXT UNIQUE, sms_url TEXT DEFAULT '', created REAL);
CREATE TABLE IF NOT EXISTS service (
  sid TEXT PRIMARY KEY, name TEXT, inbound_url TEXT, on_number INTEGER, numbers TEXT);
CREATE TABLE IF NOT EXISTS blocked (sender TEXT, recipient TEXT, PRIMARY KEY (sender, recipient));
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT);
"""
OUT, IN = "outbound-api", "inbound"
LISTED = "COALESCE(sent, created)"  # Twilio's lists are sorted by it


@dataclass
class Message:
    n: int
    sid: str
    direction: str
    sender: str
    recipient: str
    body: str
    status: str
    error_code: int | None
    segments: int
    created: float
    sent: float | None
    callback: str
    validity: int | None
    media: str

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.created, UTC)


class Clock:
    """The rehearsal's clock: the system's plus the seconds in a file, read again at most a second later."""

    def __init__(self, file: Path | None) -> None:
        self.file, self._read_at, self._ahead = file, 0.0, 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead())

    def go_ahead(self, seconds: float) -> None:
        """For tests, without a file: moves this clock so many seconds further ahead of the system's."""
        self._ahead += seconds

    def ahead(self) -> float:
        system = datetime.now(UTC).timestamp()
        if self.file and system - self._read_at >= 1:
            self._read_at = system
            try:
                self._ahead = float(self.file.read_text())
            except (OSError, ValueError):
                self._ahead = 0.0
        return self._ahead

    def set_to(self, at: datetime) -> None:
        if self.file:
            self._ahead = (at - datetime.now(UTC)).total_seconds()
            fresh = self.file.with_suffix(".new")
            fresh.write_text(repr(self._ahead))
            fresh.replace(self.file)


class Store:
    def __init__(self, path: str, clock: Clock) -> None:
        self.clock = clock
        self._hidden: dict[str, float] = {}  # sid -> until when, in seconds of a steady clock
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=OFF")
        self.db.executescript(SCHEMA)

    def add(self, direction: str, sender: str, recipient: str, body: str, segments: int, **rest: Any) -> Message:
        sid = ("MM" if rest.get("media") else "SM") + secrets.token_hex(16)
        now = self.clock.now().timestamp()
        status = "received" if direction == IN else "queued"
        self.db.execute(
            "INSERT INTO message (sid, direction, sender, recipient, body, status, segments, created, sent, callback,"
            " validity, media) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                sid,
                direction,
                sender,
                recipient,
                body,
                status,
                segments,
                now,
                now if direction == IN else None,
                rest.get("callback", ""),
                rest.get("validity"),
                rest.get("media", ""),
            ),
        )
        [stored] = self.messages("sid = ?", sid)
        return stored

    def hide(self, sid: str, seconds: float) -> None:
        """Keeps the text out of lists for so long, as Twilio's own lag by minutes."""
        self._hidden[sid] = time.monotonic() + seconds

    def hidden(self) -> list[str]:
        """The texts that stand in no list yet."""
        self._hidden = {sid: until for sid, until in self._hidden.items() if until > time.monotonic()}
        return list(self._hidden)

    def get(self, sid: str) -> Message | None:
        found = self.messages("sid = ?", sid)
        return found[0] if found else None

    def messages(self, where: str = "1", *values: Any, limit: int = 1000, order: str = "n") -> list[Message]:
        """Newest first."""
        rows = self.db.execute(
            f"SELECT * FROM message WHERE {where} ORDER BY {order} DESC, n DESC LIMIT {int(limit)}", values
        )
        return [Message(**dict(row)) for row in rows]

    def advance(self, sid: str, status: str, error_code: int | None = None) -> None:
        now = self.clock.now().timestamp()
        self.db.execute(
            "UPDATE message SET status = ?, error_code = ?, sent = COALESCE(sent, ?) WHERE sid = ?",
            (status, error_code, now if status in ("sent", "delivered", "undelivered") else None, sid),
        )

    def numbers(self) -> list[sqlite3.Row]:
        return list(self.db.execute("SELECT * FROM number ORDER BY rowid"))

    def number(self, key: str) -> sqlite3.Row | None:
        """By its sid or its E.164."""
        row: sqlite3.Row | None = self.db.execute(
            "SELECT * FROM number WHERE sid = ? OR e164 = ?", (key, key)
        ).fetchone()
        return row

    def add_number(self, e164: str, sms_url: str = "") -> sqlite3.Row:
        now = self.clock.now().timestamp()
        self.db.execute(
            "INSERT INTO number (sid, e164, sms_url, created) VALUES (?, ?, ?, ?) ON CONFLICT (e164) DO NOTHING",
            ("PN" + secrets.token_hex(16), e164, sms_url, now),
        )
        row: sqlite3.Row = self.db.execute("SELECT * FROM number WHERE e164 = ?", (e164,)).fetchone()
        return row

    def point(self, sid: str, sms_url: str) -> None:
        self.db.execute("UPDATE number SET sms_url = ? WHERE sid = ?", (sms_url, sid))

    def services(self) -> list[sqlite3.Row]:
        return list(self.db.execute("SELECT * FROM service ORDER BY rowid"))

    def add_service(self, name: str, inbound_url: str, on_number: bool, numbers: list[str]) -> str:
        """A Messaging Service with these numbers (E.164) in it; returns its sid. ``on_number``: texts go to the address on the
        number, as ever."""
        sid = "MG" + secrets.token_hex(16)
        self.db.execute(
            "INSERT INTO service VALUES (?, ?, ?, ?, ?)", (sid, name, inbound_url, on_number, " ".join(numbers))
        )
        return sid

    def inbound_url(self, e164: str) -> str:
        """The address to which a text to this number is posted; "" where there is none."""
        for service in self.services():
            if e164 in service["numbers"].split() and not service["on_number"]:
                return str(service["inbound_url"])
        number = self.number(e164)
        return str(number["sms_url"]) if number else ""

    def drop_number(self, sid: str) -> None:
        self.db.execute("DELETE FROM number WHERE sid = ?", (sid,))

    def block(self, sender: str, recipient: str, blocked: bool) -> None:
        verb = (
            "INSERT OR IGNORE INTO blocked VALUES (?, ?)"
            if blocked
            else "DELETE FROM blocked WHERE sender = ? AND recipient = ?"
        )
        self.db.execute(verb, (sender, recipient))

    def is_blocked(self, sender: str, recipient: str) -> bool:
        return bool(
            self.db.execute("SELECT 1 FROM blocked WHERE sender = ? AND recipient = ?", (sender, recipient)).fetchone()
        )

    def setting(self, name: str, default: str = "") -> str:
        row = self.db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return row["value"] if row else default

    def put_setting(self, name: str, value: str) -> None:
        self.db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def phones(self, ours: set[str]) -> list[Message]:
        """The newest message of each contact's phone, newest first."""
        marks = ", ".join("?" * len(ours)) or "''"
        rows = self.db.execute(
            f"SELECT MAX(n) AS n FROM message GROUP BY CASE WHEN sender IN ({marks}) THEN recipient ELSE sender END"
            " ORDER BY 1 DESC LIMIT 300",
            tuple(ours),
        )
        ids = [row["n"] for row in rows]
        return self.messages(f"n IN ({', '.join('?' * len(ids)) or '0'})", *ids)
