"""Static files as they are served, read once: a page has one blocking sheet and one script, the office's one more of each."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from webapp.http import compressed

HERE = Path(__file__).parents[1]
INSTALLED = HERE / "static"  # in a wheel; in a checkout the folder lies beside this package
FOLDER = INSTALLED if INSTALLED.is_dir() else HERE.parent / "static"
SHEET, OFFICE_SHEET = "css/site.css", "css/office.css"
SCRIPT, OFFICE_SCRIPT = "js/site.js", "js/office.js"
TEXTS = (".css", ".js", ".svg", ".txt")
VENDORED = ("vendor/htmx-4.0.1.min.js", "vendor/hx-sse-4.0.1.min.js")  # in this order: hx-sse extends htmx


def address(path: str) -> str:
    return f"/static/{digest()}/{path}"


@lru_cache(maxsize=1)
def digest() -> str:
    """One digest of all static files: a changed file changes every address, so that none is ever stale."""
    seen = hashlib.sha256()
    for name, content in sorted(served().items()):
        seen.update(name.encode() + content)
    return seen.hexdigest()[:12]


@lru_cache(maxsize=1)
def served() -> dict[str, bytes]:
    """The files that may be fetched, by their address below /static/<digest>/. Any other address is a 404."""
    files = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()}
    scripts = {
        SCRIPT: b"\n".join([*map(files.__getitem__, VENDORED), _code(files, "js", "js/texting")]),
        OFFICE_SCRIPT: _code(files, "js/office"),
    }
    return files | {name: _joined_sheet(files, name) for name in (SHEET, OFFICE_SHEET)} | scripts


@lru_cache(maxsize=1)
def gzipped() -> dict[str, bytes]:
    """Those of them that get smaller."""
    return {name: compressed.gzipped(content) for name, content in served().items() if name.endswith(TEXTS)}


def _joined_sheet(files: dict[str, bytes], name: str) -> bytes:
    """Each ``@import`` in it replaced by that sheet, without comments: they weigh what the rules of a screen do."""
    whole = re.sub(rb'@import "(.+?)";', lambda found: files[f"css/{found[1].decode()}"], files[name])
    return re.sub(rb"(?s)/\*.*?\*/|(?<=\n)\s+", b"", whole)


def _code(files: dict[str, bytes], *folders: str) -> bytes:
    """The behaviours of these folders, without the comments at their heads, those at the ends of lines, and the indents."""
    ours = sorted(name for name in files if name.rpartition("/")[0] in folders)
    code = b"\n".join(files[name].partition(b" */\n")[2] for name in ours)
    return re.sub(rb"(?m)^ +| *(?<![:\"'])// .*$", b"", code)
