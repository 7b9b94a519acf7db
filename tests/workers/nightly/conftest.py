"""A server with an SFTP folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cast.inputs.sftp_folders import FIRST
from tests.cast.stand_ins.sftp import SftpServer, sftp_server


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[SftpServer]:
    async with sftp_server(tmp_path / "sftp") as one:
        one.put("voters.csv", FIRST)
        yield one
