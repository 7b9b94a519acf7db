"""The command, as a shell sees it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CSV = Path(__file__).parent / "vectors" / "csv"


@pytest.fixture
def textbank(tmp_path: Path, sqlite_template: Path):  # type: ignore[no-untyped-def]
    """`textbank("import", ...)` on a database of its own, with the campaign Meyer."""
    (tmp_path / "textbank.db").write_bytes(sqlite_template.read_bytes())
    environment = {"TEXTBANK_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "webapp.cli", *words]
        return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert (
        run("campaign", "create", "Meyer for Senate", "--slug", "meyer", "--timezone", "America/New_York").returncode
        == 0
    )
    return run


def test_a_list_is_imported_and_told_as_json(textbank) -> None:  # type: ignore[no-untyped-def]
    done = textbank("import", str(CSV / "03_crlf.csv"), "--campaign", "meyer", "--list", "L", "--json")
    assert done.returncode == 0, done.stderr
    assert {k: json.loads(done.stdout)[k] for k in ("accepted", "refused", "merged", "error")} == {
        "accepted": 3,
        "refused": [],
        "merged": 0,
        "error": None,
    }


def test_a_file_error_is_told_as_json_with_exit_1(textbank) -> None:  # type: ignore[no-untyped-def]
    done = textbank("import", str(CSV / "12_missing_header.csv"), "--campaign", "meyer", "--list", "L", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "no_phone_column"


def test_without_json_an_error_is_one_clear_line(textbank) -> None:  # type: ignore[no-untyped-def]
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
def test_the_vectors_come_out_the_same_from_a_shell(textbank, name: str) -> None:  # type: ignore[no-untyped-def]
    case = VECTORS[name]
    done = textbank("import", str(CSV / name), "--campaign", "meyer", "--list", "L", "--json")
    told = json.loads(done.stdout)
    assert (told["error"] or {}).get("code") == case["file_error"] and done.returncode == (
        1 if case["file_error"] else 0
    )
    assert told["accepted"] == len(case["accepted"]) and told["merged"] == case["counts"]["merged_duplicates"]
    assert [row["reason"] for row in told["refused"]] == [row["reason"] for row in case["rejected"]]


def test_the_sample_comes_out_as_its_readme_says_from_a_shell(textbank) -> None:  # type: ignore[no-untyped-def]
    sample = Path(__file__).parent / "samples" / "meyer_gotv.csv"
    done = textbank("import", str(sample), "--campaign", "meyer", "--list", "GOTV")
    assert done.returncode == 0 and "5000 stored, 50 merged, 9 refused." in done.stdout
    assert (
        "Columns left out: issue_ID" in done.stdout and "have no first name and will use the fallback." in done.stdout
    )


def test_map_names_the_phone_column(textbank, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "l.csv").write_text("Nummer,x\n2125550123,1\nnope,2\n")
    done = textbank("import", "l.csv", "--campaign", "meyer", "--list", "L", "--map", "Nummer=phone", "--json")
    told = json.loads(done.stdout)
    assert (
        done.returncode == 0 and told["accepted"] == 1 and told["refused"] == [{"line": 3, "reason": "invalid_phone"}]
    )


def test_a_user_gets_a_one_time_link(textbank) -> None:  # type: ignore[no-untyped-def]
    done = textbank("user", "create", "--email", "Selina@example.org", "--role", "owner", "--campaign", "meyer")
    assert done.returncode == 0 and "/password/" in done.stdout and "selina@example.org is owner" in done.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [(("import", "no.csv", "--campaign", "meyer", "--list", "L"), 1), (("import", "x", "--campaign", "nobody", "--list", "L"), 1),
     (("campaign", "create", "Again", "--slug", "meyer", "--timezone", "America/New_York"), 1),
     (("campaign", "create", "Mars", "--slug", "mars", "--timezone", "Mars/Base"), 1), (("nonsense",), 2), (("import",), 2)],
)  # fmt: skip
def test_refusals_exit_1_and_wrong_usage_2(textbank, words: tuple[str, ...], code: int) -> None:  # type: ignore[no-untyped-def]
    done = textbank(*words)
    assert done.returncode == code and "Traceback" not in done.stderr


def test_doctor_finds_nothing_wrong(textbank) -> None:  # type: ignore[no-untyped-def]
    done = textbank("doctor")
    assert done.returncode == 0 and "equal a recount" in done.stdout


def test_a_database_behind_the_code_is_told(tmp_path: Path) -> None:
    environment = {"TEXTBANK_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "webapp.cli", "doctor"]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "textbank migrate" in done.stderr
