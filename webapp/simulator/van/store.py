"""The content of this VAN: lists of codes and questions, people, saved lists, and every canvass response it took."""

from __future__ import annotations

import json
import sqlite3
import time
from typing import Any

KEY, MODE = "11111111-2222-3333-4444-555555555555", "1"
CONTACT_TYPES = [(1, "Phone"), (2, "Walk"), (37, "SMS Text"), (132, "Auto Dial")]
RESULT_CODES = [(2, "Refused"), (14, "Canvassed"), (17, "Wrong Number"), (25, "Texted"), (130, "Do Not Text")]
ACTIVIST_CODES = [(4_001, "Volunteer Prospect 2026"), (4_002, "Spanish Speaker"), (4_003, "Will Vote 2026")]
QUESTIONS = [
    (
        7_001,
        "Senate ID 2026",
        [(1, "1 Strong Support"), (2, "2 Lean"), (3, "3 Undecided"), (4, "4 Lean No"), (5, "5 No")],
    ),
    (7_002, "Vote plan", [(11, "By mail"), (12, "In person")]),
]
SAVED_LISTS = [(9_001, "GOTV phones", [101, 102, 103]), (9_002, "Nobody yet", [])]
PEOPLE = {101: "4125550101", 102: "4125550102", 103: "2125550103"}
SCHEMA = """
CREATE TABLE IF NOT EXISTS response (n INTEGER PRIMARY KEY, van_id INTEGER, body TEXT, at REAL);
CREATE TABLE IF NOT EXISTS person (van_id INTEGER PRIMARY KEY, phone TEXT, phone_id INTEGER);
CREATE TABLE IF NOT EXISTS retired (kind TEXT, id INTEGER, PRIMARY KEY (kind, id));
CREATE TABLE IF NOT EXISTS job (id INTEGER PRIMARY KEY, list_id INTEGER, asked INTEGER DEFAULT 0);
"""


class Store:
    """``faults``: the next answers, one for each request: an HTTP status, "lost" (done, and no answer), or "slow".
    ``most``: requests a second before 429; 0: no limit. ``lists``: id -> name and people. ``unshared``: lists in
    folders the key's user does not see; ``stuck``: those whose export never ends; ``broken``: those whose export ends
    with an error."""

    def __init__(self, path: str, key: str = KEY) -> None:
        self.key, self.faults, self.most = key, list[str](), 0
        self.lists = {id: (name, people) for id, name, people in SAVED_LISTS}
        self.unshared, self.stuck, self.broken = set[int](), set[int](), set[int]()
        self.modes = list[str]()  # that of each response taken since it began
        self.names: dict[int, tuple[str, str]] = {}
        self._lately: list[float] = []
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.db.executescript(SCHEMA)
        for van_id, phone in PEOPLE.items():
            self.add_person(van_id, phone)

    def add_person(self, van_id: int, phone: str) -> None:
        self.db.execute("INSERT OR IGNORE INTO person VALUES (?, ?, ?)", (van_id, phone, 50_000 + van_id))

    def person(self, van_id: int) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self.db.execute("SELECT * FROM person WHERE van_id = ?", (van_id,)).fetchone()
        return row

    def people(self) -> list[sqlite3.Row]:
        return list(self.db.execute("SELECT * FROM person"))

    def name(self, van_id: int) -> tuple[str, str]:
        return self.names.get(van_id, ("Pat", f"Voter{van_id}"))

    def take(self, van_id: int, body: dict[str, Any], mode: str = MODE) -> None:
        self.modes.append(mode)
        self.db.execute(
            "INSERT INTO response (van_id, body, at) VALUES (?, ?, ?)", (van_id, json.dumps(body), time.time())
        )

    def taken(self) -> list[dict[str, Any]]:
        """Every canvass response, the oldest first: van_id and its body."""
        rows = self.db.execute("SELECT * FROM response ORDER BY n")
        return [{"vanId": row["van_id"], **json.loads(row["body"])} for row in rows]

    def retire(self, kind: str, id: int) -> None:
        """``kind``: "activistCode", "surveyQuestion", "surveyResponse", "resultCode"."""
        self.db.execute("INSERT OR IGNORE INTO retired VALUES (?, ?)", (kind, id))

    def in_use(self, kind: str, id: int) -> bool:
        return not self.db.execute("SELECT 1 FROM retired WHERE kind = ? AND id = ?", (kind, id)).fetchone()

    def crowded(self) -> bool:
        """True where this request is one too many of the last second."""
        now = time.monotonic()
        self._lately = [at for at in self._lately if at > now - 1]
        if self.most and len(self._lately) >= self.most:
            return True
        self._lately.append(now)
        return False

    def begin_job(self, list_id: int) -> int:
        return int(self.db.execute("INSERT INTO job (list_id) VALUES (?)", (list_id,)).lastrowid or 0)

    def job(self, id: int) -> sqlite3.Row | None:
        """Each call moves the export one step on; at the second it is ready."""
        self.db.execute("UPDATE job SET asked = asked + 1 WHERE id = ?", (id,))
        row: sqlite3.Row | None = self.db.execute("SELECT * FROM job WHERE id = ?", (id,)).fetchone()
        return row
