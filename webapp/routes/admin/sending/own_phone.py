"""Why a text to one's own phone did not go."""

from __future__ import annotations

from webapp import words
from webapp.rules import errors
from webapp.rules.speech.sentences import said


def declined(code: int) -> str:
    """A safeguard's sentence is about some person; here the person is whoever reads it."""
    own = {
        errors.LOCKED: said("You got this same text less than ten minutes ago. Change the text, or wait a while."),
        errors.OPTED_OUT: said("Your own phone has opted out of this campaign permanently."),
        errors.INVALID_PHONE: said("This site can't text the phone number of your account."),
        errors.OUT_OF_HOURS: said("It is too early or too late where your phone is."),
    }
    return words.gettext("Not sent:") + " " + words.gettext(own.get(code, errors.explain(code).meaning))
