"""Users who are removed, and come back."""

from __future__ import annotations

import pytest

from tests.cast import Cast, texts
from webapp.models.accounts.users import Membership
from webapp.models.conversations.conversation import Conversation
from webapp.models.departures import suspending
from webapp.models.sending.click import Queued, Stopped

pytestmark = pytest.mark.both


async def test_who_is_removed_frees_what_they_hold_and_their_queued_texts_are_cancelled(cast: Cast) -> None:
    await cast.start(cast.amy)
    assert isinstance(await cast.click(cast.amy), Queued)
    assert await suspending.remove(cast.amy, cast.gary) == ""
    assert [text.status for text in await texts()] == ["cancelled"]
    assert not await Conversation.filter(user_id=cast.amy.user_id).exists()
    assert await cast.click(cast.amy) == Stopped("member")


async def test_who_is_removed_and_joins_again_waits_for_approval_as_a_volunteer(cast: Cast) -> None:
    await suspending.remove(cast.gary, cast.selina)
    again = await Membership.join(cast.gary.user, cast.meyer)
    fresh = await Membership.get(id=cast.gary.id)
    assert again.id == cast.gary.id and not fresh.active and fresh.removed_at is None and fresh.role == "volunteer"


async def test_who_is_suspended_stays_so_whatever_they_join_by(cast: Cast) -> None:
    await suspending.suspend(cast.amy, cast.gary)
    await Membership.join(cast.amy.user, cast.meyer)
    await Membership.invited(cast.amy.user, cast.meyer)
    assert not (await Membership.get(id=cast.amy.id)).active


async def test_an_admin_lets_no_owner_back_in(cast: Cast) -> None:
    await suspending.suspend(cast.dan, cast.gary)
    await suspending.reinstate(cast.dan, cast.gary)
    assert (await Membership.get(id=cast.dan.id)).active
    await Membership.get(id=cast.selina.id)
    assert await suspending.suspend(cast.selina, cast.gary) != ""
