"""The tests of a group go to one worker, the others to whoever is free."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.cast.sharing_out import SharingOut, group_of

LAW = [f"tests/test_law.py::test_{name}" for name in ("one[a@b]", "two", "three", "four")]
OTHERS = [f"tests/test_clock.py::test_{name}" for name in ("one", "two", "three")]


class Worker:
    """Works when it is told to, and keeps what it got."""

    def __init__(self, name: str) -> None:
        self.gateway, self.shutting_down = SimpleNamespace(id=name), False
        self.got: list[int] = []

    def send_runtest_some(self, numbers: list[int]) -> None:
        self.got += numbers

    def shutdown(self) -> None:
        self.shutting_down = True


def begun(ids: list[str]) -> tuple[Any, Worker, Worker]:
    option = SimpleNamespace(loadscopereorder=True)
    settings: Any = SimpleNamespace(option=option, getvalue=lambda name: {"tx": ["2*popen"]}[name])
    sharing: Any = SharingOut(settings)
    amy, dan = Worker("amy"), Worker("dan")
    for worker in (amy, dan):
        sharing.add_node(worker)
        sharing.add_node_collection(worker, ids)
    sharing.schedule()
    return sharing, amy, dan


def test_the_file_names_the_group() -> None:
    assert (group_of(LAW[0]), group_of(OTHERS[0])) == ("law", "")


def test_a_group_goes_to_one_worker_and_the_rest_to_whoever_is_free() -> None:
    sharing, amy, dan = begun([LAW[0], *OTHERS, *LAW[1:]])
    assert amy.got == [0, 4, 5, 6]
    for number in (1, 2, 3):
        sharing.mark_test_complete(dan, number)
    assert dan.got == [1, 2, 3] and amy.got == [0, 4, 5, 6]


def test_what_a_worker_left_when_it_died_goes_to_the_other() -> None:
    sharing, amy, dan = begun([*LAW, *OTHERS])
    sharing.mark_test_complete(amy, 0)
    sharing.mark_test_complete(dan, 4)
    assert sharing.remove_node(amy) == LAW[1]
    for number in (5, 6):
        sharing.mark_test_complete(dan, number)
    assert dan.got == [4, 5, 6, 1, 2, 3]
