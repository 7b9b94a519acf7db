"""Which worker of a run gets which tests.

pytest-xdist 3.8 has the same by `--dist loadgroup`, which groups nothing since pytest 9.2 (pytest-xdist's issue 1386).
"""

from __future__ import annotations

import re
from functools import cache

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from tests.cast import TESTS

_GROUP = re.compile(r'xdist_group\("([^"]+)"\)')


class SharingOut(LoadScopeScheduling):
    """The tests of a group go to one worker, so that what they share is made once. The largest groups go out first, and each
    test without a group at last, to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid) or nodeid

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        """Forgets a group whose tests are done: after each test, all that is not forgotten is counted."""
        super().mark_test_complete(node, item_index, duration)
        scope = self._split_scope(self.registered_collections[node][item_index])
        if all(self.assigned_work[node][scope].values()):
            del self.assigned_work[node][scope]


def group_of(nodeid: str) -> str:
    """That which the test's file names, or "". The process that shares tests out has their ids alone, no marks."""
    return _named(nodeid.partition("::")[0])


@cache
def _named(file: str) -> str:
    found = _GROUP.search((TESTS.parent / file).read_text())
    return found[1] if found else ""
