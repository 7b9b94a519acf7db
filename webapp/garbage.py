"""Python's search for garbage. A full one reads every object: some 0.1 s once all of the product is imported."""

from __future__ import annotations

import gc


def search_seldom() -> None:
    """Python searches after 700 new objects, which suits small programs. Here imports and migrations make a million that stay,
    and reading them again took half the time of `textbank migrate`."""
    gc.set_threshold(20_000, 20, 50)


def keep_what_is_there() -> None:
    """Modules, models and routes live as long as the process, so no search reads them any more."""
    gc.freeze()
