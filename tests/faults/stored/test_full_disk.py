"""The disk of database and data folder is really full, under real processes; then there is room again."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.cast.waiting import until
from tests.faults.bank import Bank, open_bank
from tests.faults.bank.volunteer import Volunteer
from tests.faults.storm.databases import OwnServer

pytestmark = pytest.mark.timeout(400)
PEOPLE, BEFORE = 20, 6
SIZE = {"sqlite": 24, "postgres": 160}  # MB; PostgreSQL's own files need 100


@pytest.fixture
def disk(db_kind: str, tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, so small that it is soon full."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", f"size={SIZE[db_kind]}m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mounted, capture_output=True).returncode:
        pytest.skip("only root mounts a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def home(db_kind: str, request: pytest.FixtureRequest, disk: Path) -> Iterator[tuple[str, OwnServer | None]]:
    if db_kind == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), disk / "textbank.db")
        yield f"sqlite://{disk / 'textbank.db'}", None
        return
    template = request.getfixturevalue("postgres").replace(f"/t_{request.getfixturevalue('worker_id')}?", "/template?")
    server = OwnServer(disk / "pg", template)
    yield server.url, server
    server.close()


def fill(disk: Path) -> Path:
    """Not a byte is left."""
    ballast = disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(65_536))
    with contextlib.suppress(OSError), ballast.open("ab", buffering=0) as file:
        while True:
            file.write(b"0")
    assert shutil.disk_usage(disk).free == 0
    return ballast


async def press_once(person: Volunteer, path: str) -> httpx.Response:
    return await person.client.post(path)


async def said_of(bank: Bank) -> tuple[int, str]:
    """The answer of /ready."""
    async with httpx.AsyncClient(base_url=bank.url, timeout=10) as client:
        answer = await client.get("/ready")
    return answer.status_code, answer.text


async def not_ready(bank: Bank) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return (await said_of(bank))[0] == 503
    return False


async def ready(bank: Bank) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return (await said_of(bank))[0] == 200
    return False


async def heard(bank: Bank, phone: str) -> bool:
    return phone in (await bank.look("after_stop"))["stopped"]


async def everybody(bank: Bank, stopped: str) -> bool:
    texts = await bank.look("texts")
    if texts.get("out initial unknown"):
        await bank.look("decided", *await bank.texted())
    return len({*await bank.texted(), stopped}) == PEOPLE


async def test_a_disk_that_is_full_loses_no_stop_and_texts_nobody_twice(
    home: tuple[str, OwnServer | None], disk: Path, tmp_path: Path
) -> None:
    url, server = home
    (tmp_path / "bank").mkdir()
    (disk / "var").mkdir()
    (tmp_path / "bank" / "var").symlink_to(disk / "var")
    async with open_bank(tmp_path / "bank", url, PEOPLE, volunteers=1, rate=15) as (bank, made):
        bank.start_web()
        bank.start_worker()
        await bank.click(BEFORE)
        await bank.all_taken(BEFORE)
        person = Volunteer(bank, made["emails"][0])
        await person.log_in()

        ballast = fill(disk)
        await until(lambda: not_ready(bank), 60, 0.3)
        status, said = await said_of(bank)
        assert status == 503 and "disk" in said, said
        pressed = await press_once(person, f"/c/meyer/actions/{made['action']}/buckets")
        assert pressed.status_code >= 500 and "Traceback" not in pressed.text
        stopped = made["phones"][-1]
        words = {"from": stopped, "to": made["numbers"][0], "body": "STOP"}
        async with httpx.AsyncClient(base_url=bank.twilio_url, timeout=20) as twilio:
            await twilio.post("/simulator/replies", json=words)
        assert len(await bank.sent()) == BEFORE

        ballast.unlink()
        if server:
            server.start()
        for name in ("web", "worker"):
            if bank.processes[name].poll() is not None:  # as its supervisor would
                bank.start_web() if name == "web" else bank.start_worker()
        await until(lambda: ready(bank), 90, 0.3)
        await until(lambda: heard(bank, stopped), 90, 0.5)
        assert await person.text_all(made["action"]) >= PEOPLE - BEFORE - 1
        await until(lambda: everybody(bank, stopped), 90, 0.5)
        assert await bank.twice() == [] and stopped not in await bank.texted()
        assert (await bank.look("recount"))["differences"] == []
        await person.close()
