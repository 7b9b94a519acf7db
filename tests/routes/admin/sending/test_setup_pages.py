"""The set-up: checked, registered, proved by a text to one's own phone."""

from __future__ import annotations

import html
import re
import uuid
from dataclasses import replace

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, audited
from tests.cast.texting import says
from webapp import clock, config
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.conversations.message import Message
from webapp.models.numbers.number import change_number, note_check
from webapp.models.outcomes import answers
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed
from webapp.rules.numbers import credentials


async def test_asking_twilio_again_shows_that_it_is_asked(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    asked = await gary.post(OFFICE + "/setup/checks")
    assert "Asking Twilio now" in (await gary.get(asked.headers["location"])).text
    await note_check(cast.meyer, credentials.WORKS, {cast.number.e164}, {})
    assert "Asking Twilio now" not in (await gary.get(asked.headers["location"])).text
    assert "Asking Twilio now" not in (await gary.get(OFFICE + "/setup?asked=1")).text
    assert (await gary.get(OFFICE + "/setup?asked=x")).status_code < 500


async def test_registration_is_noted_and_start_waits_for_it(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert (await gary.post(OFFICE + "/setup/registration", data={"registration": ""})).status_code == 303
    assert "No registration entered" in (await gary.get(OFFICE + "/setup")).text
    wrong = await gary.post(OFFICE + "/setup/registration", data={"registration": "p2p", "registration_cap": "x"})
    assert wrong.status_code == 422 and "Texts a day" in wrong.text and "aria-invalid" in wrong.text
    form = {"registration": "toll_free", "registration_cap": "2,000"}
    assert (await gary.post(OFFICE + "/setup/registration", data=form)).status_code == 303
    page = (await gary.get(OFFICE + "/setup")).text
    assert "Registered with the carriers" in page and "2,000 texts a day" in page
    assert await audited("campaign.registered") == 2


async def test_the_office_texts_its_own_phone_and_the_page_waits_for_the_answer(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(round_trip_at=None))
    page = (await gary.get(OFFICE + "/setup")).text
    assert "No test text has been answered yet" in page and "every 4s" not in page
    [form_id] = re.findall(r'name="client_message_id" value="([^"]+)"', page)
    for _ in range(2):
        sent = await gary.post(OFFICE + "/setup/round-trips", data={"client_message_id": form_id})
        assert sent.status_code == 303
    assert await Message.filter(kind="test").count() == 1
    page = (await gary.get(OFFICE + "/setup")).text
    assert "Answer it with OK" in page and "every 4s" in page
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await answers.taken(claim.message_id, "SM" + "7" * 32, claim.attempt_id)
    await says(cast, "ok", From="+14125550177")
    assert "A test text was sent and answered" in (await gary.get(OFFICE + "/setup")).text


async def test_the_own_phone_s_text_says_why_it_was_not_sent(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    wrong = await gary.post(OFFICE + "/setup/round-trips", data={"client_message_id": "x"})
    assert wrong.status_code == 422 and "could not be read" in wrong.text
    await change_number(cast.number, paused_at=clock.now())
    held = await gary.post(OFFICE + "/setup/round-trips", data={"client_message_id": str(uuid.uuid4())})
    assert held.status_code == 422 and "Not sent:" in held.text and not await Message.all()


SENTENCES = {
    credentials.NOT_SET: "No Twilio account is set",
    credentials.WRONG: "Twilio does not know this account SID and token",
    credentials.NOT_ACTIVE: "The Twilio account is suspended or closed",
    credentials.NO_NETWORK: "This server can't reach Twilio",
    credentials.TROUBLE: "Twilio has trouble of its own",
}


async def test_each_trouble_with_the_account_has_a_sentence_of_its_own(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    for trouble in SENTENCES:
        await note_check(cast.meyer, trouble, set(), {})
        page = (await gary.get(OFFICE + "/setup")).text
        assert [t for t, sentence in SENTENCES.items() if sentence in html.unescape(page)] == [trouble]


async def test_mail_has_a_line_that_says_what_is_missing(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    page = html.unescape((await gary.get(OFFICE + "/setup")).text)
    assert "No mail server is set" in page and "TEXTBANK_SMTP_URL" in page
    config.use(replace(config.settings(), smtp_url="smtp://mail.example"))
    assert "The mail server was not asked yet" in (await gary.get(OFFICE + "/setup")).text
    await note_check(cast.meyer, credentials.WORKS, {cast.number.e164}, {})
    assert "Mail leaves" in (await gary.get(OFFICE + "/setup")).text
    await note_check(cast.meyer, credentials.WORKS, {cast.number.e164}, {}, "SMTPAuthenticationError: 535 <no>")
    page = (await gary.get(OFFICE + "/setup")).text
    assert "The mail server takes no letters" in page and "535 &lt;no&gt;" in page


async def test_an_owner_without_a_phone_is_led_to_where_it_is_given(cast: Cast, browse: Browser) -> None:
    await cast.selina.user.change(phone="")
    page = (await (await browse(cast.selina)).get(OFFICE + "/setup")).text
    assert 'href="/c/meyer/account"' in page and "Text my phone" not in page
    await cast.selina.user.change(phone="+14125550144")
    assert "Text my phone, 412-555-0144" in (await (await browse(cast.selina)).get(OFFICE + "/setup")).text


async def test_a_proxy_that_nobody_named_is_told(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary, **{"x-forwarded-for": "203.0.113.7"})
    assert "TEXTBANK_TRUSTED_PROXIES" in (await gary.get(OFFICE + "/setup")).text
    config.use(replace(config.settings(), trusted_proxies="127.0.0.1"))
    assert "TEXTBANK_TRUSTED_PROXIES" not in (await gary.get(OFFICE + "/setup")).text


async def test_a_messaging_service_that_takes_the_replies_is_named(cast: Cast, browse: Browser) -> None:
    await change_number(cast.number, webhooks_ok=False, service="<Old> vendor")
    page = (await (await browse(cast.gary)).get(OFFICE + "/setup")).text
    assert "The Messaging Service “&lt;Old&gt; vendor” takes the texts to" in page and "Defer to sender" in page
