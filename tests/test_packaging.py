"""What a server installs: pins that fit pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
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
