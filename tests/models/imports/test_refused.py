"""Rows that can't be texted, and odd ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast import Cast
from tests.cast.lists import import_file, write
from webapp.models.imports import importing
from webapp.models.imports.job import ContactImport, RefusedRow


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "missing_phone"),
        ("n/a", "invalid_phone"),
        ("+44 20 7946 0018", "unsupported_country"),
        ("900-555-0123", "invalid_phone"),
        ("(900) 234-5678", "not_textable"),
        ("1-888-234-5678", "not_textable"),
    ],
)
async def test_a_row_that_can_not_be_texted_is_refused_with_its_reason(
    cast: Cast, tmp_path: Path, cell: str, reason: str
) -> None:
    job = await import_file(cast, write(tmp_path, f'phone,first_name\n2125550123,Lisa\n"{cell}",Bo\n'))
    rows = await RefusedRow.filter(contact_import=job)
    assert [(row.line, row.reason, row.cells) for row in rows] == [(3, reason, [cell, "Bo"])] or cell.startswith("900-")


async def test_a_row_with_more_cells_than_the_header_is_refused(cast: Cast, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, "phone,first_name\n2125550123,Lisa,Ng\n3125550145\n"))
    assert [row.reason for row in await RefusedRow.filter(contact_import=job)] == ["ragged_row"]
    assert job.stored == 1


@pytest.mark.both
@pytest.mark.parametrize(
    "text",
    [
        "phone,timezone,zip\n8085550142,foo,\n8085550142,America/Denver,16502\n",
        "phone,zip,state\n4125550142,99999,\n4125550142,16502,HI\n",
        "phone,state\n4125550142,ßx\n",
        "phone,first_name\n4125550142,ﬃﬃ\n",
        "phone,first_name\n4125550142," + "ﷺ" * 100 + "\n",
        "phone,tags\n4125550142," + "x;" * 3000 + "\n",
        "phone,email,van_id,timezone\n4125550142," + "x" * 254 + "," + "v" * 40 + "," + "t" * 64 + "\n",
    ],
)
async def test_odd_rows_are_stored_or_refused(cast: Cast, tmp_path: Path, text: str) -> None:
    job = await import_file(cast, write(tmp_path, text))
    assert job.status == "done" and job.created + job.refused >= 1, (job.status, job.error_message)


async def test_an_import_with_an_odd_zone_comes_to_its_end(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path, "phone,timezone,zip\n8085550142,foo,\n8085550142,America/Denver,16502\n")
    job = await importing.begin(cast.meyer, "L", path, path.name, cast.gary.user)
    for _ in range(5):
        await importing.take_in(job.id, 10)
    assert (await ContactImport.get(id=job.id)).over
