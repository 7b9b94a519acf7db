"""The parts a server installs: pins that fit pyproject.toml, and a wheel with everything in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import venv
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from redis import Redis

from tests.cast.waiting import free_port
from webapp import queue
from webapp.http import static_files

T = TypeVar("T")
pytestmark = pytest.mark.xdist_group("packaging")  # one worker builds the wheel
ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SERVER, RUN, DEV = "requirements.txt", "requirements-run.txt", "requirements-dev.txt"
EXTRAS = PROJECT["optional-dependencies"]
WANTED = {
    SERVER: PROJECT["dependencies"],
    RUN: PROJECT["dependencies"] + EXTRAS["rehearsal"],
    DEV: PROJECT["dependencies"] + EXTRAS["rehearsal"] + EXTRAS["dev"],
}


def pins(file: str) -> dict[str, list[Requirement]]:
    """By the package's name; some are pinned twice, each for some Pythons."""
    found: dict[str, list[Requirement]] = {}
    for line in (ROOT / file).read_text().splitlines():
        if line and not line.startswith((" ", "#")):
            pin = Requirement(line.removesuffix("\\"))
            found.setdefault(canonicalize_name(pin.name), []).append(pin)
    return found


@pytest.mark.parametrize("file", WANTED)
def test_the_pins_are_of_this_pyproject(file: str) -> None:
    command = [sys.executable, str(ROOT / "bin" / "_digest")]
    digest = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert digest in (ROOT / file).read_text().splitlines()[0], f"{file} is stale: run bin/lock"


@pytest.mark.parametrize("file", WANTED)
def test_every_dependency_is_met_by_its_pin(file: str) -> None:
    pinned = pins(file)
    for text in WANTED[file]:
        wanted = Requirement(text)
        for pin in pinned[canonicalize_name(wanted.name)]:
            [version] = [part.version for part in pin.specifier]
            assert wanted.specifier.contains(version, prereleases=True), f"{text}, but {pin} in {file}"


def test_a_server_has_what_a_rehearsal_has_and_that_what_developers_have_in_the_same_versions() -> None:
    server, run, dev = ({name: set(map(str, found)) for name, found in pins(file).items()} for file in WANTED)
    assert server.items() < run.items() and run.items() < dev.items()
    assert not {canonicalize_name(Requirement(text).name) for text in EXTRAS["rehearsal"]} & set(server)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    [made] = folder.glob("textbank-*.whl")
    return made


