"""Headers, cells and notes in Vietnamese, Chinese, Korean and Tagalog (SPEC C1, C3)."""

from __future__ import annotations

import pytest

from webapp.rules.contacts import headers
from webapp.rules.contacts.words import flag_headers, flags, languages, notes

FILES = {
    "Vietnamese": (
        "Họ;Tên;Số điện thoại;Email;Mã bưu điện;Tiểu bang;Không nhắn tin",
        "last_name first_name phone email zip state_abbrev -",
    ),
    "Vietnamese without accents": ("Ho va ten;So dien thoai;Ma buu dien", "first_name phone zip"),
    "Chinese, simplified": (
        "姓;名;手机号码;电子邮件;邮政编码;州;拒收短信",
        "last_name first_name phone email zip state_abbrev -",
    ),
    "Chinese, traditional": ("姓名;行動電話;郵遞區號;請勿打擾", "first_name phone zip -"),
    "Korean": ("이름;휴대폰 번호;우편번호;수신거부", "first_name phone zip -"),
    "Tagalog": ("Pangalan;Apelyido;Numero ng telepono", "first_name last_name phone"),
    "two languages": ("Last name / Họ;First Name (Tên);Phone / 电话;ZIP 邮编", "last_name first_name phone zip"),
}


@pytest.mark.parametrize("language", FILES)
def test_a_list_from_another_language_finds_its_columns_by_itself(language: str) -> None:
    """ "-" is a column that says whom not to text."""
    cells, fields = FILES[language]
    found = [headers.meaning(cell) for cell in cells.split(";")]
    assert ["-" if one and one.flag == "negative" else one and one.field for one in found] == fields.split()


def test_a_family_name_never_becomes_the_first_name() -> None:
    """The whole name is one there: "Nguyễn Văn An" is An, so nothing is cut off at a blank."""
    for cell in ("Họ và tên", "姓名", "성명"):
        found = headers.meaning(cell)
        assert found and found.field == "first_name", cell


@pytest.mark.parametrize("cell", ["Ho", "Ten", "HO", "Bang", "Số nhà", "Địa chỉ", "地址", "备注", "주소", "Numero"])
def test_other_columns_stay_unknown(cell: str) -> None:
    assert headers.meaning(cell) is None


@pytest.mark.parametrize("sheet", ["Không nhắn tin", "Từ chối nhận tin", "退订", "黑名单", "拒收簡訊", "수신거부"])
def test_a_sheet_of_people_not_to_text_is_known_by_its_name(sheet: str) -> None:
    assert flag_headers.names_strikes(sheet)


def test_yes_and_no_are_read_in_a_column_about_whom_not_to_text() -> None:
    for said in ("có", "是", "예", "oo"):
        assert flags.forbids("negative", said), said
    for said in ("không", "Không", "否", "不是", "아니요", "hindi"):
        assert not flags.forbids("negative", said), said
        assert flags.forbids("positive", said), said


@pytest.mark.parametrize(
    "note",
    [
        "đừng nhắn tin",
        "Không nhắn tin nữa",
        "sai số",
        "đã qua đời",
        "không muốn liên lạc",
        "不要发短信",
        "别再给我发短信了",
        "請勿打擾",
        "號碼錯誤",
        "空号",
        "已故",
        "연락하지 마세요",
        "huwag i-text",
        "maling numero",
    ],
)
def test_a_note_against_texts_is_understood(note: str) -> None:
    assert notes.against(note)


@pytest.mark.parametrize(
    "note", ["nói tiếng Việt", "không gọi được", "Không có", "好人", "输入错误", "sinh viên", "학생", "mabait"]
)
def test_a_note_about_something_else_refuses_nobody(note: str) -> None:
    assert not notes.against(note)


def test_every_name_is_put_into_a_header_that_is_understood() -> None:
    for english in set(languages.ENGLISH.values()):
        assert headers.meaning(english) is not None, english
