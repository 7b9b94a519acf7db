"""Reads the fields of a form, collects errors, and keeps what was typed. No database.

A handler reads each field by a method that returns its value, or notes an error for that field and returns a blank or the
least value. ``typed`` keeps what was typed, for the page to show it again.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from webapp.http import form_errors
from webapp.rules import edited, names, phone
from webapp.rules.logins import guessable
from webapp.words import gettext

MOST_DOLLARS = 200_000  # in ten-thousandths it fits a 32-bit column
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d{1,4})?")  # 1,250.50; the comma of 0,022 is a point
_LONGEST = 20_000  # characters of a line; each field's own limit is shorter
_SHORT = 100  # characters of a number, a time, a day or a choice
_LONGEST_EMAIL = 254
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
_NO_LABELS: Mapping[str, str] = {}


class Form:
    """``data``: a multi-dict of strings and uploads. ``typed``: field -> what the page shows in it. ``errors``: field -> a
    sentence."""

    def __init__(self, data: Any = None, typed: dict[str, Any] | None = None) -> None:
        self.data = data if data is not None else {}
        self.typed: dict[str, Any] = typed or {}
        self.errors: dict[str, str] = {}
        self.meanwhile: list[tuple[str, str, bool]] = []  # label, stored value, and whether this form changed it too
        self.saved: tuple[str, datetime | None] = ("", None)  # who saved meanwhile, and when

    def __bool__(self) -> bool:
        """True while there are no errors."""
        return not self.errors

    def in_order(self) -> list[tuple[str, str]]:
        return form_errors.in_order(self.data, self.errors)

    def wrong(self, name: str, sentence: str) -> None:
        """Notes an error of a field; its first error stays."""
        self.errors.setdefault(name, sentence)

    def mark(self) -> str:
        """The values stored when the page was shown (rules/edited.py)."""
        value = self.data.get("seen", "")
        return value[: edited.LONGEST] if isinstance(value, str) else ""

    def overtaken(self, found: edited.Meanwhile, labels: Mapping[str, str] = _NO_LABELS) -> None:
        """Notes what others changed meanwhile. The page shows their values where this form changed nothing; saving it again
        stores what it shows. ``labels``: words for names that don't speak for themselves."""
        self.saved = (found.by, found.at)
        for name in found.changed:
            label = gettext(labels.get(name) or name.replace("_", " ").capitalize())
            self.meanwhile.append((label, found.stored[name], name in found.mine))
            if name not in found.mine:
                self.typed.pop(name, None)

    def text(self, name: str, label: str, most: int = 200, required: bool = False) -> str:
        value = self._raw(name)
        if required and not value:
            self.wrong(name, gettext("%(label)s is missing.", label=label))
        if len(value) > most:
            self.wrong(name, _too_long(label, most, len(value)))
        return value

    def long_text(self, name: str, label: str, most: int = 10_000) -> str:
        """Several lines, with "\\n" for the line ends of a form."""
        value = str(self.data.get(name, "")).replace("\r\n", "\n").replace("\x00", "")
        self.typed[name] = value
        if len(value) > most:
            self.wrong(name, _too_long(label, most, len(value)))
        return value.strip()

    def person_name(self, name: str, label: str, required: bool = True) -> str:
        """A user's first or last name, as it is sent to voters (SPEC A7)."""
        value = self.text(name, label, names.LONGEST, required)
        if value and len(value) <= names.LONGEST and not names.may_be_a_persons(value):
            self.wrong(
                name, gettext("%(label)s: letters, hyphens and apostrophes only. It is sent in texts.", label=label)
            )
        return value

    def greeting(self, name: str, label: str) -> str:
        """A fallback first name: plain words, never a variable (SPEC S4)."""
        value = self.text(name, label, 60, required=True)
        if value and not names.greeting(value):
            self.wrong(name, gettext("%(label)s: plain words only. They are sent as they stand.", label=label))
        return value

    def integer(self, name: str, label: str, least: int, most: int) -> int:
        value = re.sub(r"(?<=\d),(?=\d{3}(?:,|$))", "", self._raw(name, _SHORT))  # 2,000, as pages write it
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            bounds = {"least": f"{least:,}", "most": f"{most:,}"}
            self.wrong(name, gettext("%(label)s: a whole number from %(least)s to %(most)s.", label=label, **bounds))
            return least
        return int(value)

    def choice(self, name: str, label: str, among: Iterable[Any]) -> str:
        value, options = self._raw(name), [str(option) for option in among]
        if value not in options:
            self.wrong(name, gettext("%(label)s: choose one of the options.", label=label))
            return options[0] if options else ""
        return value

    def many(self, name: str, among: Iterable[Any]) -> list[str]:
        """The ticked values, but for those that are not among ``among``."""
        allowed = {str(option) for option in among}
        self.typed[name] = self.every(name)
        return [value for value in self.typed[name] if value in allowed]

    def every(self, name: str) -> list[str]:
        """All values of this field, unchecked."""
        return [str(v) for v in (self.data.getall(name, []) if hasattr(self.data, "getall") else [])]

    def ticked(self, name: str) -> bool:
        value = bool(self._raw(name))
        self.typed[name] = value
        return value

    def time_of_day(self, name: str, label: str) -> time:
        value = self._raw(name, _SHORT)
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
            self.wrong(name, gettext("%(label)s: a time such as 09:00.", label=label))
            return time(9)
        return time.fromisoformat(value)

    def day(self, name: str, label: str) -> date | None:
        value = self._raw(name, _SHORT)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            self.wrong(name, gettext("%(label)s: a date such as 2026-11-03.", label=label))
            return None

    def dollars(self, name: str, label: str, required: bool = False) -> int | None:
        """In ten-thousandths of a dollar; None where the field is blank. 0.022 and 0,022 read alike (SPEC S7)."""
        value = self._raw(name, _SHORT).removeprefix("$").strip()
        value = value.replace(",", "" if _THOUSANDS.fullmatch(value) else ".")
        if not value:
            if required:
                self.wrong(name, gettext("%(label)s is missing.", label=label))
            return None
        if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,4})?", value):
            self.wrong(name, gettext("%(label)s: an amount in dollars, such as 250 or 0.0125.", label=label))
            return None
        if float(value) > MOST_DOLLARS:
            self.wrong(name, gettext("%(label)s: at most $200,000.", label=label))
            return None
        return round(float(value) * 10_000)

    def cap(self, name: str) -> int | None:
        """A daily spending limit, as `dollars`; more than nothing (SPEC S7)."""
        value = self.dollars(name, gettext("Daily spending limit"))
        if value == 0:
            self.wrong(name, gettext("A limit of 0 stops every first text: use Pause or Stop Everything for that."))
        return value

    def email(self, name: str = "email") -> str:
        value = self._raw(name, _LONGEST_EMAIL + 1).lower()
        if len(value) > _LONGEST_EMAIL or not _EMAIL.fullmatch(value):
            self.wrong(name, gettext("This is not an e-mail address."))
        return value

    def phone(self, name: str, label: str = "") -> str:
        """In E.164, of any country."""
        parsed = phone.parse(self._raw(name, _SHORT))
        if isinstance(parsed, phone.Phone):
            return parsed.e164
        label = label or gettext("Phone")
        sentence = (
            gettext("%(label)s is missing.", label=label)
            if parsed.reason == "missing_phone"
            else gettext("This is not a phone number.")
        )
        self.wrong(name, sentence)
        return ""

    def zip_code(self, name: str) -> str:
        """Five digits, or nine with a hyphen or without."""
        value = self._raw(name, _SHORT)
        if not re.fullmatch(r"\d{5}(-?\d{4})?", value):
            self.wrong(name, gettext("A ZIP has five digits."))
        return value

    def password(self, name: str = "password") -> str:
        """As it was typed, to compare. Not kept in ``typed``: a page never shows a password again."""
        value = self.data.get(name, "")
        return value if isinstance(value, str) else ""

    def new_password(self, name: str, own: Iterable[str] = ()) -> str:
        """One that may be set. ``own``: what is known of the person and the campaign, which a password is not made of."""
        value = self.password(name)
        if reason := guessable.why(value, own):
            self.wrong(name, _password_refused(reason))
        return value

    def _raw(self, name: str, most: int = _LONGEST) -> str:
        """At most ``most`` characters, so that no pattern sees more."""
        value = self.data.get(name, "")
        value = value.lstrip()[:most] if isinstance(value, str) else ""
        plain = value.strip().replace("\x00", "")
        self.typed[name] = plain
        return plain


def uuid_of(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _password_refused(reason: str) -> str:
    return {
        guessable.SHORT: gettext("A password has %(least)s characters or more.", least=guessable.LEAST),
        guessable.LONG: gettext("A password has %(most)s characters at most.", most=guessable.MOST),
        guessable.COMMON: gettext(
            "This password is among the first that others guess. Take a few words that don't go together."
        ),
        guessable.OWN: gettext(
            "A password is not made of your name, your e-mail or the campaign's name. Take other words."
        ),
        guessable.PATTERN: gettext("This password repeats itself. Take a few words that don't go together."),
    }[reason]


def _too_long(label: str, most: int, length: int) -> str:
    shown = {"most": f"{most:,}", "length": f"{length:,}"}
    return gettext("%(label)s may have %(most)s characters. This has %(length)s.", label=label, **shown)
