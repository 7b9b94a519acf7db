"""Processes of tests that are forked from one with the imports done are like fresh ones."""

from __future__ import annotations

import json
import os
import signal
import sys

import pytest

from tests.cast import forked

SAID = """
import json, os, sys, threading
print(json.dumps([sys.argv, os.environ["NAME"], os.environ.get("LEFT"), os.getsid(0) == os.getpid(), __name__]))
print("and here", file=sys.stderr)
sys.exit(7)
"""


def python(code: str, *words: str) -> list[str]:
    return [sys.executable, "-c", code, *words]


def test_it_has_its_own_words_environment_session_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEFT", "of the tests alone")
    done = forked.run(python(SAID, "one", "two words"), {"NAME": "Amy"})
    assert json.loads(done.stdout) == [["-c", "one", "two words"], "Amy", None, True, "__main__"]
    assert (done.returncode, done.stderr) == (7, "and here\n")


def test_an_error_ends_it_as_it_ends_a_fresh_one() -> None:
    done = forked.run(python("1 / 0"), os.environ)
    assert done.returncode == 1 and "ZeroDivisionError" in done.stderr


def test_what_runs_at_a_normal_end_runs_and_threads_are_waited_for() -> None:
    code = "import atexit, threading, time; atexit.register(print, 'last')\n"
    code += "threading.Thread(target=lambda: (time.sleep(0.1), print('thread'))).start()"
    assert forked.run(python(code), os.environ).stdout == "thread\nlast\n"


def test_it_talks_is_killed_and_says_so() -> None:
    process = forked.start(python("print(input()[::-1], flush=True); input()"), os.environ, talks=True)
    assert process.stdin and process.stdout
    process.stdin.write(b"abc\n")
    assert process.stdout.readline() == b"cba\n" and process.poll() is None
    process.kill()
    assert process.wait(20) == -signal.SIGKILL == process.poll()


def test_two_of_them_share_no_dice() -> None:
    code = "import random, uuid; print(random.random(), uuid.uuid4())"
    one, other = (forked.run(python(code), os.environ).stdout.split() for _ in range(2))
    assert one[0] != other[0] and one[1] != other[1]


def test_modules_that_look_at_their_environment_are_imported_by_each_one_itself() -> None:
    code = "import sys; print(*[name for name in sys.modules if name.startswith('tests.faults')])"
    ready = set(forked.run(python(code), os.environ).stdout.split())
    assert "tests.faults.seed" in ready
    assert not ready & {f"tests.faults.{name}" for name in ("dying", "process", "broken")}
