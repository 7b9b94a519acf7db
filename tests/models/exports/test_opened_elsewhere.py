"""Other programs read our exports as we meant them: pandas, and LibreOffice where it is installed (SPEC R5)."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas
import pytest
from python_calamine import load_workbook

from tests.cast import Cast
from tests.cast.exporting import a_night, export
from webapp.database import transaction
from webapp.models.accounts.users import User
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.exports.job import Export
from webapp.models.reports import labelling
from webapp.rules.exports.columns import COLUMNS, CSV, FORMATS, JSONL, KINDS, UPLOADS, USERS, XLSX

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
with_office = pytest.mark.skipif(
    not OFFICE, reason="LibreOffice is not installed here (on Debian: libreoffice-calc-nogui)"
)
BAD = '=HYPERLINK("http://evil.example";"x")'
OWN = [kind for kind in KINDS if kind not in UPLOADS]  # those for VAN and PDI: test_for_upload.py
WIDE = "\uff1d1+1;=40000+2"  # a full-width sign, and one where semicolons separate cells


async def a_tricky_night(cast: Cast) -> None:
    """Names, tags, a field and a user that a spreadsheet would take for formulas or numbers."""
    await a_night(cast)

    async def change() -> None:
        await Contact.filter(id=cast.lisa.id).update(first_name=BAD, last_name=WIDE, zip="01234", van_id="00123E5")
        await User.filter(id=cast.amy.user_id).update(first_name=BAD)

    await transaction(change)
    await labelling.set_tag(cast.lisa, await Tag.get(campaign=cast.meyer, slug="will_vote"), "admin", cast.amy.user)
    notes = await CustomField.get(campaign=cast.meyer, slug="notes")
    await labelling.set_field(cast.lisa.id, notes, "=40000+2\n=40000+2", cast.amy.user.id)


def in_pandas(job: Export) -> list[dict[str, Any]]:
    """As somebody reads it who says that all is text, but for JSON Lines, which say it themselves."""
    if job.format == JSONL:
        return list(pandas.read_json(job.path, lines=True, dtype=False, convert_dates=False).to_dict("records"))
    if job.format == CSV:
        return list(pandas.read_csv(job.path, dtype=str, keep_default_na=False).to_dict("records"))
    frame = pandas.read_excel(job.path, engine="calamine", sheet_name=0, dtype=str, keep_default_na=False)
    return list(frame.to_dict("records"))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kind", OWN)
async def test_pandas_reads_what_we_wrote(cast: Cast, kind: str, format: str) -> None:
    await a_tricky_night(cast)
    rows = in_pandas(await export(cast.selina, kind, format))
    assert rows and list(rows[0])[: len(COLUMNS[kind])] == [column.name for column in COLUMNS[kind]]
    for row in rows:
        looks_right(kind, row)
    told = " ".join(str(value) for row in rows for value in row.values())
    assert BAD in told


def looks_right(kind: str, row: dict[str, Any]) -> None:
    """Phones are text with their plus sign, and times are instants with their zone's offset."""
    for column in COLUMNS[kind]:
        value = row[column.name]
        if column.name in ("phone", "from_number", "to_number") and value:
            assert str(value).startswith("+1") and len(str(value)) == 12
        if column.what == "time" and isinstance(value, str) and value:
            assert datetime.fromisoformat(value).utcoffset() == timedelta(hours=-5)
            assert pandas.Timestamp(value).tzinfo is not None
    if "van_id" in row:
        assert row["van_id"] == "00123E5"


async def test_a_workbook_says_by_itself_which_cells_are_text(cast: Cast) -> None:
    await a_tricky_night(cast)
    rows = load_workbook((await export(cast.selina, "contacts", XLSX)).path).get_sheet_by_index(0).to_python()
    [row] = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert (row["phone"], row["zip"], row["van_id"]) == (cast.lisa.phone, "01234", "00123E5")
    assert row["contact_id"] == float(cast.lisa.id)


@with_office
@pytest.mark.timeout(180)
@pytest.mark.parametrize(("separator", "as_text"), [(",", True), (",", False), (";", False)])
async def test_libreoffice_opens_every_export_and_computes_nothing(
    cast: Cast, tmp_path: Path, separator: str, as_text: bool
) -> None:
    """By commas, and by semicolons as somebody opens it in a land of semicolons."""
    await a_tricky_night(cast)
    for kind in OWN:
        for format in (CSV, XLSX):
            shutil.copy((await export(cast.selina, kind, format)).path, tmp_path / f"{kind}-{format}.{format}")
    opened = in_office(tmp_path, separator, as_text)
    for kind in OWN:
        for format in (CSV, XLSX):
            rows = opened[f"{kind}-{format}"]
            assert len(rows) > 1 and not [cell for row in rows for cell in row if cell == 40002 or str(cell)[:1] == "#"]
            if separator == "," or format == XLSX:
                assert rows[0][: len(COLUMNS[kind])] == [column.name for column in COLUMNS[kind]]
                assert any(BAD in str(cell) for row in rows for cell in row)
            if (as_text or format == XLSX) and kind != USERS:
                assert any(cast.lisa.phone == cell for row in rows for cell in row)


def in_office(folder: Path, separator: str, as_text: bool) -> dict[str, list[list[Any]]]:
    """LibreOffice's view: each file opened by it, its formulas computed, and written as a workbook. ``as_text``: its option
    "Format quoted field as text", for CSV. "Evaluate formulas" is on."""
    quoted = "true" if as_text else "false"
    options = [f"--infilter=CSV:{ord(separator)},34,UTF8,1,,0,{quoted},true,false,false,false,0,true"]
    convert(sorted(folder.glob("*.csv")), folder / "out", options)
    convert(sorted(folder.glob("*.xlsx")), folder / "out", [])
    return {path.stem: load_workbook(path).get_sheet_by_index(0).to_python() for path in folder.glob("out/*.xlsx")}


def convert(paths: list[Path], out: Path, options: list[str]) -> None:
    profile = f"-env:UserInstallation=file://{out.parent / 'profile'}"
    command = [str(OFFICE), profile, "--headless", *options, "--convert-to", "xlsx", "--outdir", str(out)]
    subprocess.run([*command, *map(str, paths)], check=True, capture_output=True, timeout=120)
