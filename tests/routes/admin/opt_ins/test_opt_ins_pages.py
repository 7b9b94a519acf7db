"""Opt-in forms in the office (SPEC B2)."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from tests.cast import Cast
from tests.cast.opt_ins import ASKS, CONSENT, THANKS, is_rejected, joined, make_form, signs_up, work
from tests.cast.site import OFFICE, Browser, audited, form_of
from webapp import clock
from webapp.models.contacts import lists
from webapp.models.numbers.number import add_number, change_number
from webapp.models.opt_in_forms.form import CLOSED, DRAFT, OPEN, OptInForm
from webapp.rules import errors

HERE = OFFICE + "/opt-ins"


def filled(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "title": "Team Meyer",
        "subtitle": "Texts that matter",
        "consent": CONSENT,
        "reach": "Call (412) 555-0100.",
        "initial": ASKS,
        "follow_up": THANKS,
        "contact_list": str(cast.voters.id),
        **changes,
    }


async def test_a_form_is_made_opened_shared_and_closed(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(HERE, data=filled(cast))
    assert answer.status_code == 303
    its = await OptInForm.get()
    assert its.state == DRAFT and answer.headers["location"] == f"{HERE}/{its.id}?saved=1"
    opened = await gary.post(f"{HERE}/{its.id}/opening")
    share = await gary.get(opened.headers["location"])
    assert "##{{&#39;team-meyer&#39;|trackable}}" in share.text and "/o/meyer/team-meyer" in share.text
    assert (await OptInForm.get()).state == OPEN
    await gary.post(f"{HERE}/{its.id}/opening/end")
    assert (await OptInForm.get()).state == CLOSED
    for what in ("created", "opened", "closed"):
        assert await audited(f"opt_in.{what}") == 1


async def test_a_form_without_a_title_is_shown_again_with_what_was_typed(cast: Cast, browse: Browser) -> None:
    answer = await (await browse(cast.gary)).post(HERE, data=filled(cast, title=""))
    assert answer.status_code == 422 and "Title is missing." in answer.text and "Texts that matter" in answer.text
    assert not await OptInForm.exists()


@pytest.mark.parametrize("name", ["initial", "follow_up"])
@pytest.mark.parametrize("wrong", ["Hi ##{{user.first_name}}", "Hi ##{{nobody}}", "Hi ##{{first_name"])
async def test_a_script_with_a_variable_nobody_fills_is_never_stored(
    cast: Cast, browse: Browser, name: str, wrong: str
) -> None:
    answer = await (await browse(cast.gary)).post(HERE, data=filled(cast, **{name: wrong}))
    assert answer.status_code == 422 and not await OptInForm.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"initial": "Hello. Reply YES to join."}, "No way to opt out"),
        ({"initial": "Hello. Reply STOP to opt out."}, "does not ask for a YES"),
        ({"initial": ""}, "There is no text yet"),
        ({"follow_up": "See bit.ly/x"}, "link shortener"),
        ({"consent": ""}, "consent wording is missing"),
        ({"reach": ""}, "how people reach a person"),
        ({"subtitle": "", "follow_up": "##{{opt_in_form.subtitle}}"}, "has no words yet"),
    ],
)
async def test_what_is_in_the_way_of_opening_is_said_and_nothing_opens(
    cast: Cast, browse: Browser, changes: dict[str, str], said: str
) -> None:
    gary = await browse(cast.gary)
    await gary.post(HERE, data=filled(cast, **changes))
    its = await OptInForm.get()
    answer = await gary.post(f"{HERE}/{its.id}/opening")
    assert answer.status_code == 422 and said in answer.text and (await OptInForm.get()).state == DRAFT


async def test_an_open_form_takes_no_change_that_would_stop_it(cast: Cast, browse: Browser) -> None:
    its, gary = await make_form(cast), await browse(cast.gary)
    answer = await gary.post(f"{HERE}/{its.id}", data=filled(cast, consent=""))
    assert answer.status_code == 422 and (await OptInForm.get()).consent == CONSENT


async def test_a_changed_wording_is_a_new_version_and_the_same_one_is_not(cast: Cast, browse: Browser) -> None:
    its, gary = await make_form(cast), await browse(cast.gary)
    same = filled(cast, contact_list=str(its.contact_list_id))
    assert (await gary.post(f"{HERE}/{its.id}", data=same)).status_code == 303
    assert (await OptInForm.get()).version == its.version
    await gary.post(f"{HERE}/{its.id}", data=filled(cast, consent="Other words."))
    assert (await OptInForm.get()).version == its.version + 1


async def test_of_two_who_change_it_at_once_the_second_is_told(cast: Cast, browse: Browser) -> None:
    its, gary, selina = await make_form(cast), await browse(cast.gary), await browse(cast.selina)
    seen = form_of((await gary.get(f"{HERE}/{its.id}")).text, f"{HERE}/{its.id}")["seen"]
    await selina.post(f"{HERE}/{its.id}", data=filled(cast, title="Selina's", seen=seen))
    answer = await gary.post(f"{HERE}/{its.id}", data=filled(cast, title="Gary's", seen=seen))
    assert answer.status_code == 409 and "Selina" in answer.text and (await OptInForm.get()).title == "Selina's"


@pytest.mark.parametrize(
    "word", ["STOP", "stop", "Help", "info", "YES", "start", "UNSUBSCRIBE", "alto", "two words", "ab", "☃☃☃"]
)
async def test_a_keyword_that_means_something_else_is_refused(cast: Cast, browse: Browser, word: str) -> None:
    answer = await (await browse(cast.gary)).post(HERE, data=filled(cast, keyword=word))
    assert answer.status_code == 422 and "A keyword is one word" in answer.text


async def test_two_forms_don_t_share_a_keyword(cast: Cast, browse: Browser) -> None:
    await make_form(cast, keyword="join")
    answer = await (await browse(cast.gary)).post(HERE, data=filled(cast, keyword="JOIN"))
    assert answer.status_code == 422 and "Another opt-in form has this keyword." in answer.text


async def test_a_list_of_another_campaign_can_t_be_chosen(cast: Cast, browse: Browser) -> None:
    jonah = await browse(cast.jonah)
    answer = await jonah.post("/c/ryan/admin/opt-ins", data=filled(cast))
    assert answer.status_code == 422 and "Choose a contact list." in answer.text


async def test_the_page_of_a_person_shows_what_they_agreed_to_and_whom_they_brought(
    cast: Cast, browse: Browser
) -> None:
    its = await make_form(cast)
    mina = await joined(cast, its)
    friend = await signs_up(its, "+14125550132", first_name="Nora", referrer=mina.token)
    assert friend
    await signs_up(its, "+14125550133", first_name="Otto", referrer=friend.token)
    gary = await browse(cast.gary)
    page = (await gary.get(f"{HERE}/{its.id}/people/{mina.id}")).text
    assert CONSENT in page and "203.0.113.9" in page and "Nora" in page and "Otto" not in page
    assert "Brought 1, in all 2, of whom 0 confirmed" in page
    below = (await gary.get(f"{HERE}/{its.id}/people/{friend.id}")).text
    assert "Came by" in below and "Mina" in below and "Otto" in below
    assert "2 of 3 sign-ups came by somebody" in (await gary.get(f"{HERE}/{its.id}/referrals")).text


async def test_people_are_listed_with_where_their_sign_up_stands(cast: Cast, browse: Browser) -> None:
    its = await make_form(cast)
    await joined(cast, its)
    await signs_up(its, "+14125550132")
    page = (await (await browse(cast.gary)).get(f"{HERE}/{its.id}/people")).text
    assert "2 sign-ups, 1 confirmed" in page and "Text waits" in page and "412-555-0131" in page


async def test_a_form_s_own_action_is_no_action_of_the_office(cast: Cast, browse: Browser) -> None:
    its, gary = await make_form(cast), await browse(cast.gary)
    assert (await gary.get(f"{OFFICE}/actions/{its.action_id}")).status_code == 404
    assert "Team Meyer" not in (await gary.get(f"{OFFICE}/actions")).text
    assert "Team Meyer" not in (await (await browse(cast.amy)).get("/c/meyer/")).text


async def test_variables_of_opt_ins_are_unknown_in_an_action(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    for name in ("opt_in_form.title", "opt_in_form.subtitle", "contact_referral_link"):
        body = f"Hi, ##{{{{{name}}}}}. Reply STOP to opt out."
        answer = await gary.post(f"{OFFICE}/actions/{cast.action.id}/scripts", data={"kind": "initial", "body": body})
        assert answer.status_code == 422 and "is not a variable of this campaign" in answer.text


def ticked_numbers(page: str) -> list[str]:
    ticks = re.findall(r'<input[^>]*name="numbers"[^>]*>', page)
    return [value[1] for tick in ticks if "checked" in tick and (value := re.search(r'value="(\d+)"', tick))]


@pytest.mark.both
async def test_a_form_whose_only_number_was_retired_says_so_and_keeps_it(cast: Cast, browse: Browser) -> None:
    other = await add_number(cast.meyer, "+14125550199", "PN" + "b" * 32, rate=1.0, webhooks_ok=True)
    its, gary = await make_form(cast, numbers=[other]), await browse(cast.gary)
    page, said = f"{HERE}/{its.id}", "None of its numbers can take new contacts."
    assert said not in (await gary.get(page)).text
    await change_number(other, paused_at=clock.now())
    assert said not in (await gary.get(page)).text, "a pause ends"
    await change_number(other, retired_at=clock.now())
    shown = (await gary.get(page)).text
    assert said in shown and "needs a change" in shown and "(Retired)" in shown
    typed = filled(cast, title="Team Selina", contact_list=str(its.contact_list_id), numbers=ticked_numbers(shown))
    answer = await gary.post(page, data=typed)
    assert answer.status_code == 422 and said in answer.text and (await its.number_ids()) == [other.id]
    await gary.post(f"{page}/opening/end")
    assert (await gary.post(page, data=typed)).status_code == 303
    assert (await its.number_ids()) == [other.id], "and not every number"
    answer = await gary.post(f"{page}/opening")
    assert answer.status_code == 422 and said in answer.text
    await gary.post(page, data={**typed, "numbers": str(cast.number.id)})
    assert (await gary.post(f"{page}/opening")).status_code == 303
    assert (await its.number_ids()) == [cast.number.id]


async def test_the_page_of_an_open_form_says_that_its_list_was_archived(cast: Cast, browse: Browser) -> None:
    its, gary = await make_form(cast), await browse(cast.gary)
    await lists.archive(its.contact_list, cast.gary)
    shown = (await gary.get(f"{HERE}/{its.id}")).text
    assert "Its contact list is archived. Choose another." in shown and "Signed up (Archived)" in shown


async def test_who_our_text_did_not_reach_stands_as_not_delivered_with_the_reason(cast: Cast, browse: Browser) -> None:
    form = await make_form(cast)
    await signs_up(form)
    await work()
    asked = await (await browse(cast.gary)).get(f"{HERE}/{form.id}/people")
    assert "Asked for a YES" in asked.text
    await is_rejected(cast.number)
    shown = (await (await browse(cast.gary)).get(f"{HERE}/{form.id}/people")).text
    assert "Not delivered" in shown and errors.explain(30003).meaning in unescape(shown)
    assert "Asked for a YES" not in shown
