"""Examples of the API, as commands to copy. A test runs each as it stands on the page (SPEC B6)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from webapp.words import later


@dataclass(frozen=True)
class Example:
    """``path``: behind the address of the campaign. ``body``: of a POST."""

    title: str
    path: str
    body: dict[str, Any] | None = None
    key: str = ""

    def curl(self, address: str) -> str:
        lines = [f"curl {address}{self.path}", "-H 'Authorization: Bearer TOKEN'"]
        if self.body is not None:
            lines += ["-H 'Content-Type: application/json'"]
            lines += [f"-H 'Idempotency-Key: {self.key}'"] if self.key else []
            lines += [f"-d '{json.dumps(self.body)}'"]
        return " \\\n  ".join(lines)


_PEOPLE = [
    {"phone": "412-555-0150", "first_name": "Mina", "zip": "15213", "tags": ["Will Vote"]},
    {"phone": "412-555-0151", "first_name": "Ben", "notes": "Asks for a sign"},
]

EXAMPLES = (
    Example(later("Which campaign, and what the token may do"), "/"),
    Example(
        later("Contacts onto a list"),
        "/contacts",
        {"list": "From the website", "contacts": _PEOPLE},
        "sign-ups-2026-03-04",
    ),
    Example(later("A new list"), "/lists", {"name": "Door knockers"}),
    Example(later("Lists, with their sizes"), "/lists"),
    Example(later("Phones that are never texted again"), "/opt-outs", {"phones": ["412-555-0152"]}, "opt-outs-17"),
    Example(later("Actions"), "/actions"),
    Example(later("Texts, from the first one on"), "/messages?after=0"),
    Example(later("Reports, from the first one on"), "/reports"),
    Example(later("Opt-outs, from the first one on"), "/opt-outs"),
)
