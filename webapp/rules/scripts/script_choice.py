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
