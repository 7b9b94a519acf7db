"""The name and phone that people give of themselves: at sign-up, with their first password, and on their account page
(SPEC S9)."""

from __future__ import annotations

from webapp import words
from webapp.http.forms import Form


def read(form: Form) -> dict[str, str]:
    """Columns of User."""
    return {
        "first_name": form.person_name("first_name", words.gettext("First name")),
        "last_name": form.person_name("last_name", words.gettext("Last name")),
        "phone": form.phone("phone"),
    }
