"""The encoding of an uploaded file, told from its bytes.

Nothing is guessed where a wrong guess could lose people: then the file is refused with a reason. The whole file decides, not
its beginning, so that the outcome is the same wherever a byte stands.
"""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO

from webapp.reader.file_error import FileError

SAMPLE = 65_536  # bytes
PIECE = 1_000_000  # bytes read at a time
UNREADABLE = "The letters of this file can't be read. Save it as CSV UTF-8 and upload again."
_MIXED = "Part of this file is UTF-8 and part is not, such as line {line:,}. Save it as CSV UTF-8 and upload again."
_MAGIC = {  # first bytes of files that are no text
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a packed file",
    b"PK\x03\x04": "a packed file",
    b"Rar!": "a packed file",
    b"7z\xbc\xaf": "a packed file",
    b"SQLite format 3": "a database",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
}
_OTHER_TEXT = (  # how a text begins that is no list, in small letters
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<table", "a web page"),
    (b"<?xml", "an XML file"),
    (b"{\\rtf", "a text document"),
    (b"begin:vcard", "a file of business cards"),
)
_JSON = re.compile(rb'(\[\s*)?\{\s*("|\})')
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16's does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# é, ñ, quotes, emoji
_UTF8_LETTER = re.compile(rb"\xc3[\x80-\xbf]|\xc2[\xa1-\xbf]|\xe2\x80[\x93-\x9d]|\xf0\x9f[\x80-\xbf]")
# á à ä é ê ú ü; the same bytes are no letters in Windows-1252, or rare ones. è is left out: its byte is undefined there
_MAC_LETTER = re.compile(rb"[a-z][\x87\x88\x8a\x8e\x9c\x9f]|[A-Z][\x87\x88\x8a\x8e\x9f][a-z]")
_CP1252_LETTER = re.compile(rb"[a-zA-Z][\xe0-\xff]|[\xc0-\xff][a-z]")
_HIGH = bytes(range(0xA1, 0x100))
_ANY_HIGH = bytes(range(0x80, 0x100))
# Two letters or more as Shift-JIS, Big5 and GB18030 have them. Where each second byte is a plain letter it may be Hélène
_PAIRS = re.compile(rb"(?:[\x81-\x9f\xa1-\xfe][\x40-\x7e\x80-\xfe]){2,}")
_NO_LETTERS = bytes(set(range(0x80, 0xA0)) - set(b"\x8a\x8c\x8e\x9a\x9c\x9e\x9f"))
_WITH_ACCENTS = re.compile(rb"(?:[\x80-\xff][A-Za-z])+")
# ••••1234, ———— and “A”–“B”: signs as Windows-1252 has them. “c’† is none of these but 田中 in Shift-JIS
_SIGNS_AS_WRITTEN = re.compile(
    rb"([\x85\x95-\x97\xa0\xb7])\1*|(?:\x93[A-Za-z]?(?:\x94|$)|\x91[A-Za-z]?(?:\x92|$)|\xab[A-Za-z]?(?:\xbb|$)|[\x85\x95-\x97\xb7])+"
)
_HIGH_WORD = re.compile(rb"[\xa1-\xff]{3,}")  # in a Western language letters with accents stand alone
# A word of two letters or more that no ASCII letter touches: 王 in GB18030 is "Íõ". Quotes, dashes and signs that stand
# together in Windows-1252 are no letters, nor are bytes that it lacks
_ALONE = re.compile(rb"(?<![A-Za-z\x80-\xff])[\x80-\xff]{2,}(?![A-Za-z\x80-\xff])")
_SIGNS = b"\x81\x8d\x8f\x90\x9d\x80\x84\x85\x86\x87\x8b\x91\x92\x93\x94\x95\x96\x97\x99\x9b\xa0\xa1\xa7\xa9\xaa\xab\xae\xb0\xb4\xb6\xb7\xba\xbb\xbf"
# A sign in a word, where DOS, Latin-2 and Shift-JIS have letters: Jos‚, Mu¤oz, £ukasz, ƒP
_SIGN_IN_WORD = re.compile(
    rb"[A-Za-z][\x82\x83\x88\x89\xa2\xa4\xa5\xa6\xac\xaf\xb1\xb8]|[\x83\x88\x89\xa2-\xa6\xac\xae\xaf\xb1\xb8\xbc\xbe](?=[A-Za-z])"
    rb"|[A-Za-z][\x84\x94\xa1\xa3](?=[a-z])"
)


