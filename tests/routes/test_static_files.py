"""What the server makes of the static files: one sheet and one script for a page, kept for ever."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.cast.site import Browser
from webapp import static_files

SHEETS = sorted((static_files.FOLDER / "css").glob("*.css"))
BEHAVIOURS = sorted((static_files.FOLDER / "js").glob("*.js"))


def test_every_sheet_is_in_the_one_that_is_served() -> None:
    served = static_files.served()[static_files.SHEET].decode()
    assert "@import" not in served and served.index("@layer tokens") < served.index("@layer base {")
    for sheet in SHEETS:
        assert sheet.name == "site.css" or sheet.read_text() in served, sheet.name


def test_every_behaviour_is_in_the_script_that_is_served_after_htmx() -> None:
    served = static_files.served()[static_files.SCRIPT].decode()
    parts = [(static_files.FOLDER / name).read_text() for name in static_files.VENDORED]
    assert served == "\n".join([*parts, *(file.read_text() for file in BEHAVIOURS)])
    assert len(BEHAVIOURS) > 15 and parts[0].startswith("var htmx")


def test_every_behaviour_says_why_it_is_there_and_keeps_to_itself() -> None:
    """So it depends neither on the others nor on their order."""
    for file in BEHAVIOURS:
        comment, _, code = file.read_text().partition(" */\n")
        assert comment.startswith("/* ") and re.search(r"\n   (On|In) ", comment), file.name
        assert re.search(r"(Needs|Without) JavaScript", comment), file.name
        assert code.startswith('(() => {\n  "use strict";\n') and code.endswith("\n})();\n"), file.name
        assert all(line.startswith("  ") or not line for line in code.splitlines()[1:-1]), file.name


def test_our_own_javascript_and_each_sheet_stay_small() -> None:
    assert lines_of(BEHAVIOURS) < 800
    assert [sheet.name for sheet in SHEETS if lines_of([sheet]) > 400] == []


def lines_of(files: Iterable[Path]) -> int:
    return sum(file.read_text().count("\n") for file in files)


async def test_a_page_has_one_sheet_and_one_script_that_are_kept_for_ever(cast: Cast, browse: Browser) -> None:
    stranger = await browse()
    page = (await stranger.get("/login")).text
    [sheet] = re.findall(r'<link rel="stylesheet" href="([^"]+)">', page)
    [script] = re.findall(r'<script src="([^"]+)" defer></script>', page)
    for address, kind in ((sheet, "text/css"), (script, "text/javascript")):
        answer = await stranger.get(address)
        assert answer.status_code == 200 and answer.headers["content-type"].startswith(kind)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["css/../../pyproject.toml", "js/none.js", ""])
async def test_nothing_else_is_served(cast: Cast, browse: Browser, path: str) -> None:
    stranger = await browse()
    assert (await stranger.get(static_files.address(path))).status_code == 404
