"""The events that a webhook may tell (SPEC B7)."""

from __future__ import annotations

from collections.abc import Iterable

SENT, DELIVERED, FAILED = "message.sent", "message.delivered", "message.failed"
REPLY, OPT_OUT, REPORT = "reply.received", "opt_out.made", "report.filed"
KINDS = (SENT, DELIVERED, FAILED, REPLY, OPT_OUT, REPORT)


def joined(kinds: Iterable[str]) -> str:
    """As a trigger looks for one: with a space before and after each."""
    wanted = set(kinds)
    return "".join(f" {one}" for one in KINDS if one in wanted) + " "
