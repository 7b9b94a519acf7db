"""The campaign's public details: what a published action sends can't be emptied (SPEC S9, A7, section 4)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import DRAFT, Action
from webapp.models.actions.script import Script

FULL = {"name": "Meyer for Senate", "description": "A better Senate", "broadcast_phone_number": "412-555-0199"}
NAMED = {"description": "##{{campaign.description}}", "broadcast_phone_number": "{{Broadcast_Phone_Number}}"}


async def sends(cast: Cast, column: str, script: str = "hello") -> None:
    """The cast's published action names it in its first text or in a response."""
    body = f"Hi ##{{{{first_name}}}}, {NAMED[column]}. Reply STOP to opt out."
    values = {"description": FULL["description"], "broadcast_phone_number": "+14125550199"}

    async def fill() -> None:
        await Campaign.filter(id=cast.meyer.id).update(**values)
        await Script.filter(id=getattr(cast, script).id).update(body=body)

    await transaction(fill)


@pytest.mark.parametrize("column", sorted(NAMED))
@pytest.mark.parametrize("script", ["hello", "thanks"])
async def test_what_a_published_action_sends_is_not_emptied(
    cast: Cast, browse: Browser, column: str, script: str
) -> None:
    await sends(cast, column, script)
    gary = await browse(cast.gary)
    answer = await gary.post(OFFICE + "/settings/info", data=FULL | {column: "", "name": "Meyer"})
    assert answer.status_code == 422 and "The texts of “Make a plan to vote” name it" in answer.text
    meyer = await Campaign.get(id=cast.meyer.id)
    assert getattr(meyer, column) and meyer.name == "Meyer for Senate", "nothing was stored"
    other = "another" if column == "description" else "412-555-0177"
    assert (await gary.post(OFFICE + "/settings/info", data=FULL | {column: other})).status_code == 200


@pytest.mark.parametrize("change", ["draft", "archived", "script archived", "not named"])
async def test_what_no_published_action_sends_may_be_emptied(cast: Cast, browse: Browser, change: str) -> None:
    await sends(cast, "description")
    changes: dict[str, Any] = {
        "draft": Action.filter(id=cast.action.id).update(state=DRAFT),
        "archived": Action.filter(id=cast.action.id).update(archived_at=clock.now()),
        "script archived": Script.filter(id=cast.hello.id).update(archived_at=clock.now()),
        "not named": Script.filter(id=cast.hello.id).update(body="Hi. Reply STOP to opt out."),
    }
    await transaction(lambda: changes[change])
    answer = await (await browse(cast.gary)).post(OFFICE + "/settings/info", data=FULL | {"description": ""})
    assert answer.status_code == 200 and (await Campaign.get(id=cast.meyer.id)).description == ""
