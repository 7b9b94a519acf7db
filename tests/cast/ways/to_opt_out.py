"""Every way by which a volunteer opts somebody out or blocks them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.cast import Cast
from tests.cast.texting import decides
from webapp.database import transaction
from webapp.models.actions.script import RESPONSE, Script
from webapp.models.contacts import labels
from webapp.models.contacts.labels import Tag
from webapp.models.opt_outs import blocking, opting_out
from webapp.models.reports import filing


async def by_hand(cast: Cast) -> object:
    return await opting_out.from_thread(await cast.conversation(), cast.amy.user)


async def by_block(cast: Cast) -> object:
    return await blocking.block(await cast.conversation(), cast.amy.user)


async def by_tag(cast: Cast, slug: str = labels.OPT_OUT) -> object:
    tag = await Tag.get(campaign=cast.meyer, slug=slug)
    return await filing.tag_contact(await cast.conversation(), tag, cast.amy.user)


async def by_report(cast: Cast, slug: str = labels.OPT_OUT) -> object:
    asked = filing.Questions([await Tag.get(campaign=cast.meyer, slug=slug)], [])
    return await filing.file(await cast.conversation(), cast.amy.user, asked, {slug}, {})


async def by_decision(cast: Cast) -> object:
    return await decides(cast, cast.amy, opts_out=True)


async def by_script(cast: Cast, slug: str = labels.OPT_OUT) -> object:
    tag = await Tag.get(campaign=cast.meyer, slug=slug)
    script = await transaction(lambda: Script.create(action=cast.action, kind=RESPONSE, name="Bye", body="Bye"))
    await script.apply_on_send([tag], [])
    return await cast.reply(cast.amy, script=script)


WAYS: dict[str, Callable[[Cast], Awaitable[object]]] = {
    "by hand": by_hand,
    "block": by_block,
    "tag": by_tag,
    "report": by_report,
    "decision": by_decision,
    "script": by_script,
}
WITH_A_TAG: dict[str, Callable[[Cast, str], Awaitable[object]]] = {
    "tag": by_tag,
    "report": by_report,
    "script": by_script,
}
