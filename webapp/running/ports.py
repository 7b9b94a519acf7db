"""Whether a port is free. Granian shares a port silently, so a second server would take half of the requests."""

from __future__ import annotations

import socket

from webapp.config import ConfigError


def check(host: str, port: int, advice: str = "Set TEXTBANK_PORT to another.") -> None:
    """Raises ConfigError where somebody listens there already, or nobody can."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (OSError, UnicodeError):
        raise ConfigError(f"TEXTBANK_HOST is no address of this machine: {host}") from None
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except PermissionError:
            raise ConfigError(f"Port {port} needs a right this user has not. {advice}") from None
        except OSError:
            raise ConfigError(f"Port {port} is taken. {advice}") from None


def answers_ping(path: str) -> bool:
    """Does a Valkey answer on this socket? Without Redis's library, of which nothing else would be needed here."""
    with socket.socket(socket.AF_UNIX) as talk:
        talk.settimeout(1)
        talk.connect(path)
        talk.sendall(b"PING\r\n")
        return talk.recv(64).startswith(b"+PONG")
