"""Why the Twilio account of the settings can't be used (SPEC S10). The set-up check's page says what to do."""

from __future__ import annotations

from webapp.rules import errors

WORKS = ""
NOT_SET = "not_set"
WRONG = "wrong"
NOT_ACTIVE = "not_active"  # suspended or closed
NO_NETWORK = "no_network"
TROUBLE = "trouble"  # Twilio answers, but not with the account
CODES = {WRONG: 20003, NOT_ACTIVE: 20005}  # that stop sending


def of_error(status: int, code: int) -> str:
    """``status``: of HTTP; ``code``: Twilio's own, or the status again."""
    if code in errors.NOT_ACTIVE:
        return NOT_ACTIVE
    return WRONG if status in (401, 403, 404) else TROUBLE
