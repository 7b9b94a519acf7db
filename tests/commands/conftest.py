"""A shell, on a database with the campaign Meyer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cast.database.fixtures import whole
from tests.cast.forked import Shell, Textbank, textbank_in


@pytest.fixture(scope="package")
def shell() -> Shell:
    """`shell(folder)(...)`: `textbank ...` on the database of this folder."""
    return textbank_in


@pytest.fixture(scope="package")
def with_meyer(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, shell: Shell) -> Path:
    """A database with the campaign Meyer, made by the command itself."""
    folder = tmp_path_factory.mktemp("cli")
    shutil.copy(sqlite_template, folder / "textbank.db")
    created = shell(folder)(
        "campaign", "create", "Meyer for Senate", "--slug", "meyer", "--timezone", "America/New_York"
    )
    assert created.returncode == 0, created.stderr
    return whole(folder / "textbank.db")


@pytest.fixture
def textbank(tmp_path: Path, with_meyer: Path, shell: Shell) -> Textbank:
    """On a database of its own, with the campaign Meyer."""
    shutil.copy(with_meyer, tmp_path / "textbank.db")
    return shell(tmp_path)
