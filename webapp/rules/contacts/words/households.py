"""Headers of exports with several people of a household in one row: "Member 1 First", "HH1 Cell", "Person 2 Phone" (SPEC C3)."""

from __future__ import annotations

_PEOPLE = frozenset(
    ["member", "person", "people", "hh", "household", "voter", "contact", "individual", "adult", "resident", "registrant",
     "supporter", "donor", "p"]
)  # fmt: skip
_HEADS = frozenset(["household", "hh", "hoh", "head", "of", "primary", "main"])


def person(words: list[str]) -> tuple[int, list[str]]:
    """Which person of the row a header is of, 0 where it doesn't say, and the words behind that. "Phone 2" says nothing."""
    for n, word in enumerate(words[:3]):
        bare = word.rstrip("0123456789")
        number = word[len(bare) :] or (words[n + 1] if n + 1 < len(words) else "")
        if bare in _PEOPLE and number.isdigit() and len(number) < 3:
            return int(number), words[n + 1 + (word == bare) :]
    return 0, list(words)


def of_its_head(words: list[str]) -> list[str]:
    """The words behind "Head of Household"."""
    return words[next((n for n, word in enumerate(words) if word not in _HEADS), len(words)) :]
