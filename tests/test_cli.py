"""The command, as a shell sees it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cast.databases import whole

ROOT = Path(__file__).parents[1]
CSV = Path(__file__).parent / "vectors" / "csv"


Textbank = Callable[..., subprocess.CompletedProcess[str]]


def shell(folder: Path) -> Textbank:
    """`textbank ...` on the database of this folder."""
    environment = {"TEXTBANK_DATA_DIR": str(folder), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "webapp.cli", *words]
        return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=60)

    return run


@pytest.fixture(scope="module")
def with_meyer(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A database with the campaign Meyer, made by the command itself."""
    folder = tmp_path_factory.mktemp("cli")
    shutil.copy(sqlite_template, folder / "textbank.db")
    created = shell(folder)(
        "campaign", "create", "Meyer for Senate", "--slug", "meyer", "--timezone", "America/New_York"
    )
    assert created.returncode == 0, created.stderr
    return whole(folder / "textbank.db")


@pytest.fixture
def textbank(tmp_path: Path, with_meyer: Path) -> Textbank:
    """On a database of its own, with the campaign Meyer."""
    shutil.copy(with_meyer, tmp_path / "textbank.db")
    return shell(tmp_path)


def test_a_list_is_imported_and_told_as_json(textbank: Textbank) -> None:
    done = textbank("import", str(CSV / "03_crlf.csv"), "--campaign", "meyer", "--list", "L", "--json")
    assert done.returncode == 0, done.stderr
    assert {k: json.loads(done.stdout)[k] for k in ("accepted", "refused", "merged", "error")} == {
        "accepted": 3,
        "refused": [],
        "merged": 0,
        "error": None,
    }


def test_a_file_error_is_told_as_json_with_exit_1(textbank: Textbank) -> None:
    done = textbank("import", str(CSV / "12_missing_header.csv"), "--campaign", "meyer", "--list", "L", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "no_phone_column"


def test_without_json_an_error_is_one_clear_line(textbank: Textbank) -> None:
    done = textbank("import", str(CSV / "26_png_renamed.csv"), "--campaign", "meyer", "--list", "L")
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1 and "save it as CSV" in done.stderr


VECTORS = {case["file"]: case for case in json.loads((CSV / "expected.json").read_text())["files"]}
SOME = [
    "06_utf16be_bom_tab.csv",
    "07_windows1252.csv",
    "13_duplicate_header.csv",
    "20_formula_injection.csv",
    "34_unbalanced_quote.csv",
]


@pytest.mark.parametrize("name", SOME)
def test_the_vectors_come_out_the_same_from_a_shell(textbank: Textbank, name: str) -> None:
    case = VECTORS[name]
    done = textbank("import", str(CSV / name), "--campaign", "meyer", "--list", "L", "--json")
    told = json.loads(done.stdout)
    assert (told["error"] or {}).get("code") == case["file_error"] and done.returncode == (
        1 if case["file_error"] else 0
    )
    assert told["accepted"] == len(case["accepted"]) and told["merged"] == case["counts"]["merged_duplicates"]
    assert [row["reason"] for row in told["refused"]] == [row["reason"] for row in case["rejected"]]


def test_the_sample_comes_out_as_its_readme_says_from_a_shell(textbank: Textbank) -> None:
    sample = Path(__file__).parent / "samples" / "meyer_gotv.csv"
    done = textbank("import", str(sample), "--campaign", "meyer", "--list", "GOTV")
    assert done.returncode == 0 and "5000 stored, 50 merged, 9 refused." in done.stdout
    assert (
        "Columns left out: issue_ID" in done.stdout and "have no first name and will use the fallback." in done.stdout
    )


def test_map_names_the_phone_column(textbank: Textbank, tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("Nummer,x\n2125550123,1\nnope,2\n")
    done = textbank("import", "l.csv", "--campaign", "meyer", "--list", "L", "--map", "Nummer=phone", "--json")
    told = json.loads(done.stdout)
    assert (
        done.returncode == 0 and told["accepted"] == 1 and told["refused"] == [{"line": 3, "reason": "invalid_phone"}]
    )


def test_a_user_gets_a_one_time_link(textbank: Textbank) -> None:
    done = textbank("user", "create", "--email", "Selina@example.org", "--role", "owner", "--campaign", "meyer")
    assert done.returncode == 0 and "/password/" in done.stdout and "selina@example.org is owner" in done.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("import", "no.csv", "--campaign", "meyer", "--list", "L"), 1),
        (("import", "x", "--campaign", "nobody", "--list", "L"), 1),
        (("campaign", "create", "Again", "--slug", "meyer", "--timezone", "America/New_York"), 1),
        (("campaign", "create", "Mars", "--slug", "mars", "--timezone", "Mars/Base"), 1),
        (("nonsense",), 2),
        (("import",), 2),
    ],
)
def test_refusals_exit_1_and_wrong_usage_2(textbank: Textbank, words: tuple[str, ...], code: int) -> None:
    done = textbank(*words)
    assert done.returncode == code and "Traceback" not in done.stderr


def test_doctor_finds_nothing_wrong(textbank: Textbank) -> None:
    done = textbank("doctor")
    assert done.returncode == 0 and "equal a recount" in done.stdout


def test_a_database_behind_the_code_is_told(tmp_path: Path) -> None:
    done = shell(tmp_path)("doctor")
    assert done.returncode == 1 and "textbank migrate" in done.stderr
