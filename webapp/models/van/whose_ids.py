"""Which VAN a contact's VAN ID belongs to, noted when their state gets another VAN (SPEC B3).

The ID of a contact with no VAN noted belongs to the VAN of their state. Noting that VAN changes nothing while the state
is still its own. So contacts are noted in slices before the states change, and few are left for the transaction that
changes them.
"""

from __future__ import annotations

from collections.abc import Mapping

from webapp import database
from webapp.database import packed, transactional
from webapp.models.long_work import Pace
from webapp.models.van.fact import NO_ID, NO_VAN, WAITING

REST = ""  # all states that no other VAN has
NOT_STORED = -1  # a VAN that is about to be made

Covered = Mapping[str, int]  # state -> VAN


async def note_in_slices(campaign_id: int, before: Covered, after: Covered, taker: int = 0) -> None:
    """``taker``: the VAN to which IDs of contacts that come to it belong; 0 where all IDs stay the earlier VAN's."""
    if not before or before == after:
        return
    pace = Pace()
    last: int | None = 0
    while last is not None:
        last = await pace.take(_note_slice(campaign_id, before, _moved(before, after, taker), last, pace.size))


@transactional
async def _note_slice(campaign_id: int, before: Covered, moved: str, last: int, size: int) -> int | None:
    """The last contact of the slice; None where no more are left."""
    rows = await database.query(
        f"SELECT id FROM contact WHERE {moved} AND id > ? ORDER BY id LIMIT {int(size)}{packed.for_update()}",
        campaign_id,
        last,
    )
    if rows:
        await database.query(
            f"UPDATE contact SET van = {_of_state(before)} FROM {packed.table('id')} WHERE contact.id = r.id",
            packed.rows(rows),
        )
    return int(rows[-1]["id"]) if len(rows) == size else None


async def note_the_rest(campaign_id: int, before: Covered, after: Covered, taker: int = 0) -> None:
    """Does the rest, inside the transaction that changed the states, for contacts no slice has seen: their VAN IDs stay
    with the earlier VAN. Where waiting facts go is decided again."""
    if before == after:
        return
    if before and taker:
        # The other VAN's ids of phones
        theirs = f"{_has_id()} AND {_differs(before, after)} AND {_of_state(after)} = {int(taker)}"
        taken = f"SELECT id FROM contact WHERE {theirs}"
        await database.query(f"DELETE FROM van_person WHERE contact_id IN ({taken})", campaign_id)
    if before:
        moved = _moved(before, after, taker)
        await database.query(f"UPDATE contact SET van = {_of_state(before)} WHERE {moved}", campaign_id)
    led = f"SELECT id FROM contact WHERE campaign_id = ? AND {_differs(before, after)}"
    await database.query(
        f"UPDATE van_fact SET state = '{WAITING}', due_at = NULL WHERE campaign_id = ?"
        f" AND state IN ('{WAITING}', '{NO_ID}', '{NO_VAN}') AND contact_id IN ({led})",
        campaign_id,
        campaign_id,
    )


def _moved(before: Covered, after: Covered, taker: int) -> str:
    """SQL for contacts of a campaign whose VAN ID must stay with the earlier VAN."""
    own = f" AND COALESCE({_of_state(after)}, 0) <> {int(taker)}" if taker else ""
    return f"{_has_id()} AND {_of_state(before)} <> COALESCE({_of_state(after)}, 0){own}"


def _has_id() -> str:
    return "campaign_id = ? AND van_id <> '' AND van IS NULL"


def _differs(before: Covered, after: Covered) -> str:
    return f"COALESCE({_of_state(before)}, 0) <> COALESCE({_of_state(after)}, 0)"


def _of_state(covered: Covered) -> str:
    """SQL for the VAN of a contact's state; the states are two letters of our own list."""
    whens = "".join(f" WHEN '{state}' THEN {int(van)}" for state, van in covered.items() if state != REST)
    rest = str(int(covered[REST])) if REST in covered else "NULL"
    return f"CASE state_abbrev{whens} ELSE {rest} END" if whens else f"CAST({rest} AS integer)"
