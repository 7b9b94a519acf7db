"""The fault tests once, then storms for as long as asked, each with the next seed."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time

WORKERS = 4


def run(options: argparse.Namespace) -> int:
    """The exit code; stops at the first test that fails."""
    seed, began = options.seed or random.SystemRandom().randrange(1, 10**6), time.monotonic()
    failed = _pytest("tests/faults", options, seed)
    while not failed and time.monotonic() - began < options.minutes * 60:
        seed += 1
        failed = _pytest("tests/faults/test_storm.py", options, seed)
    return failed


def _pytest(what: str, options: argparse.Namespace, seed: int) -> int:
    chosen = {
        "TEXTBANK_FAULT_KILLS": options.kills,
        "TEXTBANK_FAULTS": options.faults,
        "TEXTBANK_FAULT_SEED": seed,
        "TEXTBANK_FAULT_VOLUNTEERS": options.volunteers,
        "TEXTBANK_FAULT_WORKERS": options.workers or WORKERS,
    }
    environment = {**os.environ, **{name: str(value) for name, value in chosen.items()}}
    return subprocess.call([sys.executable, "-m", "pytest", "-q", "-s", what], env=environment)
