"""The rows of a list as our rules read them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from bench.uploads.csv_file import HEADER
from webapp.rules.contacts import contact_columns, contact_rows


def people(path: Path) -> Iterator[contact_rows.Person]:
    with path.open() as file:
        reader = csv.reader(file)
        columns = contact_columns.match(next(reader), {})
        assert isinstance(columns, contact_columns.Columns)
        for cells in reader:
            read = contact_rows.read(cells, columns, len(HEADER))
            assert isinstance(read, contact_rows.Person)
            yield read
