"""A report ends the need for an answer, and its Opt Out tag opts out (SPEC V7)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.texting import says, texted
from webapp.models import kept_counts
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.reports import filing
from webapp.models.results import recount, view_reports


async def test_a_report_ends_the_need_and_the_next_reply_brings_it_back(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Yes")
    conversation = await cast.conversation()
    await conversation.fetch_related("action")
    asked = await filing.questions(conversation.action)
    await filing.file(conversation, cast.amy.user, asked, {"will_vote"}, {"notes": "Kind"})
    assert not (await cast.conversation()).needs_attention
    await says(cast, "One more question")
    assert (await cast.conversation()).needs_attention
    totals = await kept_counts.totals(cast.action.id)
    assert (totals["reports"], totals["reported"], totals["replied"]) == (1, 1, 1)
    assert await recount.differences() == []


@pytest.mark.both
async def test_a_corrected_report_counts_once_and_for_who_filed_it_first(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Yes")
    conversation = await cast.conversation()
    await conversation.fetch_related("action")
    asked = await filing.questions(conversation.action)
    for by, notes in ((cast.amy, "Kind"), (cast.dan, "Very kind"), (cast.amy, "The kindest")):
        await filing.file(conversation, by.user, asked, {"will_vote"}, {"notes": notes})
    assert (await kept_counts.of_user(cast.action.id, cast.amy.user_id))["reports"] == 1
    assert (await kept_counts.totals(cast.action.id))["reports"] == 1
    assert await recount.differences() == []


async def test_the_opt_out_tag_on_a_report_opts_out(cast: Cast) -> None:
    await texted(cast)
    conversation = await cast.conversation()
    await conversation.fetch_related("action")
    asked = await filing.questions(conversation.action)
    await filing.file(conversation, cast.amy.user, asked, {"opt_out"}, {})
    assert (await OptOut.get(phone=cast.lisa.phone)).source == "volunteer"


@pytest.mark.both
async def test_the_newest_report_of_a_conversation_is_in_the_totals_and_a_corrected_one_is_not(cast: Cast) -> None:
    await texted(cast)
    conversation = await cast.conversation()
    await conversation.fetch_related("action")
    asked = await filing.questions(conversation.action)
    support = next(field for field in asked.fields if field.choices)
    first, second = support.choices[:2]
    await filing.file(conversation, cast.amy.user, asked, {"will_vote"}, {"notes": "Kind", support.slug: first})
    found = await view_reports.totals(conversation.action)
    assert (found.tags, found.fields, found.typed) == ({"Will Vote": 1}, {support.title: {first: 1}}, {"Notes": 1})
    await filing.file(conversation, cast.dan.user, asked, {"wrong_number"}, {support.slug: second})
    found = await view_reports.totals(conversation.action)
    assert (found.tags, found.fields, found.typed) == ({"Wrong Number": 1}, {support.title: {second: 1}}, {})
    assert await recount.differences() == []
