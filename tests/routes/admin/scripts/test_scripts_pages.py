"""The script editor: saved, ordered, archived, copied."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from tests.cast import HELLO, Cast, drawn
from tests.cast.site import FINE, OFFICE, Browser, add_response, audited, here
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.audit import AuditEvent
from webapp.models.actions import pictures
from webapp.models.actions.action import Action
from webapp.models.actions.pictures import Picture
from webapp.models.actions.script import RESPONSE, Script, ScriptTag
from webapp.models.contacts.labels import Tag
from webapp.models.conversations.conversation import Conversation
from webapp.models.scripts import editing


async def order(cast: Cast) -> list[str]:
    return [script.name for script in await Script.of(cast.action, RESPONSE)]


async def test_a_script_is_saved_and_its_version_counts_what_changed(cast: Cast, browse: Browser) -> None:
    gary, path = await browse(cast.gary), f"{here(cast)}/scripts/{cast.hello.id}"
    for body, version in ((FINE, 2), (FINE, 2), (HELLO, 3)):
        answer = await gary.post(path, data={"body": body})
        assert answer.status_code == 303 and answer.headers["location"].endswith(f"#script-{cast.hello.id}")
        await cast.hello.refresh_from_db()
        assert (cast.hello.body, cast.hello.version) == (body, version)


@pytest.mark.parametrize("body", ["Hi ##{{nobody}}", "Hi ##{{first_name", "", "x" * 1700, "##{{'plan'|trackable}}"])
async def test_what_can_never_be_sent_is_not_saved_and_stays_typed(cast: Cast, browse: Browser, body: str) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(f"{here(cast)}/scripts/{cast.thanks.id}", data={"name": "Thanks", "body": body})
    assert (
        answer.status_code == 422
        and "Not saved." in answer.text
        and html.escape(body, quote=False).replace("'", "&#39;") in answer.text
    )
    await cast.thanks.refresh_from_db()
    assert cast.thanks.version == 1


async def test_tags_and_values_typed_stay_when_the_form_comes_back(cast: Cast, browse: Browser) -> None:
    gary, tag = await browse(cast.gary), await Tag.get(campaign=cast.meyer, slug="will_vote")
    data = {"name": "Thanks", "body": "##{{nope}}", "tags": str(tag.id), "value_notes": "on our side"}
    text = (await gary.post(f"{here(cast)}/scripts/{cast.thanks.id}", data=data)).text
    assert re.search(rf'value="{tag.id}"\s+checked', text) and 'value="on our side"' in text


async def test_scripts_are_put_in_order_by_arrows_and_by_drag(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    yes, no = await add_response(cast, "Yes"), await add_response(cast, "No")
    await gary.post(f"{here(cast)}/scripts/{no.id}/moves", data={"up": "1"})
    assert await order(cast) == ["Thanks", "No", "Yes"]
    answer = await gary.post(
        f"{here(cast)}/script-orders", data={"script": [yes.id, cast.thanks.id]}, headers={"hx-request": "true"}
    )
    assert answer.status_code == 204 and await order(cast) == ["Yes", "Thanks", "No"]
    for nonsense in ([], ["x", 10**30, -1], [cast.hello.id, 999]):
        await gary.post(f"{here(cast)}/script-orders", data={"script": nonsense})
        assert await order(cast) == ["Yes", "Thanks", "No"]


async def test_an_archived_script_waits_to_be_used_again(cast: Cast, browse: Browser) -> None:
    gary, path = await browse(cast.gary), f"{here(cast)}/scripts/{cast.thanks.id}"
    await gary.post(f"{path}/archive")
    assert (
        await order(cast) == []
        and "Texts already sent stay in Results" in (await gary.get(f"{here(cast)}/scripts")).text
    )
    assert (await gary.post(path, data={"name": "x", "body": FINE})).status_code == 404
    await gary.post(f"{path}/archive/end")
    assert await order(cast) == ["Thanks"]
    assert (await gary.post(f"{path}/archive/end")).status_code == 404
    assert [e.what for e in await AuditEvent.filter(what__startswith="script.").order_by("id")] == [
        "script.archived",
        "script.restored",
    ]


async def test_a_new_script_a_copy_and_one_used_again_come_last_whatever_was_archived(
    cast: Cast, browse: Browser
) -> None:
    gary = await browse(cast.gary)
    names = [await add_response(cast, f"S{n}") for n in range(4)]
    await gary.post(f"{here(cast)}/script-orders", data={"script": [script.id for script in names]})
    for script in names[:3]:
        await gary.post(f"{here(cast)}/scripts/{script.id}/archive")
    await gary.post(f"{here(cast)}/scripts", data={"kind": "response", "name": "New", "body": "x"})
    await gary.post(f"{here(cast)}/scripts/{names[3].id}/copies")
    await gary.post(f"{here(cast)}/scripts/{names[0].id}/archive/end")
    assert await order(cast) == ["S3", "Thanks", "New", "S3 (copy)", "S0"]


async def test_two_who_save_at_once_make_two_versions(cast: Cast) -> None:
    mine, theirs = await Script.get(id=cast.hello.id), await Script.get(id=cast.hello.id)
    await mine.write("", "Mine", None)
    await theirs.write("", "Theirs", None)
    assert (mine.version, theirs.version) == (2, 3)


async def test_a_copy_has_the_picture_and_what_sending_does(cast: Cast, browse: Browser) -> None:

    made, tag = await pictures.take_in(cast.meyer, drawn()), await Tag.get(campaign=cast.meyer, slug="will_vote")
    assert isinstance(made, Picture)
    await cast.thanks.write("Thanks", cast.thanks.body, made.id)
    await cast.thanks.apply_on_send([tag], [])
    gary = await browse(cast.gary)
    await gary.post(f"{here(cast)}/scripts/{cast.thanks.id}/copies")
    copy = (await Script.of(cast.action, RESPONSE))[-1]
    assert (copy.name, copy.body, copy.picture_id) == ("Thanks (copy)", cast.thanks.body, made.id)
    assert [row.tag_id for row in copy.script_tags] == [tag.id]


@pytest.mark.parametrize("room", ["copies", "moves"])
async def test_a_button_beside_the_text_saves_what_is_typed_first(cast: Cast, browse: Browser, room: str) -> None:
    gary, path = await browse(cast.gary), f"{here(cast)}/scripts/{cast.thanks.id}/{room}"
    await gary.post(path, data={"name": "Thanks", "body": "Newly typed"})
    assert [script.body for script in await Script.of(cast.action, RESPONSE)] == ["Newly typed"] * (
        1 + (room == "copies")
    )
    answer = await gary.post(path, data={"name": "Thanks", "body": "##{{nope}}"})
    assert answer.status_code == 422 and "##{{nope}}" in answer.text


async def test_an_unknown_variable_can_not_be_saved_and_the_nearest_is_named(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(
        f"{OFFICE}/actions/{cast.action.id}/scripts",
        data={"kind": "initial", "body": "Hi ##{{frist_name}}. Reply STOP to opt out."},
    )
    assert answer.status_code == 422 and "Do you mean first_name?" in answer.text and "frist_name" in answer.text
    assert await Script.filter(action=cast.action, kind="initial").count() == 1


async def test_moving_a_script_and_checking_the_set_up_leave_an_audit_row(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await gary.post(f"{OFFICE}/actions/{cast.action.id}/scripts/{cast.hello.id}/moves", data={"up": "1"})
    await gary.post(f"{OFFICE}/setup/checks")
    assert (await audited("script.moved"), await audited("setup.checked")) == (1, 1)


async def test_a_script_is_duplicated_with_what_it_does(cast: Cast, browse: Browser) -> None:
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    await cast.thanks.apply_on_send([tag], [])
    gary = await browse(cast.gary)
    await gary.post(f"{OFFICE}/actions/{cast.action.id}/scripts/{cast.thanks.id}/copies")
    copy = await Script.get(name="Thanks (copy)")
    assert copy.body == cast.thanks.body and await ScriptTag.exists(script=copy, tag=tag)
    await gary.post(f"{OFFICE}/actions/{cast.action.id}/scripts/{cast.hello.id}/copies")
    assert await Script.filter(action=cast.action, kind="initial", archived_at=None).count() == 2
    assert {c.script_id for c in await Conversation.filter(action=cast.action)} <= {
        s.id for s in await Script.filter(action=cast.action, kind="initial")
    }


async def test_an_opt_out_tag_on_a_script_for_the_glad_is_asked_about(cast: Cast, browse: Browser) -> None:
    tag = await Tag.get(campaign=cast.meyer, slug="opt_out")
    gary = await browse(cast.gary)
    for name, asked in (("Attending: Yes", True), ("Wrong person", False)):
        await transaction(lambda name=name: Script.filter(id=cast.thanks.id).update(name=name))  # type: ignore[misc]
        await cast.thanks.apply_on_send([tag], [])
        page = (await gary.get(f"{OFFICE}/actions/{cast.action.id}/scripts")).text
        assert ("Is the Opt Out tag meant here?" in page) is asked


async def test_a_deed_that_typed_nothing_is_refused_without_a_word_about_typing(cast: Cast, browse: Browser) -> None:
    """To copy, move or use again brings no text; to save does."""
    gary, path = await browse(cast.gary), f"{here(cast)}/scripts/{cast.hello.id}"
    await transaction(lambda: Script.filter(id=cast.hello.id).update(body="Hi"))
    for deed, data in (("copies", {}), ("moves", {"up": "1"})):
        answer = await gary.post(f"{path}/{deed}", data=data)
        assert (
            answer.status_code == 422 and "Nothing was changed." in answer.text and "No way to opt out" in answer.text
        )
        assert "Not saved." not in answer.text and "What you typed is kept below" not in answer.text
    typed = await gary.post(path, data={"body": "Hi there"})
    assert typed.status_code == 422 and "What you typed is kept below" in typed.text and "Hi there" in typed.text
    await transaction(lambda: Script.filter(id=cast.hello.id).update(archived_at=clock.now()))
    again = await gary.post(f"{path}/archive/end")
    assert again.status_code == 422 and "Nothing was changed." in again.text


async def test_a_refused_order_is_answered_with_its_sentence(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await transaction(lambda: Script.filter(id=cast.thanks.id).update(body="See bit.ly/x"))
    data = {"script": [cast.thanks.id]}
    told = await gary.post(f"{here(cast)}/script-orders", data=data, headers={"hx-request": "true"})
    assert (
        told.status_code == 422 and told.text.startswith("Thanks: bit.ly is a link shortener") and "<" not in told.text
    )
    page = await gary.post(f"{here(cast)}/script-orders", data=data)
    assert page.status_code == 422 and "Nothing was changed." in page.text and "bit.ly is a link" in page.text


async def test_words_typed_into_a_script_that_is_archived_meanwhile_are_kept_as_a_new_one(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other admin's archiving commits between the look and the lock."""
    gary, save = await browse(cast.gary), editing.save

    async def late(action: Action, script: Script | None, *rest: Any) -> object:
        await transaction(lambda: Script.filter(id=cast.hello.id).update(archived_at=clock.now()))
        return await save(action, script, *rest)

    monkeypatch.setattr(editing, "save", late)
    body = f"{FINE} These words are mine."
    answer = await gary.post(f"{here(cast)}/scripts/{cast.hello.id}", data={"body": body})
    assert answer.status_code == 422 and "Somebody archived this script meanwhile." in answer.text
    assert "These words are mine." in answer.text and "What you typed is kept below" in answer.text
