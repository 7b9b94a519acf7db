"""A fetched file must be a list; else a sentence says why not (SPEC B8)."""

from __future__ import annotations

import pytest

from webapp.rules.nightly import fetched

CSV = b"phone,first_name\n4125550150,Mina\n"


@pytest.mark.parametrize(
    ("status", "kind", "head", "said"),
    [
        (200, "text/csv", CSV, ""),
        (200, "text/csv", b"\xef\xbb\xbf" + CSV, ""),
        (200, "application/octet-stream", CSV, ""),
        (200, "text/html; charset=utf-8", CSV, "web page"),
        (200, "text/csv", b"  <!DOCTYPE html><html>", "web page"),
        (200, "text/csv", b"\xef\xbb\xbf<html lang=en>", "web page"),
        (200, "text/csv", b"", "empty"),
        (200, "text/csv", b"\xef\xbb\xbf \n", "empty"),
        (404, "text/html", b"<html>", "no file"),
        (410, "", b"", "no file"),
        (401, "", b"", "Publish it"),
        (403, "", b"", "Publish it"),
        (500, "", b"", "HTTP 500"),
        (204, "", b"", "HTTP 204"),
    ],
)
def test_a_file_or_why_not(status: int, kind: str, head: bytes, said: str) -> None:
    found = fetched.why_not(status, kind, head, len(head))
    assert said in found and bool(said) == bool(found)


def test_columns_that_changed_are_named() -> None:
    assert fetched.columns_changed(["a", "b"], ["a", "b"]) == ""
    assert "missing: b; new: c" in fetched.columns_changed(["a", "b"], ["a", "c"])
    assert "another order" in fetched.columns_changed(["a", "b"], ["b", "a"])
