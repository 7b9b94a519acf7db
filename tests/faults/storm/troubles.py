"""Troubles of Twilio that the simulator can be asked for."""

from __future__ import annotations

AT_TWILIO = (
    "429",
    "500",
    "timeout_before",
    "timeout_after",
    "reset_before",
    "reset_after",
    "unreadable",
    "late",
    "lost",
    "doubled",
    "reordered",
    "before_answer",
)
LISTS = ("list_500", "list_timeout", "list_cut")
REFUSALS = (
    ("code", 20003),
    ("code", 20005),
    ("code", 21611),
    ("html", 401),
    ("html", 403),
    ("fail", 30002),
    ("fail", 30034),
)
