"""Which initial script a conversation gets (SPEC A2): shuffled in blocks, so that counts are even by construction."""

from __future__ import annotations

import random


def pick(seed: str, position: int, scripts: int) -> int:
    """The index of the script for the conversation at ``position`` (0, 1, 2 ... in order of creation).

    Of every ``scripts`` conversations each script gets one, in an order that ``seed`` and the block decide.
    """
    block, place = divmod(position, scripts)
    order = list(range(scripts))
    random.Random(f"{seed}:{block}:{scripts}").shuffle(order)
    return order[place]
