"""Which hosts are link shorteners: carriers filter texts with them (SPEC A7, DOMAIN).

The names stand in two files beside this one. shorteners.txt is others' list, renewed by ``bin/shorteners``. In
shorteners_own.txt we add to it and leave out.
"""

from __future__ import annotations

from pathlib import Path

LONGEST = 253  # characters of a host's name


def _names(file: str) -> list[str]:
    lines = Path(__file__).with_name(file).read_text(encoding="ascii").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _kept() -> frozenset[str]:
    own = _names("shorteners_own.txt")
    left_out = {name for name in own if name.startswith("-")}
    return frozenset({*_names("shorteners.txt"), *own}) - left_out - {name[1:] for name in left_out}


NAMES = _kept()


def is_shortener(host: str) -> bool:
    """True for a shortener's host and for names under it."""
    labels = host[:LONGEST].lower().rstrip(".").split(".")
    return any(".".join(labels[n:]) in NAMES for n in range(len(labels) - 1))
