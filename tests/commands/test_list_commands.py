"""Lists of people by the command: imported, refused, and what it says of them."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.cast import TESTS
from tests.cast.forked import Textbank
from tests.cast.inputs import books

CSV = TESTS / "vectors" / "csv"
LISTS = TESTS / "vectors" / "lists"


def test_a_list_is_imported_and_told_as_json(textbank: Textbank) -> None:
    done = textbank("import", str(CSV / "03_crlf.csv"), "--campaign", "meyer", "--list", "L", "--json")
    assert done.returncode == 0, done.stderr
    assert {k: json.loads(done.stdout)[k] for k in ("accepted", "refused", "merged", "error")} == {
        "accepted": 3,
        "refused": [],
        "merged": 0,
        "error": None,
    }


def test_the_audit_log_says_that_the_command_began_to_read(textbank: Textbank, tmp_path: Path) -> None:
    assert textbank("import", str(CSV / "03_crlf.csv"), "--campaign", "meyer", "--list", "L").returncode == 0
    with contextlib.closing(sqlite3.connect(tmp_path / "textbank.db")) as file:
        told = "SELECT user_id, subject, detail FROM audit_event WHERE what = 'list.begun_by_itself'"
        [(user, subject, detail)] = file.execute(told)
        about = file.execute("SELECT kind FROM audit_about ORDER BY id").fetchall()
    assert (user, subject, json.loads(detail)) == (None, "L", {"file": "03_crlf.csv", "source": "command"})
    assert about == [("import",), ("list",)]


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
    sample = TESTS / "samples" / "meyer_gotv.csv"
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


def test_a_list_beside_a_sheet_of_people_not_to_be_texted_is_not_stored_unasked(
    textbank: Textbank, tmp_path: Path
) -> None:
    people: dict[str, list[list[books.Cell]]] = {
        "List": [["First", "Phone"], ["Ann", 2125550123]],
        "Do Not Text": [["Phone"], [2125550123]],
    }
    books.write(tmp_path / "l.xlsx", people)
    command = ("import", "l.xlsx", "--campaign", "meyer", "--list", "L")
    done = textbank(*command)
    assert done.returncode == 1 and "Do Not Text" in done.stderr and '--sheet "List"' in done.stderr
    assert "1 stored" in textbank(*command, "--sheet", "List").stdout


def test_a_sheet_a_header_line_and_hidden_rows_are_said_in_the_shell(textbank: Textbank, tmp_path: Path) -> None:
    def told(file: str, *more: str) -> dict[str, Any]:
        done = textbank("import", str(LISTS / file), "--campaign", "meyer", "--list", "L", "--json", *more)
        return dict(json.loads(done.stdout)) | {"code": done.returncode}

    sheets = told("18_multi_sheets.xlsx")
    assert sheets["accepted"] == 1 and sheets["sheet"] == "Data"
    assert any("READ ME, Data 2" in warning and "--sheet" in warning for warning in sheets["warnings"])
    assert told("18_multi_sheets.xlsx", "--sheet", "Data 2")["sheet"] == "Data 2"
    wrong = told("18_multi_sheets.xlsx", "--sheet", "Data 3")
    assert wrong["code"] == 1 and "READ ME, Data, Data 2" in wrong["error"]["message"]
    filtered = told("22_filtered.xlsx", "--without-hidden-rows")
    assert filtered["hidden_rows"] == 3 and filtered["accepted"] == 3
    county = told("08_county_junk.csv")
    assert (county["accepted"], county["lines_left_out"], county["refused"]) == (4, 5, [])
    assert told("08_county_junk.csv", "--header-line", "1")["error"]["code"] == "no_phone_column"


def test_people_whom_a_column_says_not_to_text_are_refused_until_the_shell_says_so(textbank: Textbank) -> None:
    words = ("import", str(LISTS / "07_actionnetwork.csv"), "--campaign", "meyer", "--list", "L", "--json")
    told = json.loads(textbank(*words).stdout)
    assert (told["accepted"], told["opted_out"], told["refused"]) == (1, 0, [{"line": 3, "reason": "do_not_text"}])
    assert told["left_values"] == {"tags": {"volunteer": 1}}
    told = json.loads(textbank(*words, "--opt-out-column", "can2_sms_status").stdout)
    assert (told["accepted"], told["opted_out"], told["refused"]) == (2, 1, [])


def test_home_phones_and_numbers_with_words_are_taken_where_the_shell_says_so(textbank: Textbank) -> None:
    place = ("--campaign", "meyer", "--list", "L", "--json")
    told = json.loads(textbank("import", str(LISTS / "01_van_myvoters.xls"), *place, "--home-phones").stdout)
    assert told["accepted"] == 3 and "1 have a home phone; it may be a landline." in told["warnings"]
    told = json.loads(textbank("import", str(LISTS / "13_notes_in_phone.csv"), *place, "--take-words").stdout)
    assert told["opted_out"] == 3 and "words_beside" not in {row["reason"] for row in told["refused"]}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--list", "L", "--map", "Cel=phone"), "The file has no column Cel. It has: Name, Cell #, E-mail."),
        (("--list", "L", "--map", "Name=firstname"), "There is no field firstname."),
        (("--list", "L", "--opt-out-column", "Nobody"), "The file has no column Nobody."),
        (("--list", " "), "--list wants a name."),
    ],
)
def test_what_does_not_exist_is_refused_and_nothing_stored(
    textbank: Textbank, options: tuple[str, ...], sentence: str
) -> None:
    done = textbank("import", str(LISTS / "12f_cell_hash.csv"), "--campaign", "meyer", *options)
    assert done.returncode == 1 and sentence in done.stderr and done.stdout == ""


def test_a_file_of_which_nothing_was_stored_ends_with_1(textbank: Textbank, tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("phone\nfoo\n")
    done = textbank("import", "l.csv", "--campaign", "meyer", "--list", "L", "--json")
    assert done.returncode == 1 and json.loads(done.stdout)["error"]["code"] == "nothing_stored"
    done = textbank("import", "l.csv", "--campaign", "meyer", "--list", "L")
    assert done.returncode == 1 and "line 2: invalid_phone" in done.stdout


def test_a_column_without_a_header_is_named_by_its_place(textbank: Textbank) -> None:
    words = ("import", str(LISTS / "26_headless.txt"), "--campaign", "meyer", "--list", "L")
    done = textbank(*words)
    assert done.returncode == 1 and 'as in --map "Column 8=phone"' in done.stderr
    told = json.loads(textbank(*words, "--map", "Column 8=phone", "--map", "Column 3=first_name", "--json").stdout)
    assert told["accepted"] == 2
