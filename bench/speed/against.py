"""`bin/bench --against REV`: an older tree beside this one, each with a database and a web process of its own, measured in
turn by the same load, and the ratios. The machine's speed changes within minutes; the ratios don't."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]
MEASURES = ("measured.py", "speed/as_htmx.py", "speed/browser.py", "speed/costs.py", "speed/load.py", "speed/side.py")
ROUNDS = 5
WORK = (
    ("whole taps, 1 connection", "taps 1"),
    ("whole taps, 8", "taps 8"),
    ("whole taps, 32", "taps 32"),
    ("50 Starts at once (p95)", "starts 50"),
    ("replies, 1 connection", "replies 1"),
    ("replies, 32", "replies 32"),
    ("a thread, 8", "threads 8"),
    ("an inbox, 8", "inboxes 8"),
)


@dataclass(frozen=True)
class Side:
    process: subprocess.Popen[str]

    def ask(self, line: str) -> dict[str, Any]:
        assert self.process.stdin and self.process.stdout
        print(line, file=self.process.stdin, flush=True)
        return self.heard()

    def heard(self) -> dict[str, Any]:
        """Its next words; its own lines of log are none of them."""
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith("{"):
                found: dict[str, Any] = json.loads(line)
                return found
        raise SystemExit("One side ended: its error stands above.")


def run(folder: Path, rev: str, contacts: int, seconds: float) -> None:
    with worktree(folder / "older", rev, MEASURES) as older, contextlib.ExitStack() as ending:
        sides = [_side(ending, ROOT, "bench.speed.side", contacts), _side(ending, older, "beside.speed.side", contacts)]
        for side in sides:
            side.heard()
        print(f"This tree against {rev}, {contacts:,} contacts, {ROUNDS} rounds in turn, {os.cpu_count()} cores\n")
        print(f"{'':26}{'a second':>17}{'ratio':>7}{'p50 ms':>15}{'p99 ms':>15}{'web ms':>13}{'PG ms':>13}"
              f"{'statements':>13}{'blocks':>13}{'KB down':>13}")  # fmt: skip
        for name, work in WORK:
            for side in sides:
                if work == "replies 1":
                    side.ask("answerable")
                if "starts" in work:
                    side.ask(f"{work} {seconds}")  # not counted: each connection prepares its statements
            _row(
                name,
                [[side.ask(f"{work} {seconds}") for side in sides] for _ in range(1 if "starts" in work else ROUNDS)],
            )


def _row(name: str, rounds: list[list[dict[str, Any]]]) -> None:
    def both(key: str, width: int, digits: int = 1, by: float = 1) -> str:
        new, old = (median(one[side].get(key, 0) / by for one in rounds) for side in (0, 1))
        return f"{f'{new:,.{digits}f} / {old:,.{digits}f}':>{width}}" if new or old else " " * width

    ratio = median(new["per_second"] / old["per_second"] for new, old in rounds)
    line = f"{name:26}{both('per_second', 17, 0)}{ratio:>7.2f}{both('p50', 15)}{both('tail', 15)}"
    line += f"{both('web', 13)}{both('postgres', 13)}{both('statements', 13)}{both('blocks', 13, 0)}"
    print(line + both("down", 13, 1, 1000), flush=True)


@contextlib.contextmanager
def worktree(folder: Path, rev: str, measures: tuple[str, ...]) -> Iterator[Path]:
    """The older tree, and what measures beside its own bench."""
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(folder), rev], cwd=ROOT, check=True)
    try:
        for name in measures:
            copy = folder / "beside" / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text((ROOT / "bench" / name).read_text().replace("from bench.", "from beside."))
        yield folder
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", str(folder)], cwd=ROOT, check=True)


def _side(ending: contextlib.ExitStack, tree: Path, module: str, contacts: int) -> Side:
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(contacts)],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    ending.callback(process.wait)
    assert process.stdin
    ending.callback(process.stdin.close)
    return Side(process)
