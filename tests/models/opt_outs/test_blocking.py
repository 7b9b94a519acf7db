"""A contact nobody may text, until the block is lifted (SPEC V10)."""

from __future__ import annotations

import pytest

from tests.cast import Cast, opt_out_phone
from tests.cast.bulk import off_list
from tests.cast.texting import says, texted
from webapp.models.opt_outs import blocking
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.results import recount
from webapp.models.sending.click import Declined, Queued
from webapp.rules import errors


async def test_blocking_keeps_everybody_from_texting_until_it_is_lifted(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "You people are awful")
    await blocking.block(await cast.conversation(), cast.amy.user)
    assert await cast.reply(cast.amy, "sorry") == Declined(errors.BLOCKED)
    await blocking.unblock(cast.lisa.id, cast.gary.user)
    assert isinstance(await cast.reply(cast.amy, "sorry"), Queued)


async def test_who_opted_out_while_blocked_stays_out_when_the_block_is_lifted(cast: Cast) -> None:
    await blocking.block(await cast.conversation(), cast.amy.user)
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN)
    await blocking.unblock(cast.lisa.id, cast.gary.user)
    assert (await cast.conversation()).closed_code == errors.OPTED_OUT
    assert await recount.differences() == []


@pytest.mark.both
async def test_unblocking_someone_who_left_the_list_opens_nothing(cast: Cast) -> None:
    await cast.start(cast.amy)
    await blocking.block(await cast.conversation(), cast.gary.user)
    await off_list(cast, cast.lisa)
    await blocking.unblock(cast.lisa.id, cast.gary.user)
    assert (await cast.conversation()).closed_code is not None
    assert await recount.differences() == []
