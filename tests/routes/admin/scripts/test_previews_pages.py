"""Previews while one types, measures over the whole list, the last look before publishing."""

from __future__ import annotations

import html
import re

import httpx

from tests.cast import Cast, add_contact, drawn
from tests.cast.site import FINE, OFFICE, PARTIAL, Browser, here
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.audit import AuditEvent
from webapp.models.actions.pictures import Picture
from webapp.models.actions.script import Script
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.links.links import CustomLink


async def preview(client: httpx.AsyncClient, cast: Cast, **data: object) -> str:
    sent = {"place": str(cast.hello.id), "body": FINE, **data}
    answer = await client.post(f"{here(cast)}/preview", data=sent, headers=PARTIAL)
    assert answer.status_code == 200
    return answer.text


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

    theirs = await transaction(lambda: ContactList.create(campaign=cast.ryan, name="x", created_at=clock.now()))
    secret = await add_contact(cast.ryan, theirs, "+13125550199", first_name="Secret")
    gary = await browse(cast.gary)
    assert "Secret" not in await preview(gary, cast, contact=str(secret.id))
    assert "Hi Lisa" in await preview(gary, cast, contact=str(secret.id))


async def test_without_anybody_on_the_lists_somebody_is_invented(cast: Cast, browse: Browser) -> None:
    await cast.action.use_lists([])
    gary = await browse(cast.gary)
    text = await preview(gary, cast)
    assert "Hi Maria" in text and "an example, because" in text and "/script-costs" not in text


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


async def test_a_link_that_the_campaign_has_not_is_shown_by_its_name(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    text = html.unescape(await preview(gary, cast, body=FINE + " ##{{'nope'|trackable}}"))
    assert "['nope'|trackable]" in text and "/l/" not in text


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
    assert re.search(r'<textarea\s+id="body-new-initial"[^>]*>Hi — bit.ly/x</textarea>', answer.text)
    data = {"place": str(cast.thanks.id), "body": "Typed", "name": "Called", "fixed": "Fixed ##{{first_name}}"}
    text = (
        await gary.post(f"{here(cast)}/preview", data=data, files={"picture": ("x.png", drawn(), "image/png")})
    ).text
    assert ">Fixed ##{{first_name}}</textarea>" in text and 'value="Called"' in text and "Not saved" not in text
    await cast.thanks.refresh_from_db()
    assert cast.thanks.version == 1 and await Picture.all().count() == 0


async def test_a_small_list_is_measured_at_once(cast: Cast, browse: Browser) -> None:
    await cast.add_contact("+14125550102", first_name="Łucja", zip="15213")
    field = await CustomField.get(campaign=cast.meyer, slug="notes")
    gary = await browse(cast.gary)
    answer = await gary.post(
        f"{here(cast)}/script-costs", data={"place": str(cast.hello.id), "body": FINE}, headers=PARTIAL
    )
    assert (
        "All 2 contacts" in answer.text and "3 segments, $0.04" in answer.text and "for 1 contact, Łucja" in answer.text
    )
    assert "hx-get" not in answer.text  # it is done
    body = FINE + " ##{{notes}}"
    text = (await gary.post(f"{here(cast)}/script-costs", data={"place": str(cast.hello.id), "body": body})).text
    assert (
        "2 of 2: a value is missing" in text
        and "The 1 contact" not in text
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


async def test_the_preview_counts_and_lints_while_one_types(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(
        f"{OFFICE}/actions/{cast.action.id}/preview",
        data={"kind": "initial", "body": "Hi ##{{first_name}} — vote! https://bit.ly/x", "place": "new-initial"},
    )
    assert "UCS-2" in answer.text and "bit.ly is a link shortener" in answer.text and "No way to opt out" in answer.text
    assert "Hi Lisa — vote!" in answer.text
