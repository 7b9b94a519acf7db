"""The encoding of an uploaded file, told from its bytes.

Nothing is guessed where a wrong guess could lose people: then the file is refused with a reason.
"""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO

import charset_normalizer

from webapp.reader.file_error import FileError

SAMPLE = 65_536  # bytes
PIECE = 1_000_000  # bytes read at a time
UNREADABLE = "The letters of this file can't be read. Save it as CSV UTF-8 and upload again."
_MAGIC = {  # first bytes of files that are no text
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a packed file",
    b"PK\x03\x04": "a packed file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"Rar!": "a packed file",
    b"7z\xbc\xaf": "a packed file",
    b"SQLite format 3": "a database",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
}
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# é, ñ, quotes, emoji
_UTF8_LETTER = re.compile(rb"\xc3[\x80-\xbf]|\xc2[\xa1-\xbf]|\xe2\x80[\x93-\x9d]|\xf0\x9f[\x80-\xbf]")
# á à ä é è ú ü; the same bytes are no letters in Windows-1252, or rare ones
_MAC_LETTER = re.compile(rb"[a-z][\x87\x88\x8a\x8e\x8f\x9c\x9f]")
_CP1252_LETTER = re.compile(rb"[a-zA-Z][\xe0-\xff]|[\xc0-\xff][a-z]")


def detect(file: BinaryIO) -> str:
    """A name Python's codecs know. Raises FileError for a file that is no text or mixes encodings."""
    file.seek(0)
    sample = file.read(SAMPLE)
    for magic, what in _MAGIC.items():
        if sample.startswith(magic):
            raise FileError("not_text", f"This is {what}, not a list. Open it in a spreadsheet and save it as CSV.")
    for bom, encoding in _BOMS:
        if sample.startswith(bom):
            return encoding
    if name := _utf16_without_bom(sample):
        return name
    if _is_binary(sample):
        raise FileError("not_text", "This file is not text. Open it in a spreadsheet and save it as CSV.")
    if _is_utf8(file):
        return "utf-8"
    return _single_byte(file)


def _utf16_without_bom(sample: bytes) -> str | None:
    half = len(sample) // 2
    for name, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if half > 4 and zeros.count(0) > 0.7 * half:
            return name
    return None


def _is_binary(sample: bytes) -> bool:
    strange = sum(byte < 32 and byte not in b"\t\n\r\f\x1a\x00\x1b" for byte in sample)
    return strange > len(sample) // 100 or sample.count(0) > len(sample) // 10


def _is_utf8(file: BinaryIO) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := file.read(PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _single_byte(file: BinaryIO) -> str:
    """Windows-1252 or Mac Roman; where it can be neither, another single-byte encoding. A UTF-8 letter anywhere in the
    file means mixed encodings, which are refused."""
    file.seek(0)
    sample, mac, before = file.read(SAMPLE), False, b""
    file.seek(0)
    letters = False
    while piece := file.read(PIECE):
        if _UTF8_LETTER.search(before + piece):
            raise FileError(
                "encoding", "Part of this file is UTF-8 and part is not. Save it as CSV UTF-8 and upload again."
            )
        mac, letters = mac or bool(_MAC_LETTER.search(piece)), letters or bool(_CP1252_LETTER.search(piece))
        before = piece[-3:]
    if mac and not letters:
        return "mac_roman"
    try:
        sample.decode("cp1252")
        return "cp1252"
    except UnicodeDecodeError:
        best = charset_normalizer.from_bytes(sample).best()
    if best is None:
        raise FileError("encoding", UNREADABLE)
    return best.encoding
