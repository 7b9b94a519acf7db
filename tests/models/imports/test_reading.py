"""Files as people make them: encodings, quotes, separators, workbooks."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.cast.inputs import books
from tests.cast.lists import import_file, stored, write
from webapp import clock
from webapp.models.contacts.contact import Contact
from webapp.models.imports import forgetting, reading


async def test_a_workbook_is_a_list_too(cast: Cast, tmp_path: Path) -> None:
    path = books.write(tmp_path / "voters.xlsx", {"Voters": [["Cell", "First Name", "ZIP"], [2125550123, "Ann", 2139]]})
    job = await import_file(cast, path)
    [ann] = await stored(job)
    assert (ann.phone, ann.first_name, ann.zip, job.sheet) == (
        "+12125550123",
        "Ann",
        "02139",
        "Sheet “Voters” was read.",
    )


@pytest.mark.both
async def test_a_sheet_may_have_a_long_name(cast: Cast, tmp_path: Path) -> None:
    path = books.write(tmp_path / "v.xlsx", {"S" * 400: [["Cell"], [2125550123]]})
    job = await import_file(cast, path)
    assert job.status == "done"


@pytest.mark.parametrize("cell", ["Ann_x000D_\nLee", "Ann\rLee", "Ann\r\nLee", "Ann&#13;Lee"])
async def test_a_cell_of_two_lines_is_read_whatever_breaks_them(cast: Cast, tmp_path: Path, cell: str) -> None:
    path = books.write(tmp_path / "v.xlsx", {"S": [["Cell", "First Name"], [2125550123, cell]]})
    if "&#13;" in cell:
        written = zipfile.ZipFile(path)
        parts = {name: written.read(name) for name in written.namelist()}
        with zipfile.ZipFile(path, "w") as book:
            for name, part in parts.items():
                book.writestr(name, part.replace(b"&amp;#13;", b"&#13;"))
    job = await import_file(cast, path)
    assert job.status == "done"


async def test_cells_of_every_kind_are_read(cast: Cast, tmp_path: Path) -> None:
    rows: list[list[books.Cell]] = [
        ["Cell", "First Name", "VAN ID", "Notes"],
        [4125550142.0, "Ann", 12345.0, True],
        ["4125550143", "_x0000_Bo", 1e20, 0.1],
        [None, None, None, None],
        ['="4125550144"', "Cy", "007", "x" * 40000],
    ]
    job = await import_file(cast, books.write(tmp_path / "v.xlsx", {"S": rows}))
    people = {c.phone: (c.first_name, c.van_id) for c in await stored(job)}
    assert people["+14125550142"] == ("Ann", "12345") and "\x00" not in people["+14125550143"][0]


async def test_a_file_of_two_encodings_is_refused_or_read_right(cast: Cast, tmp_path: Path) -> None:
    """The second one comes later than the part an encoding is guessed from."""
    path = tmp_path / "l.csv"
    rows = "".join(f"212555{n:04},Person number {n}\n" for n in range(1000, 5000)).encode()
    assert len(rows) > 70_000
    path.write_bytes(b"phone,first_name\n" + rows + "3125550145,José\n".encode() + "3125550146,José\n".encode("cp1252"))
    job = await import_file(cast, path)
    jose = await Contact.get_or_none(phone="+13125550145")
    assert job.error_code == "encoding" or (jose and jose.first_name == "José")


async def test_stray_quotes_lose_nobody_unseen(cast: Cast, tmp_path: Path) -> None:
    text = 'phone,first_name\n2125550123,"Ann\n3125550145,Bo\n4125550142,"Cy\n9175550146,Di\n'
    job = await import_file(cast, write(tmp_path, text))
    assert job.status == "failed" or job.created == 4 or job.refused


async def test_a_control_character_ends_no_file(cast: Cast, tmp_path: Path) -> None:
    rows = "".join(f"212555{n},A\n" for n in range(1000, 1040))
    job = await import_file(cast, write(tmp_path, f"phone,first_name\n{rows}\x1eend\n4125550142,Cy\n"))
    assert await Contact.exists(phone="+14125550142"), (job.status, job.refused)


async def test_a_file_of_an_old_mac_is_refused_or_read_right(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_bytes("phone,first_name\r3125550145,José\r3125550146,Núñez\r3125550147,Héctor\r".encode("mac_roman"))
    job = await import_file(cast, path)
    assert job.status != "done" or (await Contact.get(phone="+13125550145")).first_name == "José"


async def test_a_long_line_between_semicolons_is_read(cast: Cast, tmp_path: Path) -> None:
    text = "phone;first_name;notes\n2125550123;Ann;" + "x" * 140_000 + "\n3125550145;Bo;\n"
    assert (await import_file(cast, write(tmp_path, text))).status == "done"


async def test_a_first_line_that_names_a_quote_as_separator_is_no_file_too_large(cast: Cast, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, 'sep="\nphone,first_name\n2125550123,A\n'))
    assert job.error_code != "too_large"


async def test_a_file_given_in_a_shell_stays_its_owner_s(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path, "phone\n2125550123\n")
    job = await import_file(cast, path)
    copy = reading.plain_copy(job)
    assert copy.exists() and [p.name for p in tmp_path.glob("*list*")] == [path.name], "nothing of ours beside it"
    half_made = copy.with_name(f"{copy.name}.123")  # by a process that was killed
    half_made.touch()
    clock.freeze(clock.now() + timedelta(days=400))
    assert await forgetting.forget_files(14) == [copy, half_made]
