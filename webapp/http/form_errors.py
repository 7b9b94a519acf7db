"""The errors of a form, in the order in which its fields stand on the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def in_order(sent: Iterable[str], errors: Mapping[str, str]) -> list[tuple[str, str]]:
    """The errors, each with its field. ``sent``: the names of the fields, which a browser sends as they stand on the page. A field
    that is not sent, such as a choice without a tick, comes behind the one whose error was noted before."""
    places = {name: place for place, name in reversed(list(enumerate(sent)))}
    last, placed = -1, []
    for name, sentence in errors.items():
        last = places.get(name, last)
        placed.append((last, name, sentence))
    return [(name, sentence) for _, name, sentence in sorted(placed, key=lambda one: one[0])]
