"""VAN, as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import httpx

from tests.faults.bank import ROOT


class Simulator:
    """VAN, as a process of its own."""

    def __init__(self) -> None:
        command = [sys.executable, "-u", "-m", "webapp.simulator.van", "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self.process.stdout
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().split()[-1]}"

    def taken(self) -> Counter[int]:
        """VAN ID -> how many canvass responses."""
        return Counter(one["vanId"] for one in httpx.get(self.url + "/control/taken").json())

    def told(self) -> list[tuple[int, str, int]]:
        """VAN ID, mode and activist code of each, in order."""
        rows = httpx.get(self.url + "/control/taken").json()
        return [(one["vanId"], one["mode"], one["responses"][0]["activistCodeId"]) for one in rows]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
