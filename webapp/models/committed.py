"""Ids that a transaction changed, told to the listeners in this process after its commit, and never after a rollback."""

from __future__ import annotations

from collections.abc import Callable

from webapp import database


class Committed:
    """``listeners``: functions that get all ids noted in one transaction (news.py)."""

    def __init__(self, name: str) -> None:
        self.name, self.listeners = name, list[Callable[[set[int]], None]]()

    def note(self, id: int) -> None:
        """Inside a transaction."""
        work = database.work()
        if self.name not in work.kept:
            ids = work.kept[self.name] = set[int]()
            work.after.append(lambda: self._tell(ids))
        work.kept[self.name].add(id)

    def _tell(self, ids: set[int]) -> None:
        for listener in self.listeners:
            listener(ids)
