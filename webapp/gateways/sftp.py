"""SFTP servers of others, at names they typed. Only public addresses are called, resolved once for a whole fetch. A
fetch reads one file, in limited time, with the same limit of bytes as from a web address. A password goes only to a
server whose key is the one staff confirmed (SPEC B8)."""

from __future__ import annotations

import asyncio
import hashlib
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from webapp.gateways import outside
from webapp.gateways.media import PublicOnly
from webapp.gateways.outside import Away
from webapp.rules import late
from webapp.rules.nightly import folder as folder_rules
from webapp.rules.nightly.folder import Listed
from webapp.rules.outside import address as outside_address

if TYPE_CHECKING:
    import asyncssh
else:
    asyncssh = late.module("asyncssh")

MOST_FILES = 10_000  # of a folder
LEAST, MOST = 32_768, 262_144  # bytes asked for at once: every server gives the first, up to MOST where one says so
NO_FOLDER = "There is no folder of this name on the server, or its user may not look into it."
CHANGED = "The file changed while it was read. Nothing was stored."
NO_COMMON = "The server and we have no way of encrypting in common."


@dataclass(frozen=True)
class Place:
    """``server_key``: that staff confirmed, as OpenSSH writes it; "" before they did."""

    host: str
    port: int
    user: str
    folder: str
    pattern: str
    server_key: str


@dataclass(frozen=True)
class Login:
    """One of the two. Neither is shown where somebody prints it."""

    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)


@dataclass(frozen=True)
class Found:
    """``digest``: SHA-256 of the content; ``head``: its first bytes."""

    name: str
    head: bytes
    size: int
    digest: str


class OtherKey(Exception):
    """The server shows a key that nobody confirmed; nothing was sent to it. ``key``: as OpenSSH writes it."""

    def __init__(self, key: str) -> None:
        super().__init__("another key")
        self.key = key


async def fetch(place: Place, login: Login, path: Path, rehearsal: bool) -> Found:
    """The newest file of the folder whose name fits, written to ``path``. Raises Away and OtherKey."""
    if why := outside_address.host_why_not(place.host, rehearsal):
        raise Away(why)
    try:
        async with asyncio.timeout(outside.FILE_SECONDS):
            addresses = await _addresses(place, rehearsal)
            if not place.server_key:
                raise OtherKey(await _key_of(addresses))
            return await _over(await _logged_in(place, login, addresses), place, path)
    except (asyncssh.Error, TimeoutError, OSError, ValueError) as error:
        raise Away(_reason(error, login)) from error


Addresses = list[tuple[socket.AddressFamily, str, int]]


async def _addresses(place: Place, rehearsal: bool) -> Addresses:
    """Those that may be called. These are the ones that are called, though the name may lead elsewhere a moment later."""
    if rehearsal and place.host == "127.0.0.1":
        return [(socket.AF_INET, place.host, place.port)]
    try:
        found = await PublicOnly().resolve(place.host, place.port, socket.AF_UNSPEC)
    except OSError as error:
        raise Away(
            outside.reason(error) if "no public" in str(error) else "There is no server of this name."
        ) from error
    return [(socket.AddressFamily(row["family"]), row["host"], place.port) for row in found]


async def _connected(addresses: Addresses) -> socket.socket:
    for family, host, port in addresses[:4]:
        one = socket.socket(family, socket.SOCK_STREAM)
        one.setblocking(False)
        try:
            async with asyncio.timeout(outside.TO_CONNECT):
                await asyncio.get_running_loop().sock_connect(one, (host, port))
            return one
        except (OSError, TimeoutError):
            one.close()
        except BaseException:
            one.close()
            raise
    raise Away("The server can't be reached.")


async def _key_of(addresses: Addresses) -> str:
    """The key it shows. Nobody logs in."""
    key = await asyncssh.get_server_host_key(sock=await _connected(addresses), config=None)
    if key is None:
        raise Away("The server shows no key, so nobody could tell it from another one.")
    return _plain(key.export_public_key().decode())


def _plain(key: str) -> str:
    return " ".join(key.split()[:2])


