"""The warning for the office while carriers filter more than before (SPEC R7)."""

from __future__ import annotations

from datetime import datetime

from webapp.rules.carriers.rising import LATELY, Share
from webapp.rules.speech.sentences import said
from webapp.rules.trouble import Trouble


def trouble(name: str, lately: Share, before: Share, advice: str, since: datetime, page: str) -> Trouble:
    """``name``: the number or the script; ``page``: its address below the office. The warning stops no texts."""
    what = said(
        "Carriers filter more texts of %(name)s: %(now)s in the last %(hours)s hours, %(then)s before.",
        name=name,
        now=_of(lately),
        hours=LATELY,
        then=_of(before),
    )
    return Trouble("filtering", what, advice, page, said("What carriers do"), since, stops=False)


def _of(share: Share) -> str:
    return said("%(some)s of %(all)s", some=f"{share.filtered:,}", all=f"{share.texts:,}")
