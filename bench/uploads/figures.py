"""`bin/bench uploads --against REV`: a first list taken in by this tree and by an older one, in turn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from bench.speed import against

MEASURES = ("big/__init__.py", "big/names.py", "uploads/__init__.py", "uploads/csv_file.py", "uploads/one.py")
COLUMNS = (("wall", "s"), ("worker", "s"), ("reader", "s"), ("postgres", "s"), ("megabytes", "MB"))


def run(folder: Path, rev: str, rows: int, rounds: int) -> None:
    print(f"A list of {rows:,} rows, new installation, PostgreSQL, {os.cpu_count()} cores, {rounds} rounds in turn\n")
    print(" " * 12 + "rows/s".rjust(10) + "".join(f"{name} {unit}".rjust(14) for name, unit in COLUMNS))
    if not rev:
        _row("this tree", [_measured(against.ROOT, "bench", rows) for _ in range(rounds)], rows)
        return
    with against.worktree(folder / "older", rev, MEASURES) as older:
        both = [(_measured(against.ROOT, "bench", rows), _measured(older, "beside", rows)) for _ in range(rounds)]
    _row("this tree", [new for new, _ in both], rows)
    _row(rev, [old for _, old in both], rows)
    cpu = [_cpu(old) / _cpu(new) for new, old in both]
    print(f"\ntimes as quick: {median(old['wall'] / new['wall'] for new, old in both):.1f}; ", end="")
    print(f"processor time, times less: {median(cpu):.1f}", flush=True)


def _measured(tree: Path, package: str, rows: int) -> dict[str, float]:
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", f"{package}.uploads.one", str(rows)]
    said = subprocess.run(command, cwd=tree, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    found: dict[str, float] = json.loads(said.splitlines()[-1])
    return found


def _cpu(one: dict[str, float]) -> float:
    return one["worker"] + one["reader"] + one["postgres"]


def _row(name: str, measured: list[dict[str, float]], rows: int) -> None:
    middle = {key: median(one[key] for one in measured) for key, _ in COLUMNS}
    cells = "".join(f"{middle[key]:14,.1f}" for key, _ in COLUMNS)
    print(f"{name:12}{rows / middle['wall']:10,.0f}{cells}", flush=True)
