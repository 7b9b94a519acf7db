"""Files made to cost much: the time of each reading grows with its size, not with its square."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reader.reading import records, write
from webapp.reader.file_error import FileError

SIZE = 100_000  # characters
SECONDS = 5.0  # of processor time, for what takes a tenth of that
HEADER = "phone,first_name,last_name,zip\n"
FILES: dict[str, Callable[[], str]] = {
    "blanks": lambda: HEADER + "2125550123," + " " * SIZE + ",x,\n",
    "a long title": lambda: "x " * (SIZE // 2) + "\n" + HEADER + "2125550123,A,B,1\n",
    "totals that never end": lambda: HEADER + "total" + " a" * (SIZE // 2) + "\n2125550123,A,B,1\n",
    "words before totals": lambda: HEADER + "a." * (SIZE // 2) + "\n2125550123,A,B,1\n",
    "rules": lambda: HEADER + "-_" * (SIZE // 2) + "x\n2125550123,A,B,1\n",
    "many columns": lambda: ",".join(["phone"] * (SIZE // 6)) + "\n" + "2125550123," * (SIZE // 11) + "\n",
    "quotation marks": lambda: HEADER + '2125550123,"' + '""' * (SIZE // 2) + '",x,\n',
    "lines in a cell": lambda: HEADER + '2125550123,"' + "4125550101,A,B,1\n" * (SIZE // 17) + '",x,\n',
    "apostrophes": lambda: HEADER + ("'" * 50 + ",") * (SIZE // 51) + "\n2125550123,A,B,1\n",
    "digits": lambda: HEADER + "1" * SIZE + ",A,B,1\n2125550123,A,B,1\n",
    "footers": lambda: HEADER + "2125550123,A,B,1\n" + "note: 1\n" * (SIZE // 8),
    "only line ends": lambda: HEADER + "\n" * SIZE + "2125550123,A,B,1\n",
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_costs_no_more_than_its_size(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, FILES[name]())
    began = time.process_time()
    try:
        found = records(path)
    except FileError as error:
        assert error.message
    else:
        assert any(cell.startswith("2125550123") for record in found for cell in record.cells)
    assert time.process_time() - began < SECONDS