def _pip(*words: str) -> None:
    done = subprocess.run([sys.executable, "-m", "pip", "--quiet", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_wheel_has_every_file_of_the_package_and_nothing_else(wheel: Path) -> None:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "webapp", "static"]
    known = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    here = {re.sub("^static/", "webapp/static/", name) for name in known if (ROOT / name).is_file()}
    with zipfile.ZipFile(wheel) as packed:
        assert {name for name in packed.namelist() if ".dist-info/" not in name} == here
    assert {"webapp/migrations/0001_first.py", "webapp/templates/public/login.html"} < here


@pytest.fixture(scope="module")
def textbank(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command on a server."""
    return installed(wheel, SERVER, tmp_path_factory.mktemp("server"))


@pytest.fixture(scope="module")
def textbank_with_rehearsal(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(wheel, RUN, tmp_path_factory.mktemp("rehearsal"))


def installed(wheel: Path, file: str, folder: Path) -> Path:
    """The command in an environment with the wheel and exactly the packages this file pins, linked from this one."""
    venv.create(folder, symlinks=True, with_pip=False)
    [site] = folder.glob("lib/python*/site-packages")
    for found in pins(file).values():
        if any(pin.marker is None or pin.marker.evaluate() for pin in found):
            _link(distribution(found[0].name), site)
    _pip("--python", str(folder / "bin" / "python"), "install", "--no-deps", "--no-index", str(wheel))
    return folder / "bin" / "textbank"


def _link(package: Distribution, site: Path) -> None:
    tops = {file.parts[0] for file in package.files or []} - {"..", "__pycache__"}
    for top in tops:
        if not (site / top).exists():
            (site / top).symlink_to(Path(str(package.locate_file(top))))


def environment(folder: Path, redis_url: str = "") -> dict[str, str]:
    """Nothing of this checkout is in it."""
    port = str(free_port(behind=3))  # the simulators' are those after it
    return {
        "PATH": os.defpath,
        "TEXTBANK_DATA_DIR": str(folder),
        "TEXTBANK_PORT": port,
        "TEXTBANK_REDIS_URL": redis_url,
    }


@contextmanager
def started(command: list[str], folder: Path, variables: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=folder, env=variables)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def first(ask: Callable[[], T | None], process: subprocess.Popen[bytes]) -> T:
    """The first answer, while the process lives."""
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if answer := ask():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"no answer; the process ended with {process.returncode}")


def test_a_server_from_the_wheel_answers_with_a_page_and_its_style(textbank: Path, valkey: str, tmp_path: Path) -> None:
    variables = environment(tmp_path, valkey)
    migrated = subprocess.run([textbank, "migrate"], cwd=tmp_path, env=variables, capture_output=True, text=True)
    assert (migrated.returncode, migrated.stderr) == (0, "")
    site = f"http://127.0.0.1:{variables['TEXTBANK_PORT']}"
    with started([str(textbank), "web"], tmp_path, variables) as process:
        page = first(lambda: _page(site + "/login"), process)
        assert page.status_code == 200 and 'name="password"' in page.text
        assert _styles(site, page.text)


def _page(address: str) -> httpx.Response | None:
    try:
        return httpx.get(address)
    except httpx.TransportError:
        return None


def _styles(site: str, page: str) -> list[str]:
    """The page's style sheets, each fetched: the digest is that of the files in this checkout, so none is missing."""
    found = re.findall(rf'href="/static/{static_files.digest()}/(css/[\w.-]+\.css)"', page)
    for file in found:
        answer = httpx.get(f"{site}/static/{static_files.digest()}/{file}")
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/css")
        assert "immutable" in answer.headers["cache-control"]
        assert answer.content == static_files.served()[file]
    return found


def test_a_worker_starts_without_the_libraries_of_a_rehearsal(
    textbank: Path, valkey: str, sqlite_template: Path, tmp_path: Path
) -> None:
    variables, store = environment(tmp_path, valkey), Redis.from_url(valkey)
    shutil.copy(sqlite_template, tmp_path / "textbank.db")
    store.delete(queue.WORKER)
    with started([str(textbank), "worker"], tmp_path, variables) as process:
        assert first(lambda: store.exists(queue.WORKER), process)


@pytest.mark.parametrize("lacking", ["TEXTBANK_REDIS_URL", "TEXTBANK_TWILIO_ACCOUNT_SID"])
def test_what_a_rehearsal_lacks_is_said_in_one_line(textbank: Path, lacking: str, tmp_path: Path) -> None:
    variables = environment(tmp_path, "" if lacking == "TEXTBANK_REDIS_URL" else "redis://127.0.0.1:9")
    done = subprocess.run([textbank, "run"], cwd=tmp_path, env=variables, capture_output=True, text=True)
    [line] = done.stderr.splitlines()
    assert done.returncode == 1 and lacking in line and "requirements-run.txt" in line


def test_a_rehearsal_from_the_wheel_answers_and_stops_when_told(textbank_with_rehearsal: Path, tmp_path: Path) -> None:
    variables = environment(tmp_path)
    port = int(variables["TEXTBANK_PORT"])
    with started([str(textbank_with_rehearsal), "run"], tmp_path, variables) as process:
        assert first(lambda: _page(f"http://127.0.0.1:{port}/login"), process).status_code == 200
        phones = first(lambda: _page(f"http://127.0.0.1:{port + 1}/phones"), process)
        [sheet, *_] = re.findall(r'href="(/static/[\w/.-]+\.css)"', phones.text)
        assert first(lambda: _page(f"http://127.0.0.1:{port + 1}{sheet}"), process).status_code == 200
    assert process.returncode == 0 and not (tmp_path / "valkey.sock").exists()
