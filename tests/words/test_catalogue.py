"""The catalogue has every sentence, and its Spanish (SPEC P3)."""

from __future__ import annotations

import re

from babel.messages.catalog import Message

from tests.words.catalogue import forms, found, spanish, translated
from webapp import words
from webapp.routes.volunteer import home
from webapp.rules import errors, variables
from webapp.rules.speech.sentences import Sentence


def test_every_sentence_is_in_the_catalogue() -> None:
    """Else run bin/words and translate what came in."""
    assert sorted(map(str, found() - {message.id for message in translated()})) == []


def test_the_catalogue_has_no_sentence_that_nobody_says() -> None:
    """Else run bin/words."""
    assert sorted(str(message.id) for message in translated() if message.id not in found()) == []
    assert not spanish().obsolete


def test_every_sentence_has_its_spanish() -> None:
    left = [m.id for m in translated() if not all(form.strip() for form in forms(m.string)) or m.fuzzy]
    assert left == []
    assert [m.id for m in translated() if m.pluralizable and len(forms(m.string)) != 2] == []


def _names(message: Message) -> bool:
    """Does the translation name what the sentence names, and is each % a placeholder?"""
    named = {form: re.findall(r"%\((\w+)\)s", form) for form in (*forms(message.id), *forms(message.string))}
    wanted = {name for form in forms(message.id) for name in named[form]}
    whole = all(form.replace("%%", "").count("%") == len(named[form]) for form in forms(message.string))
    return whole and wanted == {name for form in forms(message.string) for name in named[form]}


def test_a_translation_names_what_the_sentence_names() -> None:
    """A placeholder that is missing or made up is a hole in the page, or a page that can't be shown."""
    assert [message.id for message in translated() if not _names(message)] == []


def _ends(message: Message) -> bool:
    english, other = forms(message.id)[-1], forms(message.string)[-1]
    ends = {".": ".", "?": "?", "!": "!", ",": ",:"}
    alike = other[-1] in ends[english[-1]] if english[-1] in ends else other[-1] not in ".!"
    return alike and other.count("?") == other.count("¿") and other.count("!") == other.count("¡")


def test_a_translation_ends_as_the_sentence_does() -> None:
    """The pages put sentences side by side."""
    assert [(message.id, message.string) for message in translated() if not _ends(message)] == []


def test_spanish_says_tu_and_never_usted() -> None:
    formal = re.compile(r"\b(usted|ustedes|vosotros|su cuenta|haga|escriba|pulse|ingrese)\b", re.IGNORECASE)
    assert [m.id for m in translated() if any(formal.search(form) for form in forms(m.string))] == []


def test_why_a_text_did_not_go_can_be_translated() -> None:
    meanings = [errors.explain(code).meaning for code in (*errors.TABLE, 99_999)]
    assert {meaning.words for meaning in meanings if isinstance(meaning, Sentence)} <= found()
    assert all(isinstance(meaning, Sentence) for meaning in meanings)
    with words.speaking("es"):
        assert words.gettext(meanings[-1]) == "Twilio informó el error 99999."


def test_whatever_a_sender_may_lack_has_words() -> None:
    assert set(home.LACKED) == {*variables.USER, *variables.CAMPAIGN}
    assert set(home.LACKED.values()) <= found()
