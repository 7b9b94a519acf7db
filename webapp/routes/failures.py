"""Pages for what was refused or went wrong: what happened, what was kept, what to do next, and a code to quote."""

from __future__ import annotations

import logging
import secrets

from litestar import Request, Response
from litestar.exceptions import HTTPException

from webapp import words
from webapp.access import login
from webapp.access.letter_limits import TooManyLetters
from webapp.database import failing
from webapp.http import pages
from webapp.routes import problems
from webapp.words import later

log = logging.getLogger(__name__)

_TELL = later("If it lasts, tell whoever runs this server.")
_SENTENCES = {
    404: (later("Not here"), later("The address is wrong, or this belongs to someone else now. Nothing was changed.")),
    405: (later("Not here"), later("This page can't do that. Nothing was changed.")),
    413: (
        later("Too large"),
        later("This file is too large: a list may have 1 GB, a workbook 50 MB. Nothing was stored."),
    ),
    414: (later("Too long"), later("This address is too long. Nothing was changed.")),
    429: (later("Too often"), later("Too many tries. Wait ten minutes, then try again.")),
    400: (later("Not understood"), later("Something in that form could not be read. Nothing was changed.")),
}

_LETTERS = later(
    "How you log in was changed too often just now, and is as it was. Wait an hour, or confirm your e-mail first."
)


class FilterNotUnderstood(HTTPException):
    """A form is about all that a filter finds, and a part of the filter makes no sense: without it, it would be about more."""

    status_code = 400
    detail = "A filter makes no sense."


_FILTER = later("A filter can't be understood, so nothing was done. Go back, clear the filters and choose them again.")


def http_error(request: Request, error: HTTPException) -> Response:
    status = error.status_code
    if status >= 500:
        return our_error(request, error)
    if problems.wanted(request):
        return problems.of(error)
    speak(request)
    title, text = _SENTENCES.get(status, _SENTENCES[400])
    if isinstance(error, TooManyLetters):
        text = _LETTERS
    if isinstance(error, FilterNotUnderstood):
        text = _FILTER
    return pages.error_page(request, status, words.gettext(title), words.gettext(text), code())


def speak(request: Request) -> None:
    """In the language of this browser, where nobody has looked yet whose page it is (SPEC P3)."""
    if "shared" not in request.state:
        words.language.set(login.language_of(request))


_DATABASE = {
    "away": (
        later("Back in a moment"),
        later("The database can't be reached. Everything stored before is kept. Try again in a minute."),
    ),
    "full": (
        later("Nothing was stored"),
        later("The server's disk is full, so nothing can be stored. Everything stored before is kept."),
    ),
    "read_only": (
        later("Nothing was stored"),
        later("The server takes no changes now. Everything stored before is kept."),
    ),
}


_TO_PROGRAM = "The server has a fault just now. Nothing of this request was stored. Ask again later, with the same key."


def our_error(request: Request, error: Exception) -> Response:
    """Logged under a code that the page shows, so that a person can quote it; no traceback on a page."""
    number, trouble = code(), failing.why(error)
    speak(request)
    log.error("error %s at %s %s", number, request.method, request.url.path, exc_info=None if trouble else error)
    if trouble:
        log.error("error %s: the database is in trouble (%s): %s", number, trouble, type(error).__name__)
    if problems.wanted(request):
        return problems.answer(503 if trouble else 500, _TO_PROGRAM, code=number)
    if trouble:
        title, text = _DATABASE[trouble]
        told = f"{words.gettext(text)} {words.gettext(_TELL)}"
        return pages.error_page(request, 503, words.gettext(title), told, number)
    text = words.gettext(
        "Something went wrong on our side. Everything stored before is kept. Try again. If it happens again, tell us the code."
    )
    return pages.error_page(request, 500, words.gettext("Our mistake"), text, number)


def code() -> str:
    return f"{secrets.token_hex(2).upper()}-{secrets.randbelow(10_000):04}"
