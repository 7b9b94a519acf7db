"""Which file of a folder is tonight's, and what may be typed (SPEC B8)."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast.inputs import hostile
from webapp.rules.nightly import fetched, folder
from webapp.rules.nightly.folder import Listed
from webapp.rules.outside import address


def files(*named: tuple[str, int]) -> list[Listed]:
    return [Listed(name, name.encode(), 1, changed) for name, changed in named]


def test_the_newest_whose_name_fits_is_tonight_s() -> None:
    there = files(("a.csv", 5), ("B.CSV", 7), ("c.txt", 9), ("d.csv.part", 9))
    assert (found := folder.newest(there, "*.csv")) and found.name == "B.CSV"
    assert (found := folder.newest(files(("a.csv", 5), ("b.csv", 5)), "*.csv")) and found.name == "b.csv"
    assert folder.newest(there, "voters*.csv") is None and folder.newest([], "*.csv") is None


@pytest.mark.parametrize(
    ("name", "pattern", "fits"),
    [
        ("voters-2026.csv", "voters-*.csv", True),
        ("voters-1.csv", "voters-?.csv", True),
        ("voters-12.csv", "voters-?.csv", False),
        ("voters[1].csv", "voters[1].csv", True),
        ("voters1.csv", "voters[1].csv", False),
        ("VOTERS.CSV", "voters.csv", True),
        ("voters.csv.gpg", "*.csv", False),
        ("a" * 190 + "b", "*a" * 30 + "c", False),
    ],
)
def test_names_fit_by_stars_and_question_marks_only(name: str, pattern: str, fits: bool) -> None:
    assert folder.fits(name, pattern) is fits


def test_no_pattern_is_too_costly_for_any_name() -> None:
    assert hostile.costly(lambda text: folder.fits(text, text[: folder.LONGEST_PATTERN])) is None
    assert hostile.costly(lambda text: folder.fits(text, f"*{text[:40]}*{text[:40]}*c")) is None


def test_a_pattern_longer_than_can_be_stored_fits_nothing() -> None:
    assert folder.fits("a" * 150, "a" * 100 + "*") is False and folder.fits("a" * 150, "a" * 99 + "*") is True


@pytest.mark.parametrize(
    "raw",
    [b"../x.csv", b"/x.csv", b"a\\b.csv", b".x.csv", b"a\x1b.csv", b"a\n.csv", b"\xff.csv", b"x" * 201, b"a\x00.csv"],
)
def test_names_that_lead_away_or_hide_are_left_out(raw: bytes) -> None:
    assert folder.listed(raw, 1, 1) is None


@given(st.binary(max_size=300))
def test_any_name_is_read_or_left_out(raw: bytes) -> None:
    found = folder.listed(raw, 1, 1)
    assert found is None or (found.name.encode() == raw and folder.fits(found.name, "*"))


def test_a_fingerprint_is_that_of_ssh_s_own_tools() -> None:
    blob = b"\x00\x00\x00\x0bssh-ed25519 and so on"
    line = f"ssh-ed25519 {base64.b64encode(blob).decode()} who@where"
    assert folder.fingerprint(line) == "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    assert folder.fingerprint("") == folder.fingerprint("ssh-rsa") == folder.fingerprint("ssh-rsa ***") == ""


@pytest.mark.parametrize(
    ("port", "may"), [(22, True), (2222, True), (65_535, True), (25, False), (443, False), (65_536, False)]
)
def test_ports_of_other_services_are_not_called(port: int, may: bool) -> None:
    assert folder.port_may_be(port) is may


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "10.0.0.7",
        "[::1]",
        "::1",
        "0x7f.1",
        "db.internal",
        "nas.local",
        "a..org",
        "-a.org",
        "user@data.org",
        "data.org/x",
        "data.org:22",
    ],
)
def test_servers_without_a_public_name_are_refused(host: str) -> None:
    assert address.host_why_not(host)


def test_a_server_with_a_public_name_is_called_and_a_rehearsal_calls_its_own_machine() -> None:
    assert address.host_why_not("") and address.host_why_not("a b.org") and address.host_why_not("data.órg")
    assert address.host_why_not("x" * 64 + ".org") and address.host_why_not("a." * 127 + "org")
    assert not address.host_why_not("sftp.example.org") and not address.host_why_not("127.0.0.1", rehearsal=True)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"cell,given\n", ""),
        (b"\xff\xfec\x00e\x00", ""),
        (b"PK\x03\x04\x00\x00", ""),
        (b"<!DOCTYPE html>", "is a web page"),
        (b"\x7fELF\x00", "is not a CSV"),
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf \n", "The file is empty."),
    ],
)
def test_a_list_or_why_it_is_none(head: bytes, said: str) -> None:
    found = fetched.why_no_list("x.csv", head, len(head))
    assert said in found and bool(said) == bool(found)
