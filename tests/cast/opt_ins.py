"""An opt-in form of Meyer's, people who sign up by it, and what they text back."""

from __future__ import annotations

import uuid
from typing import Any

from tests.cast import Cast
from tests.cast.texting import new_sid
from webapp.database import transaction
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ContactList
from webapp.models.conversations.message import OUT, Message
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_in_forms.form import OptInForm
from webapp.models.opt_in_forms.sign_up import SignUp
from webapp.models.opt_ins import editing, signing_up, texting
from webapp.models.opt_ins.editing import Draft
from webapp.models.opt_ins.signing_up import Filled
from webapp.models.outcomes import answers
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, News
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed

CONSENT = "I agree to get texts from Meyer for Senate. Text STOP to end."
ASKS = (
    "Hi ##{{first_name}}, thanks for joining ##{{opt_in_form.title}}. Reply YES to get our texts, or STOP to opt out."
)
THANKS = "You are in, ##{{first_name}}! Bring a friend: ##{{contact_referral_link}}"
MINA = "+14125550131"


def draft(cast: Cast, contact_list: ContactList, **changes: Any) -> Draft:
    return draft_of(contact_list, **changes)


def draft_of(contact_list: ContactList, **changes: Any) -> Draft:
    """``changes``: columns, or parts of the draft by their name."""
    columns = {
        "title": "Team Meyer",
        "subtitle": "Texts that matter",
        "consent": CONSENT,
        "title_es": "",
        "subtitle_es": "",
        "consent_es": "",
        "keyword": "",
        "reach": "Call (412) 555-0100.",
    }
    parts: dict[str, Any] = {"fields": [], "numbers": [], "initial": ASKS, "follow_up": THANKS}
    for name, value in changes.items():
        (columns if name in columns else parts)[name] = value
    return Draft(columns, contact_list, **parts)


async def make_form(cast: Cast, is_open: bool = True, **changes: Any) -> OptInForm:
    """As Gary makes and opens it; its list is "Signed up"."""
    chosen = await transaction(lambda: ContactList.make(cast.meyer, "Signed up", ""))
    form = await editing.create(draft(cast, chosen, **changes), cast.gary)
    assert isinstance(form, OptInForm), form
    if is_open:
        assert await editing.open_form(form, cast.gary) == []
    return await OptInForm.get(id=form.id).select_related("campaign", "action", "contact_list")


async def signs_up(form: OptInForm, phone: str = MINA, **more: Any) -> SignUp | None:
    values = {"first_name": "Mina", "last_name": "Cho", "zip": "15213", "client_id": uuid.uuid4(), **more}
    return await signing_up.sign_up(form, Filled(phone, form.consent, "en", "203.0.113.9", **values))


async def signs_up_in(form: OptInForm, language: str, phone: str = MINA) -> SignUp | None:
    """On the page in this language."""
    filled = Filled(phone, form.consent, language, "203.0.113.9", uuid.uuid4(), "Mina", "Cho", "15213")
    return await signing_up.sign_up(form, filled)


async def work() -> None:
    """The worker's job, without a queue."""
    for sign_up_id in await texting.due():
        await texting.text(sign_up_id)


async def leave(number: PhoneNumber) -> list[Message]:
    """Everything that is due leaves by this number and Twilio takes it. The texts that left."""
    left = []
    while isinstance(claim := await claim_next(number.id), Claimed):
        await answers.taken(claim.message_id, new_sid(), claim.attempt_id)
        left.append(await Message.get(id=claim.message_id))
    return left


async def is_rejected(number: PhoneNumber, code: int = 30003) -> None:
    """The next text that is due leaves by this number, and Twilio rejects it."""
    claim = await claim_next(number.id)
    assert isinstance(claim, Claimed)
    await answers.rejected(claim.message_id, claim.attempt_id, code)


async def texts_back(cast: Cast, words: str, phone: str = MINA, **more: str) -> News:
    payload = {"MessageSid": new_sid(), "From": phone, "To": cast.number.e164, "Body": words, **more}
    event = await applying.keep(INBOUND, payload)
    assert event
    return await applying.apply(event)


async def joined(cast: Cast, form: OptInForm, phone: str = MINA, **more: Any) -> SignUp:
    """They signed up, got the text, and said YES."""
    await signs_up(form, phone, **more)
    await work()
    await leave(cast.number)
    await texts_back(cast, "Yes!", phone)
    return await SignUp.get(form=form, contact__phone=phone)


async def ours(phone: str = MINA) -> list[str]:
    """The words of our texts to this phone, in order."""
    return [m.body for m in await Message.filter(phone=phone, direction=OUT).order_by("id")]


async def contact(phone: str = MINA) -> Contact:
    return await Contact.get(phone=phone)
