"""People who signed up, and the people they referred, with counts (SPEC B2)."""

from __future__ import annotations

from dataclasses import dataclass

from webapp import database
from webapp.models.conversations.message import Message
from webapp.models.opt_in_forms.form import OptInForm
from webapp.models.opt_in_forms.sign_up import SignUp
from webapp.models.opt_ins.texting import CLOSED, STOPPED
from webapp.rules import errors
from webapp.rules.speech.sentences import said

PAGE = 50
MOST_ABOVE = 20  # people shown above one in the tree


@dataclass(frozen=True)
class Counts:
    """``referred``: sign-ups that came by somebody's referral link."""

    sign_ups: int
    confirmed: int
    referred: int


async def counts(form_ids: list[int]) -> dict[int, Counts]:
    marks = ", ".join(str(int(n)) for n in form_ids) or "0"
    rows = await database.query(
        "SELECT form_id, COUNT(*) AS n, COUNT(confirmed_at) AS confirmed, COUNT(referrer_id) AS referred"
        f" FROM sign_up WHERE form_id IN ({marks}) GROUP BY form_id"
    )
    found = {r["form_id"]: Counts(int(r["n"]), int(r["confirmed"]), int(r["referred"])) for r in rows}
    return {n: found.get(n, Counts(0, 0, 0)) for n in form_ids}


async def newest(form: OptInForm, before: int = 0) -> list[SignUp]:
    """A page of sign-ups and one more, the newest first; ``before``: the id to go on from."""
    found = SignUp.filter(form=form, **({"id__lt": before} if before else {}))
    return await found.order_by("-id").limit(PAGE + 1).select_related("contact")


async def asks(rows: list[SignUp]) -> dict[int, Message]:
    """The texts that asked these for a YES, by id."""
    return await Message.in_bulk([row.asked_id for row in rows if row.asked_id], "id")


def state(row: SignUp, ask: Message | None) -> str:
    """One word for the page: "confirmed", "opted_out", "asked", "not_delivered", "waiting" or "not_texted". The contact is
    loaded. ``ask``: the text of ``asked_id``."""
    if row.contact.opted_out_at:
        return "opted_out"
    if row.confirmed_at:
        return "confirmed"
    if ask:
        return "not_delivered" if ask.failed else "asked"
    return "waiting" if row.wants else "not_texted"


def why(row: SignUp, ask: Message | None) -> str:
    """Why its text waits, was not sent or did not arrive; "" where nothing keeps it back."""
    if ask and ask.failed and ask.explanation and not row.confirmed_at:
        return ask.explanation.meaning
    if row.why_not is None:
        return ""
    if row.why_not == CLOSED:
        return said("The form was closed.")
    return (
        said("Texting is stopped, paused or not set up.")
        if row.why_not == STOPPED
        else errors.explain(row.why_not).meaning
    )


@dataclass(frozen=True)
class Branch:
    """One person of the tree. ``brought``: sign-ups by their own link; ``all_below``: those and theirs, all the way down."""

    row: SignUp
    brought: int = 0
    all_below: int = 0
    confirmed_below: int = 0


_BELOW = """
WITH RECURSIVE below (root, id, confirmed, depth) AS (
 SELECT s.referrer_id, s.id, CASE WHEN s.confirmed_at IS NULL THEN 0 ELSE 1 END, 1 FROM sign_up s WHERE s.referrer_id IN ({roots})
 UNION ALL
 SELECT b.root, s.id, CASE WHEN s.confirmed_at IS NULL THEN 0 ELSE 1 END, b.depth + 1 FROM sign_up s
  JOIN below b ON s.referrer_id = b.id WHERE b.depth < 50
)
SELECT root, COUNT(*) AS n, SUM(confirmed) AS confirmed, SUM(CASE WHEN depth = 1 THEN 1 ELSE 0 END) AS brought
 FROM below GROUP BY root
"""


async def branches(form: OptInForm, of: SignUp | None = None, after: int = 0) -> list[Branch]:
    """The people whom ``of`` referred, or those at the top of the tree who referred somebody; PAGE and one more, in order of
    id."""
    found = SignUp.filter(form=form, id__gt=after).order_by("id").limit(PAGE + 1).select_related("contact")
    if of:
        rows = await found.filter(referrer_id=of.id)
    else:
        ids = await database.query(
            "SELECT s.id FROM sign_up s WHERE s.form_id = ? AND s.referrer_id IS NULL AND s.id > ? AND EXISTS"
            f" (SELECT 1 FROM sign_up r WHERE r.referrer_id = s.id) ORDER BY s.id LIMIT {PAGE + 1}",
            form.id,
            after,
        )
        rows = await found.filter(id__in=[row["id"] for row in ids] or [0])
    return await _counted(rows)


async def branch(row: SignUp) -> Branch:
    return (await _counted([row]))[0]


async def _counted(rows: list[SignUp]) -> list[Branch]:
    """A link always leads from an earlier sign-up to a later one, so there is no circle."""
    roots = ", ".join(str(int(row.id)) for row in rows) or "0"
    below = {found["root"]: found for found in await database.query(_BELOW.format(roots=roots))}
    return [
        Branch(
            row,
            int(below[row.id]["brought"]) if row.id in below else 0,
            int(below[row.id]["n"]) if row.id in below else 0,
            int(below[row.id]["confirmed"]) if row.id in below else 0,
        )
        for row in rows
    ]


async def path_to(row: SignUp) -> list[SignUp]:
    """The person who referred them, the one who referred that person and so on, the first one first; MOST_ABOVE at most."""
    found: list[SignUp] = []
    above = row.referrer_id
    while above and len(found) < MOST_ABOVE:
        one = await SignUp.filter(id=above).select_related("contact").get()
        found.append(one)
        above = one.referrer_id
    return found[::-1]