def detect(file: BinaryIO) -> str:
    """A name Python's codecs know. Raises FileError for a file that is no text or mixes encodings."""
    file.seek(0)
    sample = file.read(SAMPLE)
    _refuse_other_files(sample)
    for bom, encoding in _BOMS:
        if sample.startswith(bom):
            return encoding
    if name := _utf16_without_bom(sample):
        return name
    if _is_binary(sample):
        raise FileError("not_text", "This file is not text. Open it in a spreadsheet and save it as CSV.")
    line = _first_line_not_utf8(file)
    return _single_byte(file, line) if line else "utf-8"


def _refuse_other_files(sample: bytes) -> None:
    begins = sample.removeprefix(codecs.BOM_UTF8).lstrip()[:20].lower()
    found = [what for magic, what in _MAGIC.items() if sample.startswith(magic)]
    found += [what for text, what in _OTHER_TEXT if begins.startswith(text)]
    if _JSON.match(begins):
        found.append("a JSON file")
    if found:
        raise FileError("not_text", f"This is {found[0]}, not a list. Open it in a spreadsheet and save it as CSV.")


def _utf16_without_bom(sample: bytes) -> str | None:
    half = len(sample) // 2
    for name, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if half > 4 and zeros.count(0) > 0.7 * half:
            return name
    return None


def _is_binary(sample: bytes) -> bool:
    strange = sum(byte < 32 and byte not in b"\t\n\r\f\x1a\x00\x1b" for byte in sample)
    return strange > len(sample) // 100 or sample.count(0) > len(sample) // 10


def _first_line_not_utf8(file: BinaryIO) -> int:
    """The number of the line with the first byte that is not UTF-8; 0 where all are."""
    file.seek(0)
    decoder, lines = codecs.getincrementaldecoder("utf-8")(), 1
    try:
        while piece := file.read(PIECE):
            decoder.decode(piece)
            lines += piece.count(b"\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return lines + error.object[: error.start].count(b"\n")
    return 0


def _high(word: bytes) -> int:
    return len(word) - len(word.translate(None, _ANY_HIGH))


def _harmless(word: bytes) -> bool:
    """Words with accents, or signs alone: they tell of no other alphabet."""
    return bool(_WITH_ACCENTS.fullmatch(word) or _SIGNS_AS_WRITTEN.fullmatch(word))


def _begins_oddly(piece: bytes, word: re.Match[bytes]) -> bool:
    """No word begins with “c’† in Windows-1252; after a letter an apostrophe may stand."""
    return word[0][0] in _NO_LETTERS and not piece[max(0, word.start() - 1) : word.start()].isalpha()


def _single_byte(file: BinaryIO, line: int) -> str:
    """Windows-1252 or Mac Roman. A UTF-8 letter anywhere means mixed encodings, which are refused, and so are letters of
    other alphabets or of DOS: which one, only a guess could say. ``line``: the first that is not UTF-8."""
    file.seek(0)
    western = mixed = False
    mac = high = in_words = any_high = in_pairs = pairs = strange = 0
    before = b""
    while piece := file.read(PIECE):
        both = before + piece
        mixed = mixed or bool(_UTF8_LETTER.search(both))
        mac, western = mac + len(_MAC_LETTER.findall(piece)), western or bool(_CP1252_LETTER.search(both))
        high += len(piece) - len(piece.translate(None, _HIGH))
        in_words += sum(len(word[0]) for word in _HIGH_WORD.finditer(piece) if not _harmless(word[0]))
        any_high += len(piece) - len(piece.translate(None, _ANY_HIGH))
        found = [word for word in _PAIRS.finditer(piece) if not _harmless(word[0])]
        pairs += len(found) + sum(_begins_oddly(piece, word) for word in found)  # one of these is enough
        in_pairs += sum(_high(word[0]) for word in found)
        strange += sum(_high(word[0]) for word in _ALONE.finditer(piece) if len(word[0].translate(None, _SIGNS)) > 1)
        strange += len(_SIGN_IN_WORD.findall(piece))
        before = piece[-3:]
    if in_words * 2 > high or (pairs > 1 and in_pairs * 2 > any_high) or (strange * 2 > any_high and strange > mac):
        raise FileError("encoding", UNREADABLE)
    if mixed:
        raise FileError("encoding", _MIXED.format(line=line))
    return "mac_roman" if mac and not western else "cp1252"
