"""Which addresses may be called, the signature, and when a webhook is tried again (SPEC B7)."""

from __future__ import annotations

import pytest

from webapp.rules.hooks import events, pauses, signature
from webapp.rules.outside import address as outside_address

INSIDE = (
    "http://data.example.org/",
    "ftp://data.example.org/",
    "file:///etc/passwd",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://10.0.0.7/",
    "https://169.254.169.254/latest",
    "https://192.168.1.1/",
    "https://localhost/",
    "https://localhost./",
    "https://printer.local/",
    "https://db.internal/",
    "https://intranet/",
    "https://user:word@data.example.org/",
    "https://data.example.org@127.0.0.1/",
    "https://data.example.org:8443/",
    "https://data.example.org:x/",
    "https://data.example.org\\@127.0.0.1/",
    "https://data.example.org/a b",
    "https://data.example.org/\n",
    "https://dätä.example.org/",
    "https://[",
    "https://",
    "data.example.org",
    "",
    "https://data.example.org/" + "x" * 500,
)


@pytest.mark.parametrize("url", INSIDE)
def test_addresses_of_our_own_network_are_refused(url: str) -> None:
    assert outside_address.why_not(url)
    assert outside_address.why_not(url, rehearsal=True) or "//127.0.0.1/" in url


@pytest.mark.parametrize(
    "url", ["https://data.example.org", "https://data.example.org:443/a?b=c", "https://a.xn--p1ai/"]
)
def test_other_servers_may_be_called(url: str) -> None:
    assert outside_address.why_not(url) == ""


def test_a_rehearsal_may_call_its_own_machine() -> None:
    assert outside_address.why_not("http://127.0.0.1:9000/hook", rehearsal=True) == ""
    assert outside_address.why_not("http://127.0.0.1:9000/hook")


def test_the_signature_is_that_of_the_published_vector() -> None:
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    made = signature.headers(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert signature.headers(signature.new_secret(), "a", 1, body)["webhook-signature"] != made["webhook-signature"]


def test_pauses_grow_and_differ_and_tries_outlast_the_endpoint_that_fails_them_all() -> None:
    """Else an event is given up, nothing is tried any more, and nobody is told of the endpoint."""
    waits, shortest = ([pauses.again(n, dice) for n in range(1, pauses.TRIES)] for dice in (0.5, 0.0))
    assert waits[0] == 5 and waits == sorted(waits) and sum(waits) / 86_400 < 5
    assert sum(shortest) > pauses.OFF_AFTER.total_seconds()
    assert pauses.again(3, 0.0) < pauses.again(3, 1.0) and pauses.again(0, 0.5) == 5


def test_events_are_joined_so_that_none_is_found_in_another() -> None:
    assert events.joined(["report.filed", "message.sent", "x"]) == " message.sent report.filed "


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://data.example.org/", "https://data.example.org/"),
        ("https://data.example.org", "https://data.example.org/"),
        ("https://data.example.org/hook", "https://data.example.org/hook"),
        ("https://hooks.example.org/services/T00/B00/abc", "https://hooks.example.org/services/…"),
        ("https://data.example.org/hook?token=abc", "https://data.example.org/hook/…"),
        ("https://data.example.org/?token=abc", "https://data.example.org/…"),
        ("https://data.example.org/s3cr3t", "https://data.example.org/…"),
        ("https://data.example.org/abcdefghijklmnopqrstuvwxyz", "https://data.example.org/…"),
        ("http://127.0.0.1:9000/hook#abc", "http://127.0.0.1:9000/hook/…"),
    ],
)
def test_of_an_address_the_server_is_shown_and_a_plain_word(url: str, shown: str) -> None:
    assert outside_address.masked(url) == shown


def test_what_a_server_says_back_of_its_address_is_left_out() -> None:
    url = "https://data.example.org/hook/s3cr3t-path?token=t0k3n-value&n=1"
    said = f"Cannot POST /hook/s3cr3t-path; {url}; token t0k3n-value is unknown; hook 1 failed"
    kept = outside_address.without(said, url)
    assert "s3cr3t" not in kept and "t0k3n" not in kept and kept.endswith("hook 1 failed")
    assert outside_address.without("Cannot POST /hook", "https://data.example.org/hook") == "Cannot POST /hook"
