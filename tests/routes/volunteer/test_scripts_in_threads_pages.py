"""The scripts of a thread: offered, found, refused (SPEC V6)."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.cast import Cast, drawn, texts
from tests.cast.site import PARTIAL, Browser, add_response, form_of
from tests.cast.texting import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.actions import pictures
from webapp.models.actions.pictures import Picture
from webapp.models.actions.script import Script
from webapp.models.sending.claim import claim_next


async def test_follow_up_sends_a_filled_in_script(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Yes!")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    page = (await amy.get(thread + "?follow=1")).text
    assert "Thank you, Lisa!" in page
    answer = await amy.post(
        thread + "/messages", data={**form_of(page, thread + "/messages"), "script": str(cast.thanks.id)}
    )
    assert answer.status_code == 303
    assert [m.body for m in await texts()][-1] == "Thank you, Lisa!"


async def test_scripts_are_offered_the_most_used_first_with_keys_and_groups(cast: Cast, browse: Browser) -> None:
    for name in ("Attending: Yes", "Attending: No"):
        await add_response(cast, name)
    await texted(cast)
    await says(cast, "no")
    no = await Script.get(name="Attending: No")
    await cast.reply(cast.amy, script=no)
    page = (await (await browse(cast.amy)).get(f"/c/meyer/threads/{(await cast.conversation()).id}?follow=1")).text
    names = ["Attending: No", "Thanks", "Attending: Yes"]
    places = [page.index(f"</kbd> <strong>{name}</strong>") for name in names]
    assert places == sorted(places) and 'data-key="1"' in page
    assert "q=Attending%3A" in page
    assert (
        ">Thanks</strong>"
        not in (
            await (await browse(cast.amy)).get(
                f"/c/meyer/threads/{(await cast.conversation()).id}?follow=1&q=attending:"
            )
        ).text
    )


async def test_a_refused_response_comes_back_into_the_composer(cast: Cast, browse: Browser) -> None:
    from tests.cast.texting import says, texted

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
    from tests.cast.texting import says, texted

    await add_response(cast, "Where")
    await texted(cast)
    await says(cast, "hello")
    amy, talk = await browse(cast.amy), await cast.conversation()
    text = (await amy.get(f"/c/meyer/threads/{talk.id}?follow=1&q=where,+lisa")).text
    assert "Where, Lisa" in text and "Thank you" not in text


async def test_a_refused_script_stays_chosen_and_says_why(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Where?")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    form = form_of((await amy.get(thread + "?follow=1")).text, thread + "/messages")
    clock.freeze(clock.now() + timedelta(days=0, hours=1))
    await transaction(lambda: cast.thanks.write("Thanks", "New thanks, ##{{first_name}}", None))
    answer = await amy.post(f"{thread}/messages", data={**form, "script": str(cast.thanks.id)})
    assert answer.status_code == 422 and "This script has changed. Nothing was sent." in answer.text
    assert re.search(rf'value="{cast.thanks.id}"[^>]* checked', answer.text) and "New thanks, Lisa" in answer.text
    form = form_of(answer.text, thread + "/messages")
    assert (await amy.post(f"{thread}/messages", data={**form, "script": str(cast.thanks.id)})).status_code == 303


async def test_a_script_the_office_has_archived_is_refused_with_a_reason(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Where?")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    form = form_of((await amy.get(thread + "?follow=1")).text, thread + "/messages")
    await transaction(lambda: Script.filter(id=cast.thanks.id).update(archived_at=clock.now()))
    answer = await amy.post(f"{thread}/messages", data={**form, "script": str(cast.thanks.id)}, headers=PARTIAL)
    assert answer.status_code == 422 and "This script is no longer offered. Nothing was sent." in answer.text
    assert len(await texts()) == 2


async def test_the_same_form_twice_is_one_reply_even_if_its_script_is_gone_by_then(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Where?")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    form = form_of((await amy.get(thread + "?follow=1")).text, thread + "/messages") | {"script": str(cast.thanks.id)}
    assert (await amy.post(f"{thread}/messages", data=form)).status_code == 303
    await transaction(lambda: Script.filter(id=cast.thanks.id).update(archived_at=clock.now()))
    assert (await amy.post(f"{thread}/messages", data=form)).status_code == 303
    assert len(await texts()) == 3
