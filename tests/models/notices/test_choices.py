"""A member's choices of what to be told, and the link that ends e-mails without a login (SPEC P2)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from webapp.models.notices import choices

pytestmark = pytest.mark.both


async def test_everything_is_told_until_somebody_chooses(cast: Cast) -> None:
    chosen = await choices.of(cast.amy)
    assert all(chosen.wants(way, about) for way in choices.WAYS for about in choices.ABOUT)
    assert (chosen.quiet_from, chosen.quiet_until) == ("21:00", "09:00")


async def test_a_choice_is_the_members_own_and_can_be_changed(cast: Cast) -> None:
    await choices.choose(cast.amy, email_messages=False)
    await choices.choose(cast.amy, push_replies=False)
    amy, dan = await choices.of(cast.amy), await choices.of(cast.dan)
    assert (amy.email_messages, amy.push_replies, amy.email_replies) == (False, False, True)
    assert dan.email_messages and list(await choices.of_members([cast.amy.id, cast.dan.id])) == [cast.amy.id]


async def test_a_link_ends_the_e_mails_it_was_made_for(cast: Cast) -> None:
    found = await choices.of_token(choices.token(cast.amy.id, choices.ACTIONS))
    assert found and (found[0].id, found[1]) == (cast.amy.id, "actions")


async def test_a_link_that_somebody_made_up_ends_nothing(cast: Cast) -> None:
    true = choices.token(cast.amy.id, choices.ACTIONS)
    for made_up in (
        true.replace(".actions.", ".replies."),
        f"{cast.dan.id}{true[len(str(cast.amy.id)) :]}",
        true[:-1],
        true + "0",
        "",
        "1",
        "..",
        "²." + true.partition(".")[2],
        "9" * 40,
        "ñ" * 300,
    ):
        assert await choices.of_token(made_up) is None
