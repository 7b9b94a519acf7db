"""A night in which each number of the results is more than nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.cast import Cast
from tests.cast.site import add_response
from tests.cast.texting import new_sid
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact
from webapp.models.links import links
from webapp.models.links.links import CustomLink, TrackedLink
from webapp.models.opt_outs import blocking
from webapp.models.outcomes import answers
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, STATUS
from webapp.models.reports import filing
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Queued
from webapp.models.sending.leaving import Claimed

NAMES = ("Ann", "Ben", "Cat", "Dee", "Eve", "Fay", "Gus")
CODES = {"Dee": ("late", 30007), "Eve": ("late", 30007), "Fay": ("call", 21612), "Gus": ("call", 21610)}


async def a_full_night(cast: Cast) -> None:
    """Each number is more than nothing, and where somebody can be counted twice somebody is. Ann answers twice, gets two links,
    opens one twice, and has a report that was corrected. Ben waits for an answer, Lisa is silent, Cat opts out, carriers filter
    Dee's and Eve's texts, Twilio refuses Fay's and Gus's, Hal is blocked, and Ida comes when all have been texted."""
    people = {
        name: await cast.add_contact(f"+1412555{3000 + n}", first_name=name, zip="15213")
        for n, name in enumerate((*NAMES, "Hal"))
    }
    await cast.make()
    await cast.start(cast.amy)
    await blocking.block(await cast.conversation(people["Hal"]), cast.gary.user)
    for name in ("Lisa", *NAMES):
        await cast.click(cast.amy, people.get(name, cast.lisa))
        how, code = CODES.get(name, ("", 0))
        claim = await claim_next(cast.number.id)
        assert isinstance(claim, Claimed)
        if how == "call":
            await answers.rejected(claim.message_id, claim.attempt_id, code)
            continue
        sid = await take(claim)
        if how == "late":
            await applied(STATUS, {"MessageSid": sid, "MessageStatus": "undelivered", "ErrorCode": str(code)})
    for name, words in (("Ann", "Yes"), ("Ann", "Where?"), ("Ben", "Who?"), ("Cat", "STOP")):
        told = {"MessageSid": new_sid(), "From": people[name].phone, "To": cast.number.e164, "Body": words}
        await applied(INBOUND, told)
    await ann_is_answered(cast, people["Ann"])
    await file(cast, people["Ann"], {"wrong_number"}, {})
    await file(cast, people["Ann"], {"will_vote"}, {"support_rating": "Supporter", "notes": "Kind"})
    await file(cast, people["Dee"], {"wrong_number"}, {"support_rating": "Against"})
    await cast.add_contact("+14125553999", first_name="Ida", zip="15213")
    await cast.make()


async def ann_is_answered(cast: Cast, ann: Contact) -> None:
    link: dict[str, Any] = {
        "campaign": cast.meyer,
        "slug": "plan",
        "title": "Plan",
        "url": "https://x.example",
        "created_at": clock.now(),
    }
    await transaction(lambda: CustomLink.create(**link))
    plan = await add_response(cast, "Plan")
    await plan.write("Plan", "See ##{{'plan'|trackable}}", None)
    for _ in range(2):
        assert isinstance(await cast.reply(cast.amy, script=plan, contact=ann), Queued)
        clock.freeze(clock.now() + timedelta(minutes=1))
        claim = await claim_next(cast.number.id)
        assert isinstance(claim, Claimed)
        await take(claim)
    opened = await TrackedLink.exclude(message_id=None).order_by("id").first()
    assert opened
    for by in (links.PERSON, links.PERSON, links.PREVIEW):
        await links.clicked(opened, by, "")


async def take(claim: Claimed) -> str:
    sid = new_sid()
    await answers.taken(claim.message_id, sid, claim.attempt_id)
    return sid


async def applied(kind: str, told: dict[str, str]) -> None:
    event = await applying.keep(kind, told)
    assert event
    await applying.apply(event)


async def file(
    cast: Cast, contact: Contact, tags: set[str], values: dict[str, str], by: Membership | None = None
) -> None:
    talk = await cast.conversation(contact)
    await talk.fetch_related("action")
    await filing.file(talk, (by or cast.amy).user, await filing.questions(talk.action), tags, values)


async def dan_works_too(cast: Cast) -> None:
    """Ida, who came last, is his: he texts her, and she waits for an answer."""
    await cast.start(cast.dan)
    ida = await Contact.get(phone="+14125553999")
    await cast.click(cast.dan, ida)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await take(claim)
    await cast.start(cast.dan)  # his bucket is finished, and there is no other
    await applied(INBOUND, {"MessageSid": new_sid(), "From": ida.phone, "To": cast.number.e164, "Body": "Why?"})
    ann, ben = [await Contact.get(first_name=name) for name in ("Ann", "Ben")]
    await file(cast, ann, {"will_vote"}, {"support_rating": "Against"}, cast.dan)
    await file(cast, ben, {"will_vote"}, {}, cast.dan)
    await applied(INBOUND, {"MessageSid": new_sid(), "From": ben.phone, "To": cast.number.e164, "Body": "And?"})
