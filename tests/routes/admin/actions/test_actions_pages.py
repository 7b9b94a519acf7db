"""An action from its title to its texts: scripted, published, paused (SPEC A9)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, audited, form_of, make_action
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.audit import AuditEvent
from webapp.models.actions.action import Action
from webapp.models.actions.report_settings import ReportTag
from webapp.models.actions.script import Script, ScriptTag, ScriptValue
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.conversations import making
from webapp.models.conversations.conversation import Conversation


async def test_an_action_is_made_scripted_published_and_texted(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    action = await make_action(gary, cast)
    good = "Hi ##{{first_name}}, it's ##{{user.first_name}} with Meyer for Senate. Reply STOP to opt out."
    for body in (good, good.replace("Hi", "Hello")):
        assert (
            await gary.post(f"{OFFICE}/actions/{action}/scripts", data={"kind": "initial", "body": body})
        ).status_code == 303
    will_vote = await Tag.get(campaign=cast.meyer, slug="will_vote")
    response = {
        "kind": "response",
        "name": "Yes",
        "body": "Great, ##{{first_name}}!",
        "tags": str(will_vote.id),
        "value_support_rating": "Supporter",
    }
    assert (await gary.post(f"{OFFICE}/actions/{action}/scripts", data=response)).status_code == 303
    assert await ScriptTag.all().count() == 1 and (await ScriptValue.get()).value == "Supporter"
    await gary.post(f"{OFFICE}/actions/{action}/report-settings", data={"tags": str(will_vote.id)})
    assert await ReportTag.filter(action_id=action).count() == 1
    page = (await gary.get(f"{OFFICE}/actions/{action}/publication")).text
    assert "2 initial scripts" in page and "Nothing left to fix" in page
    assert (await gary.post(f"{OFFICE}/actions/{action}/publication", data={"state": "public"})).status_code == 303

    await making.make_all(action)
    assert await Conversation.filter(action_id=action).count() == 1
    assert "Ballot cure" in (await (await browse(cast.amy)).get("/c/meyer/")).text
    assert await audited("action.published") == 1


async def test_missing_opt_out_wording_stops_admins_and_an_owner_may_overrule_it_with_a_reason(
    cast: Cast, browse: Browser
) -> None:
    gary, selina = await browse(cast.gary), await browse(cast.selina)
    action = await make_action(gary, cast)
    await gary.post(
        f"{OFFICE}/actions/{action}/scripts", data={"kind": "initial", "body": "Hi ##{{first_name}}, vote!"}
    )
    path = f"{OFFICE}/actions/{action}/publication"
    for client, form in ((gary, {"state": "public", "reason": "because"}), (selina, {"state": "public"})):
        answer = await client.post(path, data=form)
        assert answer.status_code == 422 and "No way to opt out" in answer.text
    assert (await selina.post(path, data={"state": "public", "reason": "Members asked for it"})).status_code == 303
    assert (await Action.get(id=action)).opt_out_overruled == "Members asked for it"
    assert (await AuditEvent.get(what="action.published")).detail["overruled"] == "Members asked for it"


async def test_pause_and_resume(cast: Cast, browse: Browser, queues_told: list[tuple[set[int], int]]) -> None:
    """The pages of those in the middle of a bucket hear of both."""
    gary, amy = await browse(cast.gary), await browse(cast.amy)
    await cast.start(cast.amy)
    await gary.post(f"{OFFICE}/actions/{cast.action.id}/pause")
    answer = await amy.post(f"/c/meyer/actions/{cast.action.id}/buckets")
    assert answer.status_code == 409 and "This action is paused. You can still answer replies." in answer.text
    page = (await gary.get(f"{OFFICE}/actions/{cast.action.id}/results")).text
    resume = f"{OFFICE}/actions/{cast.action.id}/pause/end"
    await gary.post(resume, data=form_of(page, resume))
    assert (await amy.post(f"/c/meyer/actions/{cast.action.id}/buckets")).status_code == 303
    assert queues_told == [({cast.amy.user_id}, cast.action.id)] * 2


@pytest.mark.both
async def test_resume_on_an_old_page_ends_no_later_pause(cast: Cast, browse: Browser) -> None:
    gary, selina, here = await browse(cast.gary), await browse(cast.selina), f"{OFFICE}/actions/{cast.action.id}"
    await gary.post(f"{here}/pause")
    old = form_of((await gary.get(f"{here}/results")).text, f"{here}/pause/end")
    await selina.post(f"{here}/pause/end", data=old)
    assert not (await Action.get(id=cast.action.id)).paused_at
    clock.freeze(clock.now() + timedelta(minutes=1))
    await selina.post(f"{here}/pause")  # a wrong script
    for form in (old, {}):
        answer = await gary.post(f"{here}/pause/end", data=form)
        page = (await gary.get(answer.headers["location"])).text
        assert "Nothing was resumed." in page and (await Action.get(id=cast.action.id)).paused_at
    await gary.post(f"{here}/pause/end", data=form_of(page, f"{here}/pause/end"))
    assert not (await Action.get(id=cast.action.id)).paused_at


async def test_before_publishing_it_is_told_for_whom_a_script_can_not_be_filled(cast: Cast, browse: Browser) -> None:
    await cast.add_contact("+14125550102", first_name="Bo", email="bo@example.org")
    await transaction(
        lambda: Script.filter(id=cast.hello.id).update(
            body="Hi ##{{first_name}}, is ##{{email}} yours and ##{{notes}}? Reply STOP to opt out."
        )
    )
    gary = await browse(cast.gary)
    page = await gary.get(f"{OFFICE}/actions/{cast.action.id}/publication")
    assert f"/actions/{cast.action.id}/shortfalls" in page.text
    told = re.sub(r"\s+", " ", (await gary.get(f"{OFFICE}/actions/{cast.action.id}/shortfalls")).text)
    assert "1 of 2 contacts have no email" in told and "2 of 2 contacts have no notes" in told
    await transaction(lambda: CustomField.filter(campaign=cast.meyer, slug="notes").update(default_value="none"))
    told = (await gary.get(f"{OFFICE}/actions/{cast.action.id}/shortfalls")).text
    assert "notes" not in told


async def test_publishing_past_warnings_is_noted_with_them(cast: Cast, browse: Browser) -> None:
    await transaction(
        lambda: Script.filter(id=cast.hello.id).update(
            body="Vote on Tuesday, see https://meyer.example. Reply STOP to opt out."
        )
    )
    answer = await (await browse(cast.gary)).post(
        f"{OFFICE}/actions/{cast.action.id}/publication", data={"state": "public"}
    )
    assert answer.status_code == 303
    noted = await AuditEvent.get(what="action.published")
    assert any("does not say who is writing" in words for words in noted.detail["warnings"])


async def test_the_first_page_of_an_owner_is_what_is_left_to_do(cast: Cast, browse: Browser) -> None:
    jonah = await browse(cast.jonah)
    page = (await jonah.get("/c/ryan/admin/actions")).text
    assert "Before the first text: 0 of 6 done" in page
    for link in ("settings/info", "numbers", "setup", "lists", "actions/new"):
        assert f'href="/c/ryan/admin/{link}"' in page
        assert (await jonah.get(f"/c/ryan/admin/{link}")).status_code == 200
    assert "Before the first text" not in (await jonah.get("/c/ryan/admin/actions?show=drafts")).text


async def test_where_an_action_runs_there_is_no_list_of_steps(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert "Before the first text" not in (await gary.get(OFFICE + "/actions")).text
    await gary.post(f"{OFFICE}/actions/{cast.action.id}/archive")
    assert "Before the first text" not in (await gary.get(OFFICE + "/actions")).text
