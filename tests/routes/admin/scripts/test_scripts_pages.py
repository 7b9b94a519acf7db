"""The script editor, previews, measures and tests to one's own phone, over HTTP."""

from __future__ import annotations

import html
import re
import uuid

import httpx
import pytest

from tests.cast import HELLO, Cast, drawn, opt_out_phone, texts
from tests.routes.conftest import Browser
from webapp import clock, limiting
from webapp.database import transaction
from webapp.models.accounts.audit import AuditEvent
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions import pictures
from webapp.models.actions.pictures import Picture
from webapp.models.actions.script import RESPONSE, Script
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.conversations.message import TEST
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.scripts.links import CustomLink
from webapp.models.sending.claim import claim_next

FINE = "Hi ##{{first_name}}, it's ##{{user.first_name}} with Meyer for Senate. Vote? Reply STOP to opt out."
PARTIAL = {"hx-request": "true", "hx-request-type": "partial"}


def here(cast: Cast) -> str:
    return f"/c/meyer/admin/actions/{cast.action.id}"


async def response(cast: Cast, name: str) -> Script:
    made = Script(action=cast.action, kind=RESPONSE, name=name, body=f"{name}, ##{{{{first_name}}}}", position=9)
    await transaction(made.save)
    return made


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
    assert f'value="{tag.id}" checked' in text and 'value="on our side"' in text


async def test_a_picture_is_taken_in_with_the_text_and_shown(cast: Cast, browse: Browser) -> None:
    gary, amy, path = await browse(cast.gary), await browse(cast.amy), f"{here(cast)}/scripts/{cast.hello.id}"
    answer = await gary.post(path, data={"body": FINE}, files={"picture": ("x.bin", drawn(), "text/plain")})
    assert answer.status_code == 303
    await cast.hello.refresh_from_db()
    picture = await Picture.get(id=cast.hello.picture_id)
    assert cast.hello.version == 2 and picture.type == "image/png"
    page = (await gary.get(f"{here(cast)}/scripts")).text
    assert f"/c/meyer/pictures/{picture.id}" in page and "one MMS" in page
    shown = await amy.get(f"/c/meyer/pictures/{picture.id}")
    assert (shown.status_code, shown.headers["content-type"], shown.content) == (
        200,
        "image/png",
        picture.path.read_bytes(),
    )
    await cast.start(cast.amy)
    assert f"/c/meyer/pictures/{picture.id}" in (await amy.get(f"/c/meyer/actions/{cast.action.id}/queue")).text
    await cast.click(cast.amy)
    talk = await cast.conversation()
    assert f"/c/meyer/pictures/{picture.id}" in (await amy.get(f"/c/meyer/threads/{talk.id}")).text
    await gary.post(path, data={"body": FINE, "remove_picture": "1"})
    await cast.hello.refresh_from_db()
    assert (cast.hello.picture_id, cast.hello.version) == (None, 3)


