"""Quiet hours and links in notices (SPEC P2)."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from webapp.rules.notices import linked, push_address, quiet

NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # 12:00 in New York
POINT, SECRET = "B" + "A" * 86, "A" * 22  # 65 bytes that begin with 4, and 16 bytes


@pytest.mark.parametrize(
    ("start", "end", "is_quiet"),
    [
        ("21:00", "09:00", False),
        ("21:00", "12:00", False),
        ("21:00", "12:01", True),
        ("12:00", "13:00", True),
        ("11:00", "12:00", False),
        ("12:00", "12:00", False),
        ("13:00", "12:30", True),
    ],
)
def test_quiet_hours_may_cross_midnight_and_end_before_their_end(start: str, end: str, is_quiet: bool) -> None:
    hours = time.fromisoformat(start), time.fromisoformat(end)
    assert quiet.is_quiet(NOON, *hours, "America/New_York") is is_quiet


def test_only_web_addresses_become_links() -> None:
    text = "See (https://a.example/x?y=1). javascript:alert(1)\nftp://b.example HTTP://C.example, https://"
    assert [[address for _, address in line if address] for line in linked.lines(text)] == [
        ["https://a.example/x?y=1"],
        ["HTTP://C.example"],
    ]
    assert "".join(words for line in linked.lines(text) for words, _ in line) == text.replace("\n", "")


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.org/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://10.0.0.7/a",
        "https://2130706433/a",
        "https://0x7f.1/a",
        "https://localhost/a",
        "https://valkey/a",
        "https://db.internal/a",
        "https://push.example.org:8443/a",
        "https://me:you@push.example.org/a",
        "https://push.example.org/ a",
        "https://push.example.org/" + "a" * 1_000,
        "https://[push/a",
        "",
    ],
)
def test_an_address_that_is_no_push_service_is_refused(endpoint: str) -> None:
    assert not push_address.acceptable(endpoint, POINT, SECRET)


def test_a_browser_of_a_public_push_service_is_taken_with_its_keys_alone() -> None:
    there = "https://fcm.googleapis.com/fcm/send/abc:123"
    assert push_address.acceptable(there, POINT, SECRET)
    for point, secret in (("", SECRET), (POINT, ""), ("A" + POINT[1:], SECRET), (POINT[:-4], SECRET), (POINT, "é")):
        assert not push_address.acceptable(there, point, secret)
