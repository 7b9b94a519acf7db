"""The address of a request: that of a connection, or what trusted proxies say of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
MOST_HOPS, LONGEST = 50, 64  # of a header anybody may send; of one address in it


def of(peer: str, forwarded: Iterable[str], trusted: Sequence[Network]) -> str:
    """The right-most address that is no trusted proxy's. ``peer``: the other end of the connection; ``forwarded``: the
    X-Forwarded-For headers in their order. Anybody may have written the addresses to the left of that one. Of IPv6 the
    /64, since whoever has one address there has all of them."""
    here = _address(peer)
    if here is None:
        return "unknown"
    hops = ",".join(forwarded).rsplit(",", MOST_HOPS)
    for hop in reversed([hop for hop in hops if hop.strip()]):
        if not _is_trusted(here, trusted):
            break
        before = _address(hop)
        if before is None:  # a proxy that names nobody: the proxy itself is counted
            break
        here = before
    return _counted(here)


def is_trusted(peer: str, trusted: Sequence[Network]) -> bool:
    here = _address(peer)
    return here is not None and _is_trusted(here, trusted)


def _address(written: str) -> Address | None:
    """Also with a port, as some proxies write it: 192.0.2.1:443 and [2001:db8::1]:443."""
    return _read(written.strip()[:LONGEST])


@lru_cache(maxsize=2_000)  # each request asks of its own
def _read(written: str) -> Address | None:
    plain = written.strip('"')
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        found = ip_address(plain.partition("%")[0])
    except ValueError:
        return None
    return (isinstance(found, IPv6Address) and found.ipv4_mapped) or found


def _is_trusted(address: Address, trusted: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in trusted)


def _counted(address: Address) -> str:
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else str(address)
