"""An SFTP server on this machine, whose folder is one on disk; it can be told to misbehave."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

USER, PASSWORD = "textbank", "open-sesame-9Q"


@dataclass
class SftpServer:
    """``root``: what its user sees as /. ``keys``: public keys that may log in, besides the password. ``tried``: the passwords that came.
    ``on_read``: awaited before each piece of a file is given. ``named``: names that its listing has besides those on disk."""

    root: Path
    key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    port: int = 0
    keys: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    reads: int = 0
    on_read: Callable[[Any], Awaitable[None]] | None = None
    named: list[bytes] = field(default_factory=list)
    offers_files: bool = True
    acceptor: asyncssh.SSHAcceptor | None = None

    @property
    def fingerprint(self) -> str:
        return self.key.get_fingerprint()

    async def start(self) -> None:
        files = {"sftp_factory": lambda channel: _Files(channel, self)} if self.offers_files else {}
        self.acceptor = await asyncssh.listen(
            "127.0.0.1", self.port, server_factory=lambda: _Door(self), server_host_keys=[self.key], **files
        )
        self.port = self.acceptor.get_port()

    async def stop(self) -> None:
        assert self.acceptor
        self.acceptor.close()
        await self.acceptor.wait_closed()

    async def show_another_key(self, kind: str = "ssh-ed25519") -> None:
        """As another server at its address would."""
        await self.show(asyncssh.generate_private_key(kind))

    async def show(self, key: asyncssh.SSHKey) -> None:
        await self.stop()
        self.key = key
        await self.start()

    def put(self, name: str, text: str | bytes, changed: int = 1_700_000_000) -> Path:
        path = self.root / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        os.utime(path, (changed, changed))
        return path


class _Door(asyncssh.SSHServer):
    def __init__(self, its: SftpServer) -> None:
        self.its = its

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self.its.tried.append(password)
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == USER and key in [asyncssh.import_public_key(line) for line in self.its.keys]


class _Files(asyncssh.SFTPServer):
    def __init__(self, channel: Any, its: SftpServer) -> None:
        super().__init__(channel, chroot=os.fsencode(its.root))
        self.its = its

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        async for entry in super().scandir(path):
            yield entry
        for name in self.its.named:
            attributes = asyncssh.SFTPAttrs(size=3, permissions=stat.S_IFREG | 0o644, mtime=1_900_000_000, atime=0)
            yield asyncssh.SFTPName(name, attrs=attributes)

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        self.its.reads += 1
        if self.its.on_read:
            await self.its.on_read(self)
        found = super().read(file_obj, offset, size)
        return found if isinstance(found, bytes) else await found


@asynccontextmanager
async def sftp_server(root: Path) -> AsyncIterator[SftpServer]:
    root.mkdir(parents=True, exist_ok=True)
    one = SftpServer(root)
    await one.start()
    try:
        yield one
    finally:
        await one.stop()