async def _logged_in(place: Place, login: Login, addresses: Addresses) -> asyncssh.SSHClientConnection:
    """Nothing of this machine is used: no keys, no agent, no settings of its user. Raises OtherKey."""
    own = asyncssh.import_private_key(login.private_key) if login.private_key else None
    try:
        return await asyncssh.connect(
            sock=await _connected(addresses),
            known_hosts=([asyncssh.import_public_key(place.server_key)], [], []),
            username=place.user,
            password=login.password or None,
            client_keys=[own] if own else None,
            preferred_auth=["publickey"] if own else ["password", "keyboard-interactive"],
            agent_path=None,
            config=None,
            gss_auth=False,
            gss_kex=False,
            x509_trusted_certs=None,
            compression_algs=["none"],  # a few bytes would grow to many
        )
    except (asyncssh.HostKeyNotVerifiable, asyncssh.KeyExchangeFailed) as error:
        if (shown := await _key_of(addresses)) != place.server_key:
            raise OtherKey(shown) from error
        raise Away(NO_COMMON) from error


async def _over(connection: asyncssh.SSHClientConnection, place: Place, path: Path) -> Found:
    """The file, over this connection. When time is up the connection is cut first: whatever is open wants to be closed, and would
    wait for the server to say that it is."""
    work = asyncio.create_task(_taken(connection, place, path))
    try:
        return await asyncio.shield(work)
    finally:
        connection.abort()
        await asyncio.gather(work, return_exceptions=True)


async def _taken(connection: asyncssh.SSHClientConnection, place: Place, path: Path) -> Found:
    server = await connection.start_sftp_client(path_encoding=None)
    return await _kept(server, place, await _newest(server, place), path)


async def _newest(server: asyncssh.SFTPClient, place: Place) -> Listed:
    """Of the plain files: what a link leads to may be anywhere."""
    found, seen = [], 0
    try:
        async for entry in server.scandir(place.folder.encode()):
            if (seen := seen + 1) > MOST_FILES:
                raise Away(f"The folder holds more than {MOST_FILES:,} files. Put the list into one of its own.")
            raw, its = entry.filename, entry.attrs
            if its.type == asyncssh.FILEXFER_TYPE_REGULAR and isinstance(raw, bytes):
                found.append(folder_rules.listed(raw, its.size, its.mtime or 0))
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPPermissionDenied, asyncssh.SFTPFailure) as error:
        raise Away(NO_FOLDER) from error
    newest = folder_rules.newest([one for one in found if one], place.pattern)
    if newest is None:
        raise Away(f"The folder holds no file named like {place.pattern}. Folders and links in it are left alone.")
    return newest


async def _kept(server: asyncssh.SFTPClient, place: Place, newest: Listed, path: Path) -> Found:
    """The whole of the file that the folder listed: what is put in its place meanwhile is another file."""
    try:
        async with server.open(place.folder.encode().rstrip(b"/") + b"/" + newest.raw, "rb", block_size=0) as file:
            before = await file.stat()
            if (before.size, before.mtime or 0) != (newest.size, newest.changed):
                raise Away(CHANGED)
            found = await _read(file, newest, path, min(MOST, max(LEAST, server.limits.max_read_len)))
            after = await file.stat()
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPPermissionDenied, asyncssh.SFTPFailure) as error:
        raise Away(f"The server does not let us read the file {newest.name}.") from error
    if (after.size, after.mtime) != (before.size, before.mtime) or after.size not in (None, found.size):
        raise Away(CHANGED)
    return found


async def _read(file: asyncssh.SFTPClientFile, newest: Listed, path: Path, piece_size: int) -> Found:
    size, head, digest = 0, b"", hashlib.sha256()
    if (newest.size or 0) > outside.LARGEST_FILE:
        raise Away(f"The file {newest.name} is larger than 100 MB.")
    most = outside.LARGEST_FILE if newest.size is None else newest.size
    with path.open("wb") as out:
        while size <= most and (piece := await file.read(piece_size, size)):
            assert isinstance(piece, bytes)
            size, head = size + len(piece), (head + piece)[: outside.HEAD]
            digest.update(piece)
            out.write(piece)
    if size > most:
        raise Away(CHANGED)
    return Found(newest.name, head, size, digest.hexdigest())


def _reason(error: Exception, login: Login) -> str:
    if isinstance(error, asyncssh.PermissionDenied):
        what = "does not take our public key for this user" if login.private_key else "refuses the user or the password"
        return f"The server does not let us in: it {what}. Nothing was stored."
    if isinstance(error, asyncssh.ChannelOpenError):
        return "The server lets us in, but it offers no SFTP."
    if isinstance(error, asyncssh.KeyExchangeFailed):
        return NO_COMMON
    if isinstance(error, TimeoutError):
        return "No answer in time."
    if isinstance(error, asyncssh.SFTPError | asyncssh.ConnectionLost):
        return f"The server broke off ({type(error).__name__}). Nothing was stored."
    return f"The connection failed ({type(error).__name__}). Nothing was stored."
