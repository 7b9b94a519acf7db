"""Which initial script a conversation gets (SPEC A2): shuffled in blocks, so that counts stay even."""

from __future__ import annotations

import random


def pick(seed: str, position: int, scripts: int) -> int:
    """The index of a script. ``position``: the conversation's, from 0, in order of creation. ``scripts``: their number.

    Each block of ``scripts`` conversations has every script once, in an order decided by ``seed`` and the block.
    """
    block, place = divmod(position, scripts)
    order = list(range(scripts))
    random.Random(f"{seed}:{block}:{scripts}").shuffle(order)
    return order[place]


def letter(place: int) -> str:
    """A to Z, then AA, AB and so on. ``place``: from 0."""
    name = ""
    while place >= 0:
        place, rest = place // 26 - 1, place % 26
        name = chr(ord("A") + rest) + name
    return name
