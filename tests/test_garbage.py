"""Commands search for garbage seldom: the search took half of each migration."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.cast import forked

COMMAND = """
import gc, sys
from webapp import cli
gc.set_threshold(700, 10, 10)
sys.argv = ["textbank", *sys.argv[1:]]
searches = lambda: sum(each["collections"] for each in gc.get_stats())
before = searches()
cli.main()
print(searches() - before)
"""


def test_a_new_database_is_made_with_a_few_searches_for_garbage(tmp_path: Path) -> None:
    environment = {"TEXTBANK_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = forked.run([sys.executable, "-c", COMMAND, "migrate"], environment, tmp_path)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 20  # of Python's own accord almost 300