async def test_a_file_that_is_no_picture_changes_nothing(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    files = {"picture": ("cat.png", b"<script>alert(1)</script>", "image/png")}
    answer = await gary.post(f"{here(cast)}/scripts/{cast.hello.id}", data={"body": FINE}, files=files)
    assert (
        answer.status_code == 422 and "This file is no picture." in answer.text and "it&#39;s ##{{user" in answer.text
    )
    await cast.hello.refresh_from_db()
    assert cast.hello.version == 1 and await Picture.all().count() == 0


async def test_one_too_large_is_offered_smaller_and_taken_with_one_tap(cast: Cast, browse: Browser) -> None:
    gary, path = await browse(cast.gary), f"{here(cast)}/scripts/{cast.hello.id}"
    large = drawn(2200, 1600, "JPEG", noise=True, quality=95)
    assert len(large) > 2_000_000
    answer = await gary.post(path, data={"body": FINE}, files={"picture": ("big.jpg", large, "image/jpeg")})
    assert answer.status_code == 422 and "A smaller one is ready" in answer.text
    offered = re.search(r'name="use_picture" value="(\d+)"', answer.text)
    assert offered
    assert (await gary.post(path, data={"body": FINE, "use_picture": offered[1]})).status_code == 303
    await cast.hello.refresh_from_db()
    picture = await Picture.get(id=cast.hello.picture_id)
    assert picture.size < 600_000 and (cast.hello.body, cast.hello.version) == (FINE, 2)


async def test_a_picture_chosen_beside_a_wrong_text_is_kept_for_the_next_try(cast: Cast, browse: Browser) -> None:
    gary, path = await browse(cast.gary), f"{here(cast)}/scripts/{cast.hello.id}"
    answer = await gary.post(path, data={"body": "##{{nope}}"}, files={"picture": ("x.png", drawn(), "image/png")})
    kept = re.search(r'type="hidden" name="use_picture" value="(\d+)"', answer.text)
    assert answer.status_code == 422 and kept
    await gary.post(path, data={"body": FINE, "use_picture": kept[1]})
    await cast.hello.refresh_from_db()
    assert cast.hello.picture_id == int(kept[1])


async def test_another_campaign_s_picture_can_not_be_used_or_seen(cast: Cast, browse: Browser) -> None:

    theirs = await pictures.take_in(cast.ryan, drawn())
    assert isinstance(theirs, Picture)
    gary, path = await browse(cast.gary), f"{here(cast)}/scripts/{cast.hello.id}"
    assert (await gary.post(path, data={"body": FINE, "use_picture": str(theirs.id)})).status_code == 404
    assert (await gary.get(f"/c/meyer/pictures/{theirs.id}")).status_code == 404
    nobody = await browse()
    assert (await nobody.get(f"/c/ryan/pictures/{theirs.id}")).status_code == 303
    assert (await nobody.get(f"/pictures/{theirs.id}/9999999999/{'0' * 32}")).status_code == 404
    signed = await nobody.get(pictures.signed_path(theirs.id, clock.now()))
    assert signed.status_code == 200 and signed.headers["content-type"] == "image/png"
    assert (await nobody.head(pictures.signed_path(theirs.id, clock.now()))).status_code == 200


async def test_a_missing_picture_stands_in_the_way_of_publishing(cast: Cast, browse: Browser) -> None:

    made = await pictures.take_in(cast.meyer, drawn())
    assert isinstance(made, Picture)
    await cast.hello.write("", HELLO, made.id)
    made.path.unlink()
    selina = await browse(cast.selina)
    answer = await selina.post(f"{here(cast)}/publication", data={"state": "public", "reason": "because"})
    assert answer.status_code == 422 and "The picture is missing. Add it again." in answer.text
    assert "The picture is missing. Add it again." in (await selina.get(f"{here(cast)}/scripts")).text


async def test_scripts_are_put_in_order_by_arrows_and_by_drag(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    yes, no = await response(cast, "Yes"), await response(cast, "No")
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
        and "What was sent of them stays in Results" in (await gary.get(f"{here(cast)}/scripts")).text
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
    names = [await response(cast, f"S{n}") for n in range(4)]
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


async def test_the_warning_about_opting_out_the_glad_stays_while_one_types_and_is_logged(
    cast: Cast, browse: Browser
) -> None:
    tag = await Tag.get(campaign=cast.meyer, slug="opt_out")
    await cast.thanks.write("Attending: Yes", cast.thanks.body, None)
    await cast.thanks.apply_on_send([tag], [])
    selina = await browse(cast.selina)
    assert "Is the Opt Out tag meant here?" in await preview(selina, cast, place=str(cast.thanks.id))
    await selina.post(f"{here(cast)}/publication", data={"state": "public"})
    event = await AuditEvent.filter(what="action.published").order_by("-id").first()
    assert event and any("Is the Opt Out tag meant here?" in sentence for sentence in event.detail["warnings"])


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


# Previews


async def preview(client: httpx.AsyncClient, cast: Cast, **data: object) -> str:
    sent = {"place": str(cast.hello.id), "body": FINE, **data}
    answer = await client.post(f"{here(cast)}/preview", data=sent, headers=PARTIAL)
    assert answer.status_code == 200
    return answer.text


async def test_a_preview_steps_through_the_people_of_the_list(cast: Cast, browse: Browser) -> None:
    dora = await cast.add_contact("+14125550102", first_name="Dora", zip="15213")
    gary = await browse(cast.gary)
    first = await preview(gary, cast)
    assert f'id="check-{cast.hello.id}"' in first and 'id="preview"' in first and 'hx-swap-oob="true"' in first
    assert "Hi Lisa, it&#39;s Gary with" in first
    for step, shown in (("next", "Hi Dora"), ("previous", "Hi Dora")):
        assert shown in await preview(gary, cast, contact=str(cast.lisa.id), step=step)
    assert "Hi Dora" in await preview(gary, cast, contact=str(dora.id))
    for nonsense in ("-1", "x", "9" * 40, "0"):
        assert "Hi Lisa" in await preview(gary, cast, contact=nonsense)


async def test_a_preview_shows_nobody_of_another_campaign(cast: Cast, browse: Browser) -> None:
    from tests.cast import add_contact

    theirs = await transaction(lambda: ContactList.create(campaign=cast.ryan, name="x", created_at=clock.now()))
    secret = await add_contact(cast.ryan, theirs, "+13125550199", first_name="Secret")
    gary = await browse(cast.gary)
    assert "Secret" not in await preview(gary, cast, contact=str(secret.id))
    assert "Hi Lisa" in await preview(gary, cast, contact=str(secret.id))


async def test_without_anybody_on_the_lists_somebody_is_invented(cast: Cast, browse: Browser) -> None:
    await cast.action.use_lists([])
    gary = await browse(cast.gary)
    text = await preview(gary, cast)
    assert "Hi Maria" in text and "invented" in text and "/script-costs" not in text


async def test_a_custom_link_is_previewed_with_an_address_that_leads_nowhere(cast: Cast, browse: Browser) -> None:
    await transaction(
        lambda: CustomLink.create(
            campaign=cast.meyer, slug="plan", title="Plan", url="https://a.example/", created_at=clock.now()
        )
    )
    gary, nobody = await browse(cast.gary), await browse()
    text = await preview(gary, cast, body=FINE + " ##{{'plan'|trackable}}")
    assert "http://texts.example/l/aB3dE5gH" in text and (await nobody.get("/l/aB3dE5gH")).status_code == 404
    page = (await gary.get(f"{here(cast)}/scripts")).text
    assert "##{{&#39;plan&#39;|trackable}}" in page and "Custom links" in page


async def test_the_place_of_another_action_s_script_is_not_there(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    for place in ("999", "x", "", "9" * 30):
        for room in ("preview", "script-costs", "tests"):
            answer = await gary.post(f"{here(cast)}/{room}", data={"place": place, "body": FINE})
            assert answer.status_code == 404, (place, room)


async def test_without_javascript_a_preview_is_a_page(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(f"{here(cast)}/preview", data={"place": "new-initial", "body": "Hi — bit.ly/x"})
    assert "<!doctype html>" in answer.text and "bit.ly is a link shortener" in answer.text
    assert re.search(r'<textarea id="body-new-initial"[^>]*>Hi — bit.ly/x</textarea>', answer.text)
    data = {"place": str(cast.thanks.id), "body": "Typed", "name": "Called", "mend": "Mended ##{{first_name}}"}
    text = (
        await gary.post(f"{here(cast)}/preview", data=data, files={"picture": ("x.png", drawn(), "image/png")})
    ).text
    assert ">Mended ##{{first_name}}</textarea>" in text and 'value="Called"' in text and "Not saved" not in text
    await cast.thanks.refresh_from_db()
    assert cast.thanks.version == 1 and await Picture.all().count() == 0


@pytest.mark.parametrize("room", ["copies", "moves"])
async def test_a_button_beside_the_text_saves_what_is_typed_first(cast: Cast, browse: Browser, room: str) -> None:
    gary, path = await browse(cast.gary), f"{here(cast)}/scripts/{cast.thanks.id}/{room}"
    await gary.post(path, data={"name": "Thanks", "body": "Newly typed"})
    assert [script.body for script in await Script.of(cast.action, RESPONSE)] == ["Newly typed"] * (
        1 + (room == "copies")
    )
    answer = await gary.post(path, data={"name": "Thanks", "body": "##{{nope}}"})
    assert answer.status_code == 422 and "##{{nope}}" in answer.text


async def test_a_small_list_is_measured_at_once(cast: Cast, browse: Browser) -> None:
    await cast.add_contact("+14125550102", first_name="Łucja", zip="15213")
    field = await CustomField.get(campaign=cast.meyer, slug="notes")
    gary = await browse(cast.gary)
    answer = await gary.post(
        f"{here(cast)}/script-costs", data={"place": str(cast.hello.id), "body": FINE}, headers=PARTIAL
    )
    assert "All 2 people" in answer.text and "3 segments, $0.04" in answer.text and "for 1 person, Łucja" in answer.text
    assert "hx-get" not in answer.text  # it is done
    body = FINE + " ##{{notes}}"
    text = (await gary.post(f"{here(cast)}/script-costs", data={"place": str(cast.hello.id), "body": body})).text
    assert (
        "2 of 2: something can" in text
        and "The one person" not in text
        and field.slug in body
        and "<!doctype html>" in text
    )


async def test_the_last_look_names_each_script_and_what_may_be_published_all_the_same(
    cast: Cast, browse: Browser
) -> None:
    other = await transaction(
        lambda: Script.create(action=cast.action, kind="initial", body="Vote at vote.org", position=1)
    )
    gary = await browse(cast.gary)
    text = (await gary.get(f"{here(cast)}/publication")).text
    assert "Initial script B: No way to opt out." in text and f"?script={other.id}#script-{other.id}" in text
    assert (
        "Initial script B: A link in a first text makes carriers filter more." in text and "1 response script" in text
    )


async def test_the_cost_before_publishing_is_the_mean_of_the_scripts(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Script.create(action=cast.action, kind="initial", body=FINE + "x" * 160, position=1))
    gary = await browse(cast.gary)
    assert f'hx-get="{here(cast)}/cost"' in (await gary.get(f"{here(cast)}/publication")).text
    text = (await gary.get(f"{here(cast)}/cost", headers=PARTIAL)).text
    assert "$0.02" in text and "A: 1 segment at most" in text and "B: 2 segments at most" in text


# Tests to one's own phone


def test_form(cast: Cast, **data: str) -> dict[str, str]:
    return {"place": str(cast.hello.id), "body": FINE, "client_message_id": str(uuid.uuid4()), **data}


test_form.__test__ = False  # type: ignore[attr-defined]


async def test_a_test_is_on_its_way_and_says_where_to(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(f"{here(cast)}/tests", data=test_form(cast, contact=str(cast.lisa.id)), headers=PARTIAL)
    assert answer.status_code == 200 and "On its way to 412-555-0177." in answer.text
    [message] = await texts()
    assert (message.kind, message.body) == (
        TEST,
        "Hi Lisa, it's Gary with Meyer for Senate. Vote? Reply STOP to opt out.",
    )
    page = await gary.post(f"{here(cast)}/tests", data={k: v for k, v in test_form(cast).items() if k != "body"})
    assert (
        "<!doctype html>" in page.text and len(await texts()) == 2
    )  # the one that is stored, since none was sent along


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"body": "bit.ly/x Reply STOP"}, "link shortener"),
        ({"body": ""}, "no text yet"),
        ({"client_message_id": "no"}, "could not be read"),
        ({"body": FINE + "##{{email}}"}, "nothing to fill it with"),
    ],
)
async def test_a_test_that_can_not_go_says_why(cast: Cast, browse: Browser, change: dict[str, str], why: str) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(f"{here(cast)}/tests", data=test_form(cast, **change), headers=PARTIAL)
    assert answer.status_code == 422 and why in answer.text and await texts() == []


async def test_an_opted_out_phone_gets_no_test(cast: Cast, browse: Browser) -> None:
    await opt_out_phone(cast.meyer, "+14125550177", FROM_ADMIN)
    gary = await browse(cast.gary)
    answer = await gary.post(f"{here(cast)}/tests", data=test_form(cast), headers=PARTIAL)
    assert answer.status_code == 422 and "Your own phone has opted out" in answer.text and await texts() == []


async def test_missing_opt_out_wording_keeps_no_test_back(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert (
        await gary.post(f"{here(cast)}/tests", data=test_form(cast, body="Hi!"), headers=PARTIAL)
    ).status_code == 200


async def test_nothing_is_tested_before_the_set_up_or_after_stop_everything(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    for change in ({"webhooks_ok": False}, {"webhooks_ok": True, "stopped_at": clock.now()}):
        await transaction(lambda change=change: Campaign.filter(id=cast.meyer.id).update(**change))  # type: ignore[misc]
        answer = await gary.post(f"{here(cast)}/tests", data=test_form(cast), headers=PARTIAL)
        assert answer.status_code == 422 and await texts() == []


async def test_the_next_tap_after_a_test_is_another_one(cast: Cast, browse: Browser) -> None:
    gary, form = await browse(cast.gary), test_form(cast)
    first = await gary.post(f"{here(cast)}/tests", data=form, headers=PARTIAL)
    fresh = re.search(r'id="test-client" name="client_message_id" value="([^"]+)" hx-swap-oob', first.text)
    assert fresh and fresh[1] != form["client_message_id"]
    again = await gary.post(f"{here(cast)}/tests", data=form, headers=PARTIAL)
    assert "on its way already" in again.text
    other = await gary.post(f"{here(cast)}/tests", data={**form, "client_message_id": fresh[1]}, headers=PARTIAL)
    assert other.status_code == 422 and "You got these very words" in other.text and len(await texts()) == 1


async def test_tests_are_few_in_an_hour(cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiting, "TEST", limiting.parse("1/hour"))
    gary = await browse(cast.gary)
    assert (await gary.post(f"{here(cast)}/tests", data=test_form(cast), headers=PARTIAL)).status_code == 200
    answer = await gary.post(f"{here(cast)}/tests", data=test_form(cast), headers=PARTIAL)
    assert answer.status_code == 422 and "tests in an hour" in answer.text and len(await texts()) == 1


async def test_a_test_has_no_undo(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await gary.post(f"{here(cast)}/tests", data=test_form(cast), headers=PARTIAL)
    [message] = await texts()
    assert (await gary.post(f"/c/meyer/messages/{message.id}/cancellation")).status_code == 404


async def test_a_refused_response_comes_back_into_the_composer(cast: Cast, browse: Browser) -> None:
    from tests.models.receiving.test_applying import says, texted

    made = await pictures.take_in(cast.meyer, drawn())
    assert isinstance(made, Picture)
    await cast.thanks.write("Thanks", cast.thanks.body, made.id)
    await texted(cast)
    await says(cast, "hello")
    await cast.reply(cast.amy, script=cast.thanks)
    made.path.unlink()
    await claim_next(cast.number.id)
    amy, talk = await browse(cast.amy), await cast.conversation()
    text = (await amy.get(f"/c/meyer/threads/{talk.id}")).text
    assert re.search(r"<textarea[^>]*>Thank you, Lisa!</textarea>", text) and "picture is missing" in text


async def test_volunteers_find_scripts_by_the_words_people_would_read(cast: Cast, browse: Browser) -> None:
    from tests.models.receiving.test_applying import says, texted

    await response(cast, "Where")
    await texted(cast)
    await says(cast, "hello")
    amy, talk = await browse(cast.amy), await cast.conversation()
    text = (await amy.get(f"/c/meyer/threads/{talk.id}?follow=1&q=where,+lisa")).text
    assert "Where, Lisa" in text and "Thank you" not in text
