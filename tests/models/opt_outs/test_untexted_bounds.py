"""A volunteer judges only people to whom a text of ours was taken (SPEC V9)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.texting import claimed, clicked, says, texted
from tests.cast.ways.to_opt_out import WAYS, WITH_A_TAG
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import ContactTag, Tag
from webapp.models.conversations.message import Message
from webapp.models.opt_outs import bounds
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.outcomes import answers
from webapp.models.reports import filing
from webapp.models.reports.report import Report
from webapp.models.sending.click import Queued, Stopped

# The answer of each where no text of ours was taken
REFUSED: dict[str, object] = {
    "by hand": False,
    "block": False,
    "tag": False,
    "report": None,
    "decision": "not_texted",
    "script": Stopped("tags"),
}


async def test_a_volunteer_judges_only_where_a_text_of_ours_was_taken(cast: Cast) -> None:
    await clicked(cast)
    assert not await bounds.may_judge(await cast.conversation(), cast.amy.user)
    assert await bounds.may_judge(await cast.conversation(), cast.gary.user)
    await says(cast, "Hello")
    assert not await bounds.may_judge(await cast.conversation(), cast.amy.user), "a text of theirs is none of ours"


async def test_where_it_was_taken_they_may(cast: Cast) -> None:
    await texted(cast)
    assert await bounds.may_judge(await cast.conversation(), cast.amy.user)


async def lost(cast: Cast) -> None:
    """Amy's first text left and nobody knows whether it arrived; without the lock a reply may follow it."""
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(outbound_lock=False))
    claim = await claimed(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)


@pytest.mark.both
@pytest.mark.parametrize("way", sorted(WAYS))
async def test_no_way_opts_out_or_blocks_where_no_text_of_ours_was_taken(cast: Cast, way: str) -> None:
    await lost(cast)
    if way == "decision":
        await transaction(lambda: Contact.filter(id=cast.lisa.id).update(possible_opt_out_at=clock.now()))
    assert await WAYS[way](cast) == REFUSED[way]
    lisa = await Contact.get(id=cast.lisa.id)
    assert not lisa.opted_out_at and not lisa.blocked_at and not await OptOut.all().count()
    assert await bounds.used(cast.amy) == 0 and not await Report.all().count()
    assert not await Message.filter(body="Bye").exists(), "the script is not sent without its tags"


@pytest.mark.both
@pytest.mark.parametrize("way", sorted(WITH_A_TAG))
async def test_no_way_sets_a_tag_where_no_text_of_ours_was_taken(cast: Cast, way: str) -> None:
    await lost(cast)
    assert await WITH_A_TAG[way](cast, "will_vote") == REFUSED[way]
    assert not await ContactTag.exists(contact_id=cast.lisa.id)


async def test_a_report_takes_no_tag_off_where_no_text_of_ours_was_taken(cast: Cast) -> None:
    await lost(cast)
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    await transaction(lambda: ContactTag.create(contact_id=cast.lisa.id, tag=tag, at=clock.now()))
    asked = filing.Questions([tag], [])
    assert await filing.file(await cast.conversation(), cast.amy.user, asked, set(), {}) is None
    assert await filing.file(await cast.conversation(), cast.amy.user, asked, {"will_vote"}, {}), "it stays as it is"
    assert await ContactTag.exists(contact_id=cast.lisa.id, tag=tag)


async def test_a_script_without_tags_may_follow_a_text_that_was_lost(cast: Cast) -> None:
    await lost(cast)
    assert isinstance(await cast.reply(cast.amy, script=cast.thanks), Queued)
