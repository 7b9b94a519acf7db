"""Contacts and list places name rows that are there and stay: PostgreSQL checks once a statement, SQLite by its keys."""

from __future__ import annotations

import pytest
from tortoise.exceptions import IntegrityError

from tests.cast import Cast
from tests.cast.database.moments import held_open, while_it_is_under_way
from webapp import database
from webapp.database import transaction
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ContactList, ListMembership

NOBODY = 999_999
COPY = (
    "INSERT INTO contact (campaign_id, zone_set_id, phone, first_name, last_name, email, state_abbrev, zip, van_id, timezone,"
    " zone_source, created_at) SELECT {}, '+12155550199', '', '', '', '', '', '', '', '', created_at FROM contact WHERE id = ?"
)


@pytest.mark.both
@pytest.mark.parametrize(
    "statement",
    [
        COPY.format(f"{NOBODY}, zone_set_id"),
        COPY.format(f"campaign_id, {NOBODY}"),
        f"UPDATE contact SET campaign_id = {NOBODY} WHERE id = ?",
        f"UPDATE contact SET zone_set_id = {NOBODY} WHERE id = ?",
        f"INSERT INTO list_membership (contact_list_id, contact_id) SELECT {NOBODY}, id FROM contact WHERE id = ?",
        f"INSERT INTO list_membership (contact_list_id, contact_id) SELECT contact_list_id, {NOBODY} FROM list_membership"
        " WHERE contact_id = ?",
        f"UPDATE list_membership SET contact_list_id = {NOBODY} WHERE contact_id = ?",
        f"UPDATE list_membership SET contact_id = {NOBODY} WHERE contact_id = ?",
    ],
)
async def test_a_row_that_names_nothing_is_refused(cast: Cast, statement: str) -> None:
    with pytest.raises(IntegrityError):
        await transaction(lambda: database.query(statement, cast.lisa.id))
    lisa = await Contact.get(id=cast.lisa.id)
    assert (lisa.campaign_id, lisa.zone_set_id) == (cast.meyer.id, cast.lisa.zone_set_id)
    assert await ListMembership.filter(contact_list=cast.voters, contact=cast.lisa).count() == 1


@pytest.mark.both
async def test_a_contact_without_time_zones_names_none(cast: Cast) -> None:
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(zone_set_id=None))
    assert (await Contact.get(id=cast.lisa.id)).zone_set_id is None


@pytest.mark.both
@pytest.mark.parametrize("table", ["contact", "zone_set", "contact_list"])
async def test_a_row_that_others_name_can_not_be_removed(cast: Cast, table: str) -> None:
    others = await transaction(lambda: ContactList.make(cast.meyer, "Others", "by hand"))
    await transaction(lambda: ListMembership.create(contact_list=others, contact=cast.lisa))
    only = f" WHERE id = {others.id}" if table == "contact_list" else ""
    with pytest.raises(IntegrityError, match="can not be removed"):
        await transaction(lambda: database.query(f"DELETE FROM {table}{only}"))
    assert await database.query(f"SELECT id FROM {table}{only}")


@pytest.mark.postgres
async def test_a_list_goes_after_whoever_came_onto_it_or_not_at_all(cast: Cast) -> None:
    empty = await transaction(lambda: ContactList.make(cast.meyer, "Empty", "by hand"))
    with pytest.raises(IntegrityError):
        await while_it_is_under_way(
            lambda: ListMembership.create(contact_list=empty, contact=cast.lisa),
            transaction(lambda: ContactList.filter(id=empty.id).delete()),
        )
    assert await ListMembership.filter(contact_list=empty).count() == 1


@pytest.mark.postgres
async def test_nobody_comes_onto_a_list_that_is_going(cast: Cast) -> None:
    empty = await transaction(lambda: ContactList.make(cast.meyer, "Empty", "by hand"))
    with pytest.raises(IntegrityError):
        await while_it_is_under_way(
            lambda: ContactList.filter(id=empty.id).delete(),
            transaction(lambda: ListMembership.create(contact_list=empty, contact=cast.lisa)),
        )
    assert not await ListMembership.filter(contact_list_id=empty.id).exists()


@pytest.mark.postgres
async def test_two_may_put_people_on_one_list_at_once(cast: Cast) -> None:
    """As with a key, they only share its row until one of them counts its people."""
    empty = await transaction(lambda: ContactList.make(cast.meyer, "Empty", "by hand"))
    async with held_open(lambda: ListMembership.create(contact_list=empty, contact=cast.lisa)):
        free = f"SELECT id FROM contact_list WHERE id = {empty.id} FOR NO KEY UPDATE SKIP LOCKED"
        assert len(await database.query(free)) == 1
