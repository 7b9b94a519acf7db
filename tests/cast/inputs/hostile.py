"""Texts that make careless patterns slow, and what a call with them costs: processor time, whatever else the machine does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

LONG = 100_000  # characters
BUDGET = 4.0  # seconds of processor time for LONG, generous: a square takes minutes

SIGNS = (*" .,@a0{}[]<>#-_/:;=|'\"()*\n\t", "é", "\u0301", "\u200b", "👍", "\ud83d", "\x00", "١", "中")
PAIRS = (
    *(
        "a ",
        "a.",
        "a@",
        "@a",
        "a-",
        "a'",
        "1 ",
        "1-",
        "1,",
        "0.",
        "Aa ",
        "- ",
        ". ",
        ", ",
        "\n ",
        "\r\n",
        "##{{",
        "{{a}}",
        "[a]",
    ),
    *(
        "#{",
        "%a%",
        "*|a|*",
        "a_b ",
        "user.",
        "http://a",
        "www.",
        "bit.ly/",
        "stop ",
        "reply ",
        "reply stop ",
        "take me ",
        "no ",
    ),
    *(
        "off your ",
        "do not ",
        "told you ",
        "STOP2",
        "de ",
        "(412) ",
        "412-",
        "+1",
        "x1 ",
        "Jr. ",
        "J.",
        "=1+1",
        "::: ",
        "00000-",
    ),
)


def texts(size: int, units: Iterable[str] = SIGNS + PAIRS) -> Iterator[str]:
    """Repeats with a beginning and an end that spoil a match; short ones alone too."""
    for unit in units:
        many = unit * (size // len(unit))
        yield f"a{many}!"
        if size < LONG:
            yield many


def costly(call: Callable[[str], Any], texts_of: Callable[[int], Iterable[str]] = texts) -> str | None:
    """The text that took too long: how it begins, and how long it is. Stops at the first. A shorter text comes first: it shows
    a square before the long one takes minutes."""
    seconds(call, "a")  # what is read once, at the first call
    for size in (LONG // 20, LONG):
        for text in texts_of(size):
            if spent := least_seconds(call, text, BUDGET * size / LONG + 0.3):
                return f"{text[:12]!r}... of {size:,} characters: {spent:.2f} s"
    return None


def least_seconds(call: Callable[[str], Any], text: str, most: float) -> float:
    """0.0 where the call keeps within ``most``, at the second attempt at the latest: the collector of a process that has run
    thousands of tests stops for half a second."""
    for _ in range(2):
        if (spent := seconds(call, text)) <= most:
            return 0.0
    return spent


def seconds(call: Callable[[str], Any], text: str) -> float:
    """Of processor time. Nonsense may be refused in any way; how quickly is the question."""
    began = time.process_time()
    try:
        call(text)
    except AssertionError:
        raise
    except Exception:
        pass
    return time.process_time() - began
