"""Forms of a page that shows an older state than the one they would change (SPEC V7, V8)."""

from __future__ import annotations

from tests.cast import Cast
from tests.cast.site import Browser, form_of
from tests.cast.texting import says, texted
from webapp.models.contacts.contact import Contact


async def test_not_an_opt_out_on_an_old_page_decides_nothing_about_words_it_did_not_show(
    cast: Cast, browse: Browser
) -> None:
    await texted(cast)
    await says(cast, "is this spam? take me off your list jk")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    decision = f"{thread}/opt-out-decision"
    old = (await amy.get(thread)).text
    await says(cast, "please take me off your list, do not text me again")
    for form in ({**form_of(old, decision), "not": "1"}, {"not": "1"}):
        answer = await amy.post(decision, data=form)
        page = (await amy.get(answer.headers["location"])).text
        assert "Nothing was decided: Lisa has written again" in page and "do not text me again" in page
        assert (await Contact.get(id=cast.lisa.id)).possible_opt_out_at, "still nobody may text her"
    answer = await amy.post(decision, data={**form_of(page, decision), "not": "1"})
    assert "Noted: not an opt-out." in (await amy.get(answer.headers["location"])).text
