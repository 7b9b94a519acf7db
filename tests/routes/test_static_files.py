"""The server makes one sheet and one script of the static files for a page, kept for ever."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.cast.site import Browser
from webapp.http import static_files

TEMPLATES = static_files.HERE / "templates"
SHEETS = sorted((static_files.FOLDER / "css").rglob("*.css"))
EVERYBODYS = sorted(path for name in ("js", "js/texting") for path in (static_files.FOLDER / name).glob("*.js"))
OFFICES = sorted((static_files.FOLDER / "js/office").glob("*.js"))
LOGINS = sorted((static_files.FOLDER / "js/logins").glob("*.js"))  # each for the pages that name it
BEHAVIOURS = [*EVERYBODYS, *OFFICES, *LOGINS]
NAMES = ("site.css", "office.css")


def test_every_sheet_is_in_one_that_is_served() -> None:
    site, office = (static_files.served()[name].decode() for name in (static_files.SHEET, static_files.OFFICE_SHEET))
    assert site.index("@layer tokens") < site.index("@layer base {") and "@import" not in site + office
    for sheet in SHEETS:
        missing = [[line for line in rules_of(sheet) if f"\n{line}" not in served] for served in (site, office)]
        assert sheet.name in NAMES or [] in missing, sheet.name


def test_every_behaviour_is_in_the_script_that_is_served_after_htmx() -> None:
    served = static_files.served()[static_files.SCRIPT].decode()
    parts = [(static_files.FOLDER / name).read_text() for name in static_files.VENDORED]
    assert served == "\n".join([*parts, *map(bare, EVERYBODYS)])
    assert static_files.served()[static_files.OFFICE_SCRIPT].decode() == "\n".join(map(bare, OFFICES))
    assert len(BEHAVIOURS) > 15 and parts[0].startswith("var htmx")


def test_every_behaviour_says_why_it_is_there_and_keeps_to_itself() -> None:
    """So it depends neither on the others nor on their order."""
    for file in BEHAVIOURS:
        comment, _, code = file.read_text().partition(" */\n")
        assert comment.startswith("/* ") and re.search(r"\n   (On|In) ", comment), file.name
        assert re.search(r"(Needs|Without) JavaScript", comment), file.name
        assert code.startswith('(() => {\n  "use strict";\n') and code.endswith("\n})();\n"), file.name
        assert all(line.startswith("  ") or not line for line in code.splitlines()[1:-1]), file.name


def test_no_sentence_of_a_script_reads_like_a_comment() -> None:
    """Comments and indents are cut out of what is served, also where they would stand in a string."""
    for file in BEHAVIOURS:
        code = file.read_text().partition(" */\n")[2]
        assert re.findall(r"""["'`][^"'`\n]* // [^\n]*["'`]""", code) == [], file.name
        assert [line for line in code.splitlines() if line.count("`") % 2] == [], file.name


def test_what_only_the_office_has_is_in_none_of_a_volunteers_pages() -> None:
    """Its script comes with the office's layout alone, so no other page may wait for it."""
    marks = {mark for file in OFFICES for mark in re.findall(r"\bdata-[a-z]+", file.read_text().partition(" */\n")[0])}
    assert {"data-fixed", "data-order", "data-upload"} <= marks
    rooms = [TEMPLATES / name for name in ("volunteer", "public", "layouts")]
    pages = [page for room in rooms for page in room.rglob("*.html") if page.name != "admin.html"]
    wrong = [(page.name, mark) for page in pages for mark in marks if re.search(rf"\b{mark}[=\s>]", page.read_text())]
    assert len(pages) > 30 and wrong == []


def test_our_own_javascript_and_each_sheet_stay_small() -> None:
    """A volunteer waits for what everybody has."""
    assert lines_of(EVERYBODYS) < 700 and lines_of(OFFICES) < 300
    assert [sheet.name for sheet in SHEETS if lines_of([sheet]) > 250] == []


def test_comments_are_not_sent() -> None:
    sheet = static_files.served()[static_files.SHEET]
    assert b"/*" not in sheet and b"*/" not in sheet


def test_a_page_in_english_or_spanish_needs_one_small_file_of_the_font() -> None:
    """No sentence of the pages needs the other two: they are fetched for a name or a sign."""
    files = static_files.served()
    assert len(files["fonts/archivo.woff2"]) < 24_000
    written = re.findall(r"unicode-range:\s*([^;]+);", files[static_files.SHEET].decode())
    spans = [tuple(int(end, 16) for end in span.strip()[2:].split("-")) for span in ",".join(written).split(",")]
    others = {code for span in spans for code in range(span[0], span[-1] + 1)}
    said = string.ascii_letters + string.digits + " .,:;!?'\"()/-+%&@$" + "áéíóúüñÁÉÍÓÚÜÑ¡¿ªº–—‘’“”•…×−"
    assert len(written) == 2 and others.isdisjoint(map(ord, said))


def bare(behaviour: Path) -> str:
    """Its code without indents and comments."""
    lines = behaviour.read_text().partition(" */\n")[2].splitlines(keepends=True)
    return "".join(re.sub(r" *// .*", "", line.lstrip(" ")) for line in lines)


def rules_of(sheet: Path) -> list[str]:
    bare = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.S)
    return [line.strip() for line in bare.splitlines() if line.strip()]


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
