"""Advice for the office when carriers filter texts, by their most frequent error (DOMAIN C6, C9, D)."""

from __future__ import annotations

from webapp.rules.speech.sentences import said

SCRIPT, FORM, NUMBER = "script", "form", "number"
_WORDS = {
    SCRIPT: said(
        "Pause the action and change the words: name the person and the organization, say how to opt out, and leave out"
        " links."
    ),
    FORM: said(
        "Close the form and change the words: name the person and the organization, say how to opt out, and leave out links."
    ),
}
_ANOTHER = said("Pause the number, so that new contacts hear from another one, and ask Twilio about it.")
_PACE = said(
    "Nothing is wrong with the words: the carrier takes no more texts so fast, or no more today. Go on more slowly or tomorrow."
)
_BLOCKED = said(
    "People block these texts on their phones. Look at whom the list holds, and whether they know the campaign."
)
_PACES, _BLOCKS = frozenset({30022, 30023}), 30004


def of(subject: str, code: int) -> str:
    """``subject``: SCRIPT; FORM for the script of an opt-in form; NUMBER. ``code``: the carriers' most frequent error."""
    if code in _PACES:
        return _PACE
    if code == _BLOCKS:
        return _BLOCKED
    return _WORDS.get(subject, _ANOTHER)
