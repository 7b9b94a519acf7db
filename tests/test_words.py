"""Every sentence a volunteer can read is found by the extraction, so that a catalogue can hold it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

from webapp import words
from webapp.rules import errors

ROOT = Path(__file__).parents[1]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "Explanation": (3,)}


@lru_cache(maxsize=1)
def found() -> set[str]:
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    messages = extract_from_dir(ROOT, methods, options, KEYWORDS)
    return {m for _, _, message, *_ in messages for m in (message if isinstance(message, tuple) else (message,))}


@pytest.mark.parametrize("explanation", errors.TABLE.values(), ids=lambda e: str(e.code))
def test_why_a_text_did_not_go_can_be_translated(explanation: errors.Explanation) -> None:
    assert explanation.meaning in found()


@pytest.mark.parametrize(
    "sentence",
    [
        "Waiting to be sent",
        "%(label)s is missing.",
        "No connection. What you see here may be old.",
        "All texts are stopped for now.",
        "Join code",
    ],
)
def test_pages_forms_and_the_script_speak_the_page_s_language(sentence: str) -> None:
    assert sentence in found()


def test_a_language_without_a_catalogue_reads_english() -> None:
    token = words.language.set("en")
    try:
        assert words.gettext("%(label)s is missing.", label="ZIP") == "ZIP is missing."
    finally:
        words.language.reset(token)
