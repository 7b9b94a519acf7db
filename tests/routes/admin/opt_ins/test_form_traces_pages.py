"""Traces of an opt-in form's texts on other pages of the office (SPEC B2, G3, R6, R7)."""

from __future__ import annotations

import re

import pytest

from tests.cast import Cast
from tests.cast.opt_ins import joined, leave, make_form, signs_up, texts_back, work
from tests.cast.site import OFFICE, Browser
from webapp import clock
from webapp.database import transaction
from webapp.models.actions.script import INITIAL
from webapp.models.carriers.warning import CarrierWarning
from webapp.models.conversations import inbox
from webapp.models.opt_in_forms.form import OptInForm

HANDED = OFFICE + "/attention?show=staff"


@pytest.mark.both
@pytest.mark.parametrize(
    ("told", "waits"),
    [([], 0), (["Yes"], 0), (["What is this?"], 1), (["Yes", "When is the rally?"], 1), (["What?", "STOP"], 0)],
)
async def test_whoever_signed_up_is_handed_to_the_staff_only_while_they_wait_for_an_answer(
    cast: Cast, browse: Browser, told: list[str], waits: int
) -> None:
    form = await make_form(cast)
    await signs_up(form)
    await signs_up(form, "+14125550132", first_name="Nora")
    await work()
    await leave(cast.number)
    for words in told:
        await texts_back(cast, words)
    gary = await browse(cast.gary)
    page = await gary.get(HANDED)
    assert page.status_code == 200 and page.text.count('id="thread-') == waits
    assert await inbox.with_staff(cast.gary).count() == waits


async def filtered(form: OptInForm) -> None:
    """Carriers filter the texts that ask for a YES."""
    script = await form.script(INITIAL)
    assert script
    of_script = {"campaign_id": form.campaign_id, "action_id": form.action_id, "script_id": script.id, "version": 1}
    shares = {"filtered": 9, "texts": 20, "filtered_before": 0, "texts_before": 90, "code": 30007}
    row = CarrierWarning(begun_at=clock.now(), **of_script, **shares)
    await transaction(row.save)


async def test_no_page_that_tells_of_a_form_s_texts_has_a_link_that_leads_nowhere(cast: Cast, browse: Browser) -> None:
    form = await make_form(cast)
    person = await joined(cast, form)
    await texts_back(cast, "When is the rally?")
    await filtered(form)
    thread = await inbox.with_staff(cast.gary).get()
    gary = await browse(cast.gary)
    seen: set[str] = set()
    for page in (
        OFFICE,
        OFFICE + "/carriers",
        OFFICE + "/operations",
        HANDED,
        OFFICE + "/attention",
        OFFICE + "/opt-ins",
        f"{OFFICE}/opt-ins/{form.id}/people",
        f"{OFFICE}/opt-ins/{form.id}/people/{person.id}",
        f"{OFFICE}/contacts/{person.contact_id}",
        f"{OFFICE}/lists/{form.contact_list_id}",
        f"/c/meyer/threads/{thread.id}",
    ):
        shown = await gary.get(page)
        assert shown.status_code == 200, page
        for link in set(re.findall(r'href="(/c/meyer/[^"#]+)', shown.text)) - seen:
            seen.add(link)
            assert (await gary.get(link.replace("&amp;", "&"))).status_code < 400, (page, link)
    assert f"{OFFICE}/opt-ins/{form.id}" in seen


async def test_what_a_form_s_texts_cost_and_what_carriers_do_to_them_leads_to_the_form(
    cast: Cast, browse: Browser
) -> None:
    form = await make_form(cast)
    await joined(cast, form)
    await filtered(form)
    gary = await browse(cast.gary)
    its = f"{OFFICE}/opt-ins/{form.id}"
    assert f'<a href="{its}">Team Meyer</a>' in (await gary.get(OFFICE)).text
    carriers = (await gary.get(OFFICE + "/carriers")).text
    assert f'<a href="{its}#opening">Close the form</a>' in carriers and "Pause the action" not in carriers
    assert f'<a href="{its}#texts">Change the script</a>' in carriers
