"""A contact list to import."""

from __future__ import annotations

import csv
from pathlib import Path

from bench.big.names import FIRST, LAST, STATES

AREAS = ["445", "814", "215", "610", "717", "570", "484", "267", "724", "878"]
HEADER = ["First Name", "Last Name", "Cell Phone", "Zip", "state_abbrev", "VAN_ID", "Email"]


def write(folder: Path, rows: int) -> Path:
    path = folder / f"list-{rows}.csv"
    with path.open("w") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_row(n) for n in range(rows))
    return path


def _row(n: int) -> list[object]:
    phone = f"({AREAS[n % 10]}) {200 + n // 10 // 10_000 % 700}-{n // 10 % 10_000:04}"
    name = FIRST[n % 26], LAST[n // 26 % 26]
    return [*name, phone, 15_000 + n % 4_000, STATES[n % 10], f"V{n}", f"p{n}@example.org"]
