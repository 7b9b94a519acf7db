"""VAN's answers about people, saved lists and export jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Person:
    """``phones``: ten digits -> VAN's id of the phone."""

    first: str
    last: str
    phones: dict[str, int]


@dataclass(frozen=True)
class SavedList:
    id: int
    name: str
    people: int


@dataclass(frozen=True)
class Export:
    """An export job. ``url``: of its file, once it is complete. ``error``: why VAN gave it up."""

    id: int
    url: str = ""
    error: str = ""


def export_of(job: dict[str, Any]) -> Export:
    done, failed = job.get("status") == "Completed", job.get("status") == "Error"
    why = str(job.get("errorCode") or "no reason given") if failed else ""
    return Export(int(job["exportJobId"]), str(job.get("downloadUrl") or "") if done else "", why)
