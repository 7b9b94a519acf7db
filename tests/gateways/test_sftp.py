"""SFTP servers are called at public addresses only, each checked and then called as it was checked (SPEC B8)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.cast.stand_ins.sftp import PASSWORD, USER, SftpServer, sftp_server
from webapp.gateways import media, outside, sftp

NAME = "sftp.example.org"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[SftpServer]:
    async with sftp_server(tmp_path / "sftp") as one:
        one.put("voters.csv", "cell\n412-555-0150\n")
        yield one


def place(server: SftpServer, host: str, key: str | None = None) -> sftp.Place:
    shown = " ".join(server.key.export_public_key().decode().split()[:2])
    return sftp.Place(host, server.port, USER, ".", "*.csv", shown if key is None else key)


def leads_to(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """The name leads to one of these after the other. Returns what was asked."""
    asked: list[str] = []

    async def resolve(self: object, host: str, port: int = 0, family: int = 0) -> list[dict[str, Any]]:
        asked.append(host)
        at = answers[min(len(asked), len(answers)) - 1]
        return [{"hostname": host, "host": at, "port": port, "family": 2, "proto": 0, "flags": 0}]

    monkeypatch.setattr("webapp.gateways.media.ThreadedResolver.resolve", resolve)
    return asked


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "100.64.0.1", "::1", "fd00::1"])
async def test_an_sftp_server_inside_our_network_is_not_called(
    server: SftpServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str
) -> None:
    asked = leads_to(monkeypatch, address)
    with pytest.raises(outside.Away, match="no public address"):
        await sftp.fetch(place(server, NAME), sftp.Login(PASSWORD), tmp_path / "x", False)
    assert asked == [NAME] and server.tried == []
    with pytest.raises(outside.Away, match="has to name a server"):
        await sftp.fetch(place(server, address), sftp.Login(PASSWORD), tmp_path / "x", False)
    assert asked == [NAME] and server.tried == []


async def test_an_sftp_server_is_called_at_the_address_that_was_checked(
    server: SftpServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(media, "is_public", lambda at: at == "127.0.0.1")
    asked = leads_to(monkeypatch, "127.0.0.1", "10.0.0.7")
    found = await sftp.fetch(place(server, NAME), sftp.Login(PASSWORD), tmp_path / "x", False)
    assert (found.name, asked) == ("voters.csv", [NAME]) and (tmp_path / "x").read_bytes() == b"cell\n412-555-0150\n"
    other = SftpServer(tmp_path)
    asked.clear()
    with pytest.raises(sftp.OtherKey):  # connects twice, and asks for the name once
        key = other.key.export_public_key().decode().strip()
        await sftp.fetch(place(server, NAME, key), sftp.Login(PASSWORD), tmp_path / "x", False)
    assert asked == [NAME]
    with pytest.raises(outside.Away, match="no public address"):
        await sftp.fetch(place(server, NAME), sftp.Login(PASSWORD), tmp_path / "x", False)


async def test_keys_and_settings_of_this_machine_s_user_are_not_used(
    server: SftpServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = asyncssh.generate_private_key("ssh-ed25519")
    (tmp_path / ".ssh").mkdir()
    own.write_private_key(tmp_path / ".ssh" / "id_ed25519")
    (tmp_path / ".ssh" / "config").write_text("Host *\n  User somebody\n")
    server.keys.append(own.export_public_key().decode())
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(outside.Away, match="refuses the user or the password"):
        await sftp.fetch(place(server, "127.0.0.1"), sftp.Login("wrong"), tmp_path / "x", True)
    assert set(server.tried) == {"wrong"}


async def test_a_folder_of_too_many_files_is_refused(
    server: SftpServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sftp, "MOST_FILES", 20)
    server.named = [f"{n}.csv".encode() for n in range(30)]
    with pytest.raises(outside.Away, match="more than 20 files"):
        await sftp.fetch(place(server, "127.0.0.1"), sftp.Login(PASSWORD), tmp_path / "x", True)
