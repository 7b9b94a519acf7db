"""Roles: one owner always stays, and a raised role waits for the letter."""

from __future__ import annotations

import pytest

from tests.cast import PASSWORD, Cast, member
from tests.cast.database.moments import while_it_is_under_way
from webapp.database import transaction
from webapp.models.accounts import passwords, roles
from webapp.models.accounts.passwords import PasswordLink
from webapp.models.accounts.users import Membership, User
from webapp.models.departures import suspending
from webapp.models.joining.email_letters import EmailLetter
from webapp.rules.accounts.powers import LAST_OWNER, OWNERS_ONLY

pytestmark = pytest.mark.both  # but where a test is about a lock
KEPT = {"zip": "15213", "language": "en", "may_export": False}


async def role_of(who: Membership) -> tuple[str, str]:
    fresh = await Membership.get(id=who.id)
    return fresh.role, fresh.raised_role


async def stranger(cast: Cast) -> Membership:
    """Somebody signed up with Dan's address: they have a password, and answered no letter."""
    await passwords.set_password(cast.dan.user, await passwords.hashed(PASSWORD))
    return await Membership.get(id=cast.dan.id).select_related("user", "campaign")


async def test_the_last_owner_stays_one(cast: Cast) -> None:
    assert (await roles.save(cast.selina, "admin", KEPT, cast.selina)).refused == LAST_OWNER
    assert (await roles.give_from_shell(cast.selina, "volunteer")).refused == LAST_OWNER
    assert await role_of(cast.selina) == ("owner", "")


async def test_the_last_owner_stays_one_also_where_they_were_an_admin_when_the_page_was_opened(cast: Cast) -> None:
    """Gary's page was read before he was made an owner, and Selina no more."""
    read_before = await Membership.get(id=cast.gary.id).select_related("user", "campaign")
    await transaction(lambda: Membership.filter(id=cast.gary.id).update(role="owner"))
    await transaction(lambda: Membership.filter(id=cast.selina.id).update(role="admin"))
    gary = await Membership.get(id=cast.gary.id).select_related("user", "campaign")
    assert (await roles.save(read_before, "volunteer", KEPT, gary)).refused == LAST_OWNER
    assert (await roles.give_from_shell(read_before, "volunteer")).refused == LAST_OWNER


async def test_a_suspended_owner_counts_for_nothing(cast: Cast) -> None:
    other = await transaction(lambda: member(cast.meyer, "Mike", "McLintock", "owner"))
    assert await suspending.suspend(other, cast.selina) == ""
    assert (await roles.save(cast.selina, "admin", KEPT, cast.selina)).refused == LAST_OWNER
    assert await suspending.suspend(other, cast.gary) == OWNERS_ONLY


@pytest.mark.postgres
@pytest.mark.parametrize("what", ["role", "suspension", "removal"])
async def test_two_owners_who_end_each_other_at_once_leave_one(cast: Cast, what: str) -> None:
    """Selina's step is done and not committed when the other's begins: that one waits, and is refused."""
    other = await transaction(lambda: member(cast.meyer, "Mike", "McLintock", "owner"))

    async def end(who: Membership, by: Membership) -> str:
        if what == "role":
            return (await roles.save(who, "volunteer", KEPT, by)).refused
        return await (suspending.suspend(who, by) if what == "suspension" else suspending.remove(who, by))

    assert await while_it_is_under_way(lambda: end(other, cast.selina), end(cast.selina, other)) != ""
    assert (await Membership.get(id=cast.selina.id)).role == "owner" and (
        await Membership.get(id=cast.selina.id)
    ).active


async def test_whoever_lost_their_role_meanwhile_gives_none(cast: Cast) -> None:
    await roles.save(cast.gary, "volunteer", KEPT, cast.selina)
    assert (await roles.save(cast.amy, "admin", KEPT, cast.gary)).refused and await role_of(cast.amy) == (
        "volunteer",
        "",
    )


async def test_a_raised_role_of_whoever_signed_up_with_the_address_waits(cast: Cast) -> None:
    dan = await stranger(cast)
    assert (await roles.save(dan, "owner", KEPT, cast.selina)).waits
    assert await role_of(dan) == ("volunteer", "owner")
    assert (await roles.give_from_shell(dan, "admin")).waits and await role_of(dan) == ("volunteer", "admin")


async def test_the_letter_gives_it_and_only_to_whoever_also_knows_the_password(cast: Cast) -> None:
    dan = await stranger(cast)
    await roles.save(dan, "admin", KEPT, cast.selina)
    token = await EmailLetter.write(dan.user)
    assert await EmailLetter.of(token, cast.amy.user) is None
    letter = await EmailLetter.of(token, dan.user)
    assert letter and await letter.answer() and await role_of(dan) == ("admin", "")
    assert not await letter.answer() and await EmailLetter.of(token, dan.user) is None


async def test_a_link_to_set_a_password_gives_it_and_ends_the_stranger_s_own(cast: Cast) -> None:
    dan = await stranger(cast)
    await roles.save(dan, "admin", KEPT, cast.selina)
    link = await PasswordLink.of(await PasswordLink.issue(dan.user))
    assert link and await link.use(await passwords.hashed("another long password"))
    assert await role_of(dan) == ("admin", "")
    assert not await passwords.matches(PASSWORD, (await User.get(id=dan.user_id)).password_hash)


async def test_a_letter_to_another_address_gives_no_role_that_waits(cast: Cast) -> None:
    """The person who signed up with the chief's address moves the account to their own."""
    dan = await stranger(cast)
    await roles.save(dan, "admin", KEPT, cast.selina)
    letter = await EmailLetter.of(await EmailLetter.write(dan.user, "mallory@example.net"), dan.user)
    assert letter and await letter.answer()
    assert await role_of(dan) == ("volunteer", "")


async def test_a_role_taken_back_while_it_waits_is_not_given_by_the_letter(cast: Cast) -> None:
    dan = await stranger(cast)
    await roles.save(dan, "admin", KEPT, cast.selina)
    token = await EmailLetter.write(dan.user)
    await roles.save(dan, "volunteer", KEPT, cast.selina)
    letter = await EmailLetter.of(token, dan.user)
    assert letter and await letter.answer() and await role_of(dan) == ("volunteer", "")


async def test_only_an_owner_gives_the_right_to_export(cast: Cast) -> None:
    await roles.save(cast.amy, "volunteer", {**KEPT, "may_export": True, "zip": "10001"}, cast.gary)
    fresh = await Membership.get(id=cast.amy.id)
    assert not fresh.may_export and (fresh.zip, fresh.state) == ("10001", "NY")
    await roles.save(cast.amy, "volunteer", {**KEPT, "may_export": True}, cast.selina)
    assert (await Membership.get(id=cast.amy.id)).may_export
