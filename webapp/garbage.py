"""Python's search for garbage. A full one reads every object: some 0.1 s once all of the product is imported."""

from __future__ import annotations

import gc


def search_seldom() -> None:
    """Python's own 700 new objects before a search suit small programs: here imports and migrations make a million that stay,
    and half the time of `textbank migrate` went into reading them again."""
    gc.set_threshold(20_000, 20, 50)


def keep_what_is_there() -> None:
    """Modules, models and routes live as long as the process, so no search reads them any more."""
    gc.freeze()
