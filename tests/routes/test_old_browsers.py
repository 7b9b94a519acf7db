"""Phones of 2022 know neither light-dark() nor popovers nor dvh. The sheet's rules for them, proved from its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from webapp.http import static_files

UNKNOWN_IN_2022 = ("@supports (color: light-dark", "@supports selector(:popover-open)", "@supports (position-area")
NEW_UNITS = re.compile(r"\d(dvh|svh|lvh|dvw)\b")


@dataclass(frozen=True)
class Declaration:
    """``within``: the at-rules and the selector it stands in, outermost first. ``rule``: which rule of the sheet."""

    within: tuple[str, ...]
    rule: int
    name: str
    value: str

    @property
    def known(self) -> bool:
        """Would a browser of 2022 come to it? A rule with an unknown pseudo-class is dropped whole."""
        skipped = any(part.startswith(UNKNOWN_IN_2022) for part in self.within)
        return not skipped and ":popover-open" not in self.within[-1]


def declarations(sheet: str) -> Iterator[Declaration]:
    within: list[tuple[str, int]] = []
    for number, part in enumerate(re.findall(r"[^{};]*[{};]", re.sub(r"/\*.*?\*/|url\(.*?\)", "", sheet, flags=re.S))):
        text, mark = " ".join(part[:-1].split()), part[-1]
        if mark == "{":
            within.append((text, number))
            continue
        name, colon, value = text.partition(":")
        if colon and within:
            yield Declaration(tuple(words for words, _ in within), within[-1][1], name.strip(), value.strip())
        if mark == "}":
            within.pop()


SHEET = list(declarations(static_files.served()[static_files.SHEET].decode()))
OLD = [one for one in SHEET if one.known]


def test_the_sheet_is_read_whole() -> None:
    assert len(SHEET) > 1_000 and {one.name for one in SHEET} > {"--paper", "background", "inset-block-end"}
    assert 20 < len(SHEET) - len(OLD) < 200


def test_every_colour_has_a_plain_value_for_browsers_without_light_dark() -> None:
    """A variable takes any words as its value, so a plain value before it in the same rule would not help."""
    assert [one for one in OLD if "light-dark" in one.value] == []
    plain = {one.name for one in OLD if one.within[-1] == ":root"}
    used = {name for one in OLD for name in re.findall(r"var\((--[\w-]+)\)", one.value)}
    set_elsewhere = {one.name for one in OLD if one.name.startswith("--")}
    assert used - plain - set_elsewhere == set()
    assert {one.name for one in SHEET if "light-dark" in one.value} <= plain


LIGHT_DARK = re.compile(r"light-dark\((?:[^(),]|\([^()]*\))*, ((?:[^(),]|\([^()]*\))*)\)")
BY_DEVICE, BY_CHOICE = ':root:not([data-mode="light"])', ':root[data-mode="dark"]'


def test_dark_is_only_promised_where_there_are_dark_colours() -> None:
    """And they are those of newer browsers: the dark half of each light-dark()."""
    dark = {one.rule: one.within for one in OLD if one.name == "color-scheme" and one.value == "dark"}
    assert sorted(within[-1] for within in dark.values()) == sorted([BY_DEVICE, BY_CHOICE])
    assert ["prefers-color-scheme: dark" in within[-2] for within in dark.values() if within[-1] == BY_DEVICE] == [True]
    newer = {one.name: one.value for one in SHEET if "light-dark(" in one.value and one.name.startswith("--")}
    for rule in dark:
        values = {one.name: one.value for one in OLD if one.rule == rule and one.name.startswith("--")}
        assert values == {name: LIGHT_DARK.sub(r"\1", value) for name, value in newer.items()}


def test_nothing_that_only_a_popover_takes_away_covers_the_page() -> None:
    """A browser without popovers shows them in the page; fixed, they would lie over it and never go."""
    over = [one for one in OLD if "[popover]" in one.within[-1] and one.name == "position" and one.value == "fixed"]
    assert over == []
    hidden = [one for one in OLD if "[popovertarget]" in one.within[-1] and one.name == "display"]
    assert [one.within[-2] for one in hidden if one.within[-2].startswith("@supports not selector")]


def test_a_height_in_new_units_has_one_in_old_units_before_it() -> None:
    for one in OLD:
        if NEW_UNITS.search(one.value):
            plain = [o for o in OLD if (o.rule, o.name) == (one.rule, one.name) and not NEW_UNITS.search(o.value)]
            assert plain, one
