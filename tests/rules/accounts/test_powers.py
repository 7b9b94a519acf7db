"""The powers of each role: to change roles, to suspend, to remove."""

from __future__ import annotations

import pytest

from webapp.rules.accounts.powers import (
    ADMIN,
    LAST_OWNER,
    NOT_STAFF,
    OWNER,
    OWNERS_ONLY,
    SELF,
    VOLUNTEER,
    leaving_refused,
    role_refused,
)


@pytest.mark.parametrize(
    ("old", "new", "by", "last", "refused"),
    [
        (VOLUNTEER, ADMIN, ADMIN, False, ""),
        (ADMIN, VOLUNTEER, ADMIN, False, ""),
        (VOLUNTEER, OWNER, ADMIN, False, OWNERS_ONLY),
        (ADMIN, OWNER, ADMIN, False, OWNERS_ONLY),
        (OWNER, ADMIN, ADMIN, False, OWNERS_ONLY),
        (OWNER, OWNER, ADMIN, True, ""),  # no change
        (VOLUNTEER, OWNER, OWNER, False, ""),
        (OWNER, VOLUNTEER, OWNER, False, ""),
        (OWNER, ADMIN, OWNER, True, LAST_OWNER),
        (OWNER, OWNER, OWNER, True, ""),
        (VOLUNTEER, ADMIN, VOLUNTEER, False, NOT_STAFF),
        (VOLUNTEER, ADMIN, "", False, NOT_STAFF),
    ],
)
def test_a_role_is_given_or_refused(old: str, new: str, by: str, last: bool, refused: str) -> None:
    assert role_refused(old, new, by, last) == refused


@pytest.mark.parametrize(
    ("role", "by", "oneself", "last", "refused"),
    [
        (VOLUNTEER, ADMIN, False, False, ""),
        (ADMIN, ADMIN, False, False, ""),
        (ADMIN, ADMIN, True, False, SELF),
        (OWNER, ADMIN, False, False, OWNERS_ONLY),
        (OWNER, OWNER, False, False, ""),
        (OWNER, OWNER, True, False, SELF),
        (OWNER, OWNER, False, True, LAST_OWNER),
        (VOLUNTEER, "", False, False, NOT_STAFF),
    ],
)
def test_somebody_leaves_or_it_is_refused(role: str, by: str, oneself: bool, last: bool, refused: str) -> None:
    assert leaving_refused(role, by, oneself, last) == refused
