"""The page of an opt-in form, for whoever signs up (SPEC B2)."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from limits import parse

from tests.cast import Cast
from tests.cast.opt_ins import CONSENT, MINA, joined, leave, make_form, signs_up, texts_back, work
from tests.cast.site import Browser
from webapp import limiting
from webapp.config import Settings
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField
from webapp.models.opt_in_forms.sign_up import Consent, SignUp
from webapp.models.opt_ins import editing
from webapp.models.opt_outs import by_staff

PAGE = "/o/meyer/team-meyer"
MINA_TYPES = {
    "first_name": "Mina",
    "last_name": "Cho",
    "phone": "412-555-0131",
    "zip": "15213",
    "agree": "1",
    "website": "",
}


async def post(nobody: httpx.AsyncClient, page: str = PAGE, **changes: Any) -> httpx.Response:
    """The form as it is shown, filled in."""
    shown = (await nobody.get(page)).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown))
    return await nobody.post(PAGE, data={**hidden, **MINA_TYPES, **changes})


async def test_anybody_signs_up_without_a_login(cast: Cast, browse: Browser) -> None:
    await make_form(cast)
    nobody = await browse()
    page = (await nobody.get(PAGE)).text
    assert "Team Meyer" in page and "Texts that matter" in page and CONSENT in page
    answer = await post(nobody)
    assert answer.status_code == 303 and answer.headers["location"] == f"{PAGE}/thanks"
    thanks = (await nobody.get(f"{PAGE}/thanks")).text
    assert "Look at your phone" in thanks and "Call (412) 555-0100." in thanks
    row = await SignUp.get().select_related("contact")
    assert (row.contact.phone, row.first_name, row.zip) == (MINA, "Mina", "15213")
    assert (await Consent.get()).words == CONSENT


async def test_the_form_sent_again_is_the_same_sign_up(cast: Cast, browse: Browser) -> None:
    await make_form(cast)
    nobody = await browse()
    shown = (await nobody.get(PAGE)).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown))
    for _ in range(2):
        assert (await nobody.post(PAGE, data={**hidden, **MINA_TYPES})).status_code == 303
    assert await Consent.all().count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"phone": ""}, "Phone is missing."),
        ({"phone": "12"}, "This is not a phone number."),
        ({"phone": "+44 20 7946 0958"}, "United States and Canada"),
        ({"first_name": ""}, "First name is missing."),
        ({"first_name": "Visit evil.example"}, "letters, hyphens and apostrophes only"),
        ({"zip": "abc"}, "A ZIP has five digits."),
        ({"agree": ""}, "Without your consent"),
        ({"read": "99-en"}, "The wording has changed"),
        ({"last_name": "x" * 9999}, "may have 40 characters"),
    ],
)
async def test_a_field_that_is_wrong_is_said_what_was_typed_is_kept_and_nothing_is_stored(
    cast: Cast, browse: Browser, changes: dict[str, str], said: str
) -> None:
    await make_form(cast)
    answer = await post(await browse(), **changes)
    assert (
        answer.status_code == 422 and said in answer.text and 'value="Cho"' in answer.text
    ) or "last_name" in changes
    assert not await SignUp.exists() and not await Contact.filter(phone=MINA).exists()


async def test_an_empty_post_is_answered_and_stored_nowhere(cast: Cast, browse: Browser) -> None:
    await make_form(cast)
    assert (await (await browse()).post(PAGE, data={})).status_code == 422
    assert not await SignUp.exists()


async def test_a_robot_s_post_is_answered_plainly_and_stored_nowhere(cast: Cast, browse: Browser) -> None:
    await make_form(cast)
    answer = await post(await browse(), website="https://spam.example")
    assert answer.status_code == 422 and "This looks like an automatic post" in answer.text
    assert not await SignUp.exists() and not await Contact.filter(phone=MINA).exists()


async def test_the_answer_is_the_same_for_every_phone(cast: Cast, browse: Browser) -> None:
    its = await make_form(cast)
    await by_staff.add("+14125550140", cast.gary)
    await joined(cast, its, "+14125550141")
    await signs_up(its, "+14125550142")
    await work()
    await leave(cast.number)
    await texts_back(cast, "stop", "+14125550142")
    answers = set()
    for phone in ("+14125550140", "+14125550141", "+14125550142", "+14125550143", cast.lisa.phone):
        nobody = await browse()
        answer = await post(nobody, phone=phone)
        thanks = await nobody.get(answer.headers["location"])
        answers.add((answer.status_code, answer.headers["location"], re.sub(r"/static/\w+", "", thanks.text)))
    assert len(answers) == 1


async def test_too_many_from_one_address_are_told_to_wait_and_keep_what_they_typed(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_form(cast)
    monkeypatch.setattr(limiting, "OPT_INS", parse("2/hour"))
    nobody = await browse()
    statuses = [(await post(nobody, phone=f"412-555-014{n}")).status_code for n in range(2)]
    answer = await post(nobody, phone="412-555-0149")
    assert statuses == [303, 303] and answer.status_code == 429
    assert "nothing was stored yet" in answer.text and "412-555-0149" in answer.text
    assert await SignUp.all().count() == 2


async def test_the_address_kept_is_what_the_trusted_proxy_says(
    cast: Cast, browse: Browser, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_form(cast)
    nobody = await browse(None, **{"x-forwarded-for": "203.0.113.77"})
    await post(nobody)
    assert (await Consent.get()).address != "203.0.113.77", "no proxy of ours says so"


async def test_one_phone_typed_in_again_and_again_is_noted_five_times(cast: Cast, browse: Browser) -> None:
    await make_form(cast)
    nobody = await browse()
    for _ in range(7):
        assert (await post(nobody)).status_code == 303
    assert await Consent.all().count() == 5


async def test_a_draft_is_not_there_and_a_closed_form_says_so(cast: Cast, browse: Browser) -> None:
    its, nobody = await make_form(cast, is_open=False), await browse()
    assert (await nobody.get(PAGE)).status_code == 404 and (await post(nobody)).status_code == 404
    await editing.open_form(its, cast.gary)
    await editing.close_form(its, cast.gary)
    page = await nobody.get(PAGE)
    assert page.status_code == 410 and "This form is closed." in page.text
    assert (await nobody.post(PAGE, data=MINA_TYPES)).status_code == 410 and not await SignUp.exists()


@pytest.mark.parametrize("page", ["/o/ryan/team-meyer", "/o/meyer/nothing", "/o/x/y/thanks", "/r/abcdefgh", "/r/x"])
async def test_addresses_of_no_form_are_not_there(cast: Cast, browse: Browser, page: str) -> None:
    await make_form(cast)
    assert (await (await browse()).get(page)).status_code == 404


async def test_a_referral_link_leads_to_the_form_and_the_friend_counts(cast: Cast, browse: Browser) -> None:
    its = await make_form(cast)
    mina = await joined(cast, its)
    nobody = await browse()
    led = await nobody.get(f"/r/{mina.token}")
    assert led.headers["location"] == f"{PAGE}?by={mina.token}"
    await post(nobody, led.headers["location"], phone="412-555-0132")
    assert (await SignUp.get(contact__phone="+14125550132")).referrer_id == mina.id


async def test_a_selection_takes_one_of_its_options_only(cast: Cast, browse: Browser) -> None:
    rating = await CustomField.get(campaign=cast.meyer, slug="support_rating")
    await make_form(cast, fields=[rating])
    nobody = await browse()
    assert (await post(nobody, **{f"field_{rating.id}": "Other"})).status_code == 422
    assert (await post(nobody, **{f"field_{rating.id}": "Supporter"})).status_code == 303
    assert (await SignUp.get()).answers == {"support_rating": "Supporter"}


@pytest.mark.parametrize(
    ("spanish", "said"), [("", True), ("Meyer for Senate: responde SÍ, o STOP para salir.", False)]
)
async def test_a_page_in_spanish_says_where_the_texts_are_not(
    cast: Cast, browse: Browser, spanish: str, said: bool
) -> None:
    await make_form(cast, initial_es=spanish, consent_es="Acepto recibir mensajes.")
    nobody = await browse(None, **{"accept-language": "es"})
    for path in (PAGE, f"{PAGE}/thanks"):
        assert ("Los mensajes no están en español" in (await nobody.get(path)).text) == said
    english = await browse()
    assert "not in Spanish" not in (await english.get(PAGE)).text
    await post(nobody)
    assert (await SignUp.get()).language == "es"


async def test_in_spanish_the_spanish_wording_is_what_is_agreed_to(cast: Cast, browse: Browser) -> None:
    await make_form(cast, title_es="Equipo Meyer", consent_es="Acepto recibir mensajes.")
    nobody = await browse(None, **{"accept-language": "es"})
    page = (await nobody.get(PAGE)).text
    assert "Equipo Meyer" in page and "Acepto recibir mensajes." in page and CONSENT not in page
    await post(nobody)
    kept = await Consent.get()
    assert (kept.words, kept.language) == ("Acepto recibir mensajes.", "es")
