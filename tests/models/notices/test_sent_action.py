"""Send Action tells everybody once, however often and by however many it is pressed (SPEC A9, P2)."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from typing import Any

import pytest

from tests.cast import Cast
from tests.cast.site import Browser
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts import teams
from webapp.models.actions.action import DRAFT, PRIVATE, PUBLIC, Action, ActionUser
from webapp.models.notices import sent_action, telling
from webapp.models.notices.notice import Notice, Recipient

pytestmark = pytest.mark.both


async def told() -> Counter[str]:
    """How often each was told, by first name."""
    rows = await Recipient.all().select_related("member__user")
    return Counter(row.member.user.first_name for row in rows)


async def test_of_many_presses_at_once_each_user_is_told_by_one(cast: Cast) -> None:
    groups = [[cast.amy, cast.dan], [cast.dan, cast.amy], [cast.dan, cast.gary], [cast.amy]]
    admins = [cast.gary, cast.selina, cast.gary, cast.selina]
    sent = await asyncio.gather(
        *(sent_action.send(by, cast.action, to, "Some") for by, to in zip(admins, groups, strict=True))
    )
    assert await told() == {"Amy": 1, "Dan": 1, "Gary": 1}
    assert sum(one.number for one in sent if one) == 3 == await ActionUser.all().count()
    assert sum(notice.total for notice in await Notice.all()) == 3


async def test_the_same_form_at_once_and_again_finds_one_notice(cast: Cast) -> None:
    form, fresh = uuid.uuid4(), [cast.amy]
    await asyncio.gather(*(sent_action.send(cast.gary, cast.action, fresh, "Amy", form) for _ in range(3)))
    again = await sent_action.send(cast.gary, cast.action, [cast.dan], "Dan", form)
    assert again and again.number == 0 and again.notice and again.notice.whom == "Amy"
    assert await told() == {"Amy": 1} and await ActionUser.filter(user_id=cast.dan.user_id).count() == 0


async def test_who_has_it_by_themselves_meanwhile_is_not_told(cast: Cast) -> None:
    await ActionUser.mark_sent([cast.action.id], cast.amy.user_id)
    sent = await sent_action.send(cast.gary, cast.action, [cast.amy], "Amy")
    assert sent == sent_action.Sent(0, None) and await told() == {}


async def test_nobody_has_the_action_where_the_telling_could_not_be_stored(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: object) -> Notice:
        raise RuntimeError("the process was killed")

    with monkeypatch.context() as patched:
        patched.setattr(telling, "store", dies)
        with pytest.raises(RuntimeError):
            await sent_action.send(cast.gary, cast.action, [cast.amy], "Amy")
    assert await ActionUser.all().count() == 0
    await sent_action.send(cast.gary, cast.action, [cast.amy], "Amy")
    assert await told() == {"Amy": 1}, "the retry tells her"


@pytest.mark.parametrize(("now", "kept"), [(PUBLIC, PUBLIC), (DRAFT, PRIVATE)])
async def test_an_action_that_was_published_meanwhile_stays_public(cast: Cast, now: str, kept: str) -> None:
    await transaction(lambda: Action.filter(id=cast.action.id).update(state=DRAFT))
    seen_as_a_draft = await Action.get(id=cast.action.id).select_related("campaign")
    await transaction(lambda: Action.filter(id=cast.action.id).update(state=now))
    assert await sent_action.send(cast.gary, seen_as_a_draft, [cast.amy], "Amy")
    assert (await Action.get(id=cast.action.id)).state == kept


async def test_an_action_that_was_archived_meanwhile_is_sent_to_nobody(cast: Cast) -> None:
    seen = await Action.get(id=cast.action.id).select_related("campaign")
    await transaction(lambda: Action.filter(id=cast.action.id).update(archived_at=clock.now()))
    assert await sent_action.send(cast.gary, seen, [cast.amy], "Amy") is None and await told() == {}


@pytest.mark.parametrize("way", ["users", "user list", "tell people"])
async def test_every_form_pressed_twice_at_once_tells_each_user_once(cast: Cast, browse: Browser, way: str) -> None:
    everyone = [cast.amy, cast.dan]
    made = await teams.create_list("Some", cast.gary)
    await teams.add_members(made, everyone, cast.gary)
    office, ids = "/c/meyer/admin", [str(one.id) for one in everyone]
    forms: dict[str, tuple[str, dict[str, Any]]] = {
        "users": ("users/sendings", {"members": ids, "action": str(cast.action.id)}),
        "user list": (f"actions/{cast.action.id}/sendings", {"user_list": str(made.id)}),
        "tell people": (
            "notices",
            {"members": ids, "kind": "action", "action": str(cast.action.id), "client_id": str(uuid.uuid4())},
        ),
    }
    path, form = forms[way]
    gary, selina = await browse(cast.gary), await browse(cast.selina)
    answers = await asyncio.gather(*(who.post(f"{office}/{path}", data=form) for who in (gary, gary, selina, gary)))
    assert {answer.status_code for answer in answers} <= {200, 303, 422}
    assert await told() == {"Amy": 1, "Dan": 1}
