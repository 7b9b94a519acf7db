"""The sentences for the office while carriers filter more than before (SPEC R7)."""

from __future__ import annotations

from datetime import datetime

from webapp.rules.carriers.rising import LATELY, Share
from webapp.rules.trouble import Trouble


def trouble(name: str, lately: Share, before: Share, advice: str, since: datetime, page: str) -> Trouble:
    """``name``: of the number or the script; ``page``: below the office. No text is kept from leaving."""
    what = f"Carriers filter more texts of {name}: {_of(lately)} in the last {LATELY} hours, {_of(before)} before."
    return Trouble("filtering", what, advice, page, "What carriers do", since, stops=False)


def _of(share: Share) -> str:
    return f"{share.filtered:,} of {share.texts:,}"
