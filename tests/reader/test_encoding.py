"""One outcome wherever a byte stands, and whatever the size of the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.reader.reading import case, cells, surveyed, write
from webapp.reader.encoding import UNREADABLE
from webapp.reader.file_error import FileError

PEOPLE = [f"412555{n:04},Person number {n},15213\r\n" for n in range(1000, 4000)]
UNDEFINED = [b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"]  # in Windows-1252
assert len("".join(PEOPLE)) > 70_000, "more than the sample"


def placed(where: float, row: bytes, people: list[str] = PEOPLE) -> bytes:
    """A list with one row of these bytes at a share of its length."""
    at = int(where * len(people))
    rows = [row.encode() for row in people]
    return b"".join([b"phone,first_name,zip\r\n", *rows[:at], row, *rows[at:]])


@settings(max_examples=25, deadline=None)
@example(where=0.0, strange=b"\x81", before=b"O\x92", after=b"\xf1a")  # three high bytes at once, after a letter
@given(
    where=st.floats(0, 1),
    strange=st.sampled_from(UNDEFINED),
    before=st.sampled_from([b"", b"x", b"B", b"\xe9", b"O\x92"]),
    after=st.sampled_from([b"", b"y", b"\xf1a", *UNDEFINED]),
)
def test_a_byte_that_windows_1252_lacks_changes_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, where: float, strange: bytes, before: bytes, after: bytes
) -> None:
    row = b"4125550101,Jos\xe9 " + before + strange + after + b",15213\r\n"
    path = write(tmp_path_factory.mktemp("bytes"), placed(where, row))
    shape = surveyed(path)
    assert (shape.encoding, shape.rows) == ("cp1252", len(PEOPLE) + 1)
    assert shape.unreadable == 1 + (after in UNDEFINED)
    [jose] = [found for found in cells(path) if found[0] == "4125550101"]
    assert jose[1].startswith("José " + before.decode("cp1252")) and "\ufffd" in jose[1] and jose[2] == "15213"


@pytest.mark.parametrize("where", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("strange", UNDEFINED)
def test_such_a_byte_alone_is_windows_1252_too(tmp_path: Path, where: float, strange: bytes) -> None:
    shape = surveyed(write(tmp_path, placed(where, b"4125550101,Ann" + strange + b",15213\r\n")))
    assert (shape.encoding, shape.unreadable) == ("cp1252", 1)


@pytest.mark.parametrize("where", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(
    ("row", "encoding"),
    [
        ("4125550101,Núñez,15213\r\n".encode("cp1252"), "cp1252"),
        ("4125550101,O’Hara,15213\r\n".encode("cp1252"), "cp1252"),
        ("4125550101,José,15213\r\n".encode("mac_roman"), "mac_roman"),
        ("4125550101,José,15213\r\n".encode(), "utf-8"),
    ],
)
def test_letters_are_read_alike_wherever_they_stand(tmp_path: Path, where: float, row: bytes, encoding: str) -> None:
    path = write(tmp_path, placed(where, row))
    assert surveyed(path).encoding == encoding
    assert row.decode(encoding).strip().split(",") in cells(path)


@pytest.mark.parametrize("where", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(
    "row", ["4125550101,Анна Иванова,15213\r\n".encode("cp1251"), "4125550101,李明华,15213\r\n".encode("gbk")]
)
def test_letters_of_another_alphabet_are_not_guessed(tmp_path: Path, where: float, row: bytes) -> None:
    with pytest.raises(FileError) as refused:
        surveyed(write(tmp_path, placed(where, row)))
    assert refused.value.code == "encoding" and "UTF-8" in refused.value.message


def test_two_encodings_in_one_file_are_refused_with_the_line(tmp_path: Path) -> None:
    content = placed(0.5, b"4125550101,Jos\xe9,15213\r\n") + "4125550102,José,15213\r\n".encode()
    with pytest.raises(FileError) as refused:
        surveyed(write(tmp_path, content))
    assert refused.value.code == "encoding" and "line 1,502" in refused.value.message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_unicode_is_read_in_every_form(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, "phone\tfirst_name\r\n4125550101\tNoémie 李\r\n".encode(encoding))
    assert cells(path) == [["4125550101", "Noémie 李"]]


def test_a_van_export_is_text_in_spite_of_its_name(tmp_path: Path) -> None:
    shape = surveyed(case(tmp_path, "01_van_myvoters.xls"))
    assert (shape.encoding, shape.delimiter, shape.rows, shape.header[1]) == ("utf-16", "\t", 4, "LastName")
    assert surveyed(case(tmp_path, "10_unicode_text.txt")).rows == 2


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"<html><table><tr><td>phone</td></tr></table></html>", "a web page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "an XML file"),
        (b"BEGIN:VCARD\nTEL:4125550101\nEND:VCARD\n", "a file of business cards"),
        (b"{\\rtf1 phone}", "a text document"),
        (b'[\n  {"phone": "4125550101"}\n]', "a JSON file"),
        (b'{"phone": "4125550101"}\n{"phone": "4125550102"}\n', "a JSON file"),
    ],
)
def test_text_that_is_no_list_is_named(tmp_path: Path, content: bytes, what: str) -> None:
    with pytest.raises(FileError) as refused:
        surveyed(write(tmp_path, content))
    assert refused.value.code == "not_text" and what in refused.value.message


@pytest.mark.parametrize(
    "encoding", ["shift_jis", "euc_jp", "gb18030", "big5", "euc_kr", "cp1251", "koi8_r", "cp1253", "cp1256"]
)
def test_letters_of_other_alphabets_are_refused_and_never_guessed(tmp_path: Path, encoding: str) -> None:
    names = {
        "shift_jis": "名前,山田,たなか,スズキ",
        "euc_jp": "名前,山田,たなか",
        "euc_kr": "이름,김철수",
        "cp1253": "Όνομα,Γιώργος",
    }
    written = names.get(
        encoding,
        "名字,王小明,李大明"
        if encoding in ("gb18030", "big5")
        else "الاسم,محمد"
        if encoding == "cp1256"
        else "Имя,Иван",
    )
    header, *people = written.split(",")
    content = f"{header},phone\n" + "".join(f"{name},412555{n:04}\n" for n, name in enumerate(people))
    with pytest.raises(FileError) as refused:
        surveyed(write(tmp_path, content.encode(encoding)))
    assert refused.value.message == UNREADABLE


@pytest.mark.parametrize(
    "name", ["Hélène", "Désirée Gérard", "Peña", "François", "O’Brien", "Žižek", "Čapek", "“Bob”", "Søren"]
)
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_names_with_accents_alone_are_read(tmp_path: Path, name: str, encoding: str) -> None:
    plain = name.replace("Č", "C")
    path = write(tmp_path, f"first,phone\n{plain},4125550101\n".encode(encoding))
    assert cells(path) == [[plain, "4125550101"]]


@pytest.mark.parametrize("name", ["Hélène", "Müller", "Désirée", "Gérard"])
def test_a_macs_letters_are_read(tmp_path: Path, name: str) -> None:
    assert cells(write(tmp_path, f"first,phone\n{name},4125550101\n".encode("mac_roman"))) == [[name, "4125550101"]]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("gb18030", "王"),
        ("gb18030", "李丽"),
        ("gbk", "陈"),
        ("shift_jis", "あい"),
        ("shift_jis", "ケンジ"),
        ("shift_jis", "田中"),
        ("euc_kr", "김"),
        ("cp437", "José"),
        ("cp850", "Muñoz"),
        ("cp850", "García"),
        ("iso8859-2", "Łukasz"),
        ("iso8859-2", "Žofia"),
    ],
)
def test_one_such_name_among_a_few_rows_is_never_bent(tmp_path: Path, encoding: str, name: str) -> None:
    content = f"First Name,Phone\nBo,4125550102\n{name},4125550101\nAnn,4125550103\n".encode(encoding)
    with pytest.raises(FileError) as refused:
        surveyed(write(tmp_path, content))
    assert refused.value.message == UNREADABLE


@pytest.mark.parametrize(
    "name",
    [
        "JOSÉ",
        "NÚÑEZ",
        "Öz",
        "À",
        "Åsa Öberg",
        "“Él”",
        "¿Qué?",
        "§§ 5",
        "½",
        "O’Dell™",
        "5°",
        "Nº 4",
        "£5",
        "Acme®",
        "Þór",
        "Ía",
        "••••1234",
        "————",
        "“A”–“B”",
        "····1234",
    ],
)
def test_a_few_letters_and_signs_of_windows_1252_are_read(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, f"First Name,Phone\nBo,4125550102\n{name},4125550101\n".encode("cp1252"))
    assert cells(path)[1] == [name, "4125550101"]
