"""The office's words for each trouble with sending (SPEC X4)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from webapp.rules import errors, trouble
from webapp.rules.speech.sentences import Sentence
from webapp.rules.trouble import State

NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)


def state(**changes: object) -> State:
    """Nothing is wrong."""
    fine: dict = {
        "stopped_at": None,
        "stopped_code": None,
        "failing_since": None,
        "failure": "",
        "out": False,
        "tries_at": None,
        "held": 0,
        "held_until": None,
        "worker": True,
        "valkey": True,
        "valkey_refuses": "",
        "database": "",
        "files": "",
        "ahead": None,
        "own_clock": True,
        "jumped": 0.0,
        "missed": (),
        "paused": (),
        "filtering": (),
    }
    return State(**(fine | changes))


STOP = {"stopped_at": NOON}


@pytest.mark.parametrize(
    ("changes", "name", "what", "do", "link", "stops"),
    [
        (STOP, "stopped", "All texts are stopped.", "presses Start again", "", True),
        (STOP | {"stopped_code": 20003}, "refused", "credentials. (20003)", "Set-up check", "setup", True),
        (STOP | {"stopped_code": 20005}, "refused", "suspended", "Then press Start again", "setup", True),
        (STOP | {"stopped_code": 30002}, "refused", "suspended", "Ask Twilio", "setup", True),
        (STOP | {"stopped_code": 20404}, "refused", "doesn't know this account", "account SID", "setup", True),
        (STOP | {"stopped_code": 30034}, "refused", "not registered", "Register it at Twilio", "numbers", True),
        (STOP | {"stopped_code": 21606}, "refused", "sending number", "Numbers", "numbers", True),
        (STOP | {"stopped_code": 12345}, "refused", "error 12345", "at Twilio", "https://www.twilio.com/", True),
        (STOP | {"stopped_code": 418}, "refused", "HTTP 418", "Check again", "setup", True),
        (STOP | {"stopped_code": 1313}, "restored", "stopped", "textbank doctor --after-restore", "setup", True),
        (STOP | {"stopped_code": 1314}, "restored", "stopped", "an owner starts", "setup", True),
        ({"failing_since": NOON, "failure": "HTTP 503"}, "twilio", "HTTP 503", "Nothing to do yet", "", False),
        (
            {"failing_since": NOON, "failure": "no answer in time", "out": True, "tries_at": NOON},
            "twilio",
            "no answer in time",
            "one text is tried",
            "operations",
            True,
        ),
        ({"held": 1, "held_until": NOON}, "held", "asked 1 number", "by itself", "", False),
        ({"held": 3, "held_until": NOON}, "held", "(429) and asked 3 numbers", "by itself", "", False),
        ({"worker": False}, "worker", "not running", "textbank worker", "", True),
        ({"valkey": False, "worker": False}, "valkey", "Valkey", "start it", "", True),
        (
            {"valkey_refuses": "full", "worker": False},
            "valkey",
            "Valkey, which tells the worker what to do, is full.",
            "look",
            "",
            True,
        ),
        ({"valkey_refuses": "disk", "worker": False}, "valkey", "can't write its disk", "by itself", "", True),
        ({"database": "full"}, "database", "disk of the database is full", "make room", "", True),
        ({"database": "read_only"}, "database", "takes no changes", "take changes again", "", True),
        ({"files": "full"}, "files", "data directory is full", "TEXTBANK_DATA_DIR", "", False),
        ({"ahead": 61.0}, "clock", "61 seconds ahead of Twilio's", "NTP", "", False),
        ({"ahead": -400.0}, "clock", "6 minutes behind Twilio's. No text is sent", "NTP", "", True),
        ({"ahead": -400.0, "own_clock": False}, "clock", "database server's clock", "NTP", "", True),
        ({"jumped": 3600.0}, "jump", "set forward by 60 minutes", "NTP", "", False),
        ({"jumped": -90.0}, "jump", "set back by 90 seconds", "NTP", "", False),
        ({"paused": ((7, "Dan Egan"),)}, "paused", "Dan Egan is paused", "let them back in", "users/7", False),
        (
            {"missed": ((7, "Ballot cure", "There is no initial script."),)},
            "missed",
            "“Ballot cure” was not published at its time. There is no initial script.",
            "choose another time",
            "actions/7/publication",
            False,
        ),
    ],
)
def test_each_trouble_says_what_happened_and_what_to_do(
    changes: dict, name: str, what: str, do: str, link: str, stops: bool
) -> None:
    [told] = trouble.found(state(**changes))
    assert (told.name, told.stops) == (name, stops)
    assert what in told.what and do in told.do + told.link_words and told.link.startswith(link)
    assert bool(told.link) == bool(told.link_words)


@pytest.mark.parametrize("code", sorted({20003, 30034, 21606, 21611, 99999, 403, *errors.OF_THE_ACCOUNT}))
def test_every_code_that_stops_sending_says_what_to_do_and_where(code: int) -> None:
    [told] = trouble.found(state(**STOP, stopped_code=code))
    assert str(code) in told.what and told.do.endswith("Then press Start again.") and told.link and told.since == NOON


@pytest.mark.parametrize("ahead", [None, 0.0, 59.0, -60.0])
def test_nothing_is_said_where_nothing_is_wrong(ahead: float | None) -> None:
    assert trouble.found(state(ahead=ahead)) == []


def test_the_worst_comes_first() -> None:
    told = trouble.found(state(**STOP, worker=False, jumped=90.0, failing_since=NOON - timedelta(hours=1)))
    assert [one.name for one in told] == ["stopped", "worker", "twilio", "jump"]
    everything = trouble.found(state(**STOP, database="full"))
    assert everything[0].name == "database", "no stop can be ended while nothing can be stored"


@pytest.mark.parametrize(("ahead", "waits"), [(None, False), (299.0, False), (301.0, True), (-301.0, True)])
def test_no_text_is_claimed_by_a_clock_that_is_five_minutes_off(ahead: float | None, waits: bool) -> None:
    assert trouble.waits_for_clock(ahead) == waits


@pytest.mark.parametrize("code", [None, 20003, 21606, 12345, 418, errors.RESTORED, errors.RECONCILED, 21610])
def test_each_word_about_a_stop_can_be_said_in_another_language(code: int | None) -> None:
    one = trouble.found(state(stopped_at=NOON, stopped_code=code))[0]
    for text in (one.what, one.do, one.link_words):
        spoken = text.spoken("«{}»".format, "«{}»".format) if isinstance(text, Sentence) else text
        assert not re.search("[A-Za-z]{2}", re.sub("«.*?»", "", spoken)), text
