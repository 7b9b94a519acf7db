"""The address a request came from (TEXTBANK_TRUSTED_PROXIES)."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.rules import client_address

PROXIES = tuple(map(ip_network, ("10.0.0.0/8", "127.0.0.1/32", "fd00::/8")))
AMY = "203.0.113.7"

CASES = [
    (AMY, [], AMY),
    (AMY, ["198.51.100.1"], AMY),  # nobody we trust says so
    ("10.0.0.1", [], "10.0.0.1"),
    ("10.0.0.1", [AMY], AMY),
    ("10.0.0.1", [f"198.51.100.1, {AMY}"], AMY),  # what Amy wrote herself stands to the left
    ("10.0.0.1", [f"{AMY}, 10.0.0.9, 127.0.0.1"], AMY),
    ("10.0.0.1", ["198.51.100.1", AMY], AMY),  # two headers are one list
    ("10.0.0.1", ["10.0.0.2, 10.0.0.3"], "10.0.0.2"),
    ("10.0.0.1", [f"{AMY}, unknown"], "10.0.0.1"),
    ("10.0.0.1", [f"{AMY}, unknown, 10.0.0.2"], "10.0.0.2"),
    ("10.0.0.1", [f" {AMY}:4711 ,"], AMY),
    ("::ffff:10.0.0.1", [f"::ffff:{AMY}"], AMY),
    ("fd00::1", ["[2001:db8:1:2:3::4]:443"], "2001:db8:1:2::/64"),
    ("2001:db8:1:2::1", [], "2001:db8:1:2::/64"),
    ("2001:db8:1:2:ffff::1", [], "2001:db8:1:2::/64"),
    ("fe80::1%eth0", [], "fe80::/64"),
    ("", [AMY], "unknown"),
]


@pytest.mark.parametrize(("peer", "forwarded", "who"), CASES)
def test_it_is_the_right_most_address_that_is_no_proxy(peer: str, forwarded: list[str], who: str) -> None:
    assert client_address.of(peer, forwarded, PROXIES) == who


@given(st.lists(st.text(max_size=80), max_size=4))
def test_without_a_trusted_proxy_no_header_changes_who_it_is(forwarded: list[str]) -> None:
    assert client_address.of(AMY, forwarded, ()) == AMY


@given(st.lists(st.text(st.characters(blacklist_characters=","), max_size=80), max_size=60))
def test_whatever_a_person_writes_their_proxy_writes_the_last_word(written: list[str]) -> None:
    assert client_address.of("10.0.0.1", [",".join([*written, AMY])], PROXIES) == AMY
