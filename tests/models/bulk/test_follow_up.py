"""A follow-up action from results: the very people of each number, on a list and in a draft, once (SPEC R6)."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable

import pytest

from tests.cast import Cast, opt_out_phone
from tests.cast.bulk import finish
from tests.cast.texting import new_sid
from webapp import clock
from webapp.database import transaction
from webapp.models import kept_counts
from webapp.models.accounts.audit import AuditEvent
from webapp.models.actions.action import DRAFT, PUBLIC, Action, ActionList
from webapp.models.bulk import follow_up, people_of
from webapp.models.bulk.follow_up import NameTaken
from webapp.models.bulk.job import BulkJob
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.conversations.message import Message
from webapp.models.kept_counts import FREE
from webapp.models.links import links
from webapp.models.links.links import CustomLink, TrackedLink
from webapp.models.opt_outs import blocking
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.outcomes import answers
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, STATUS
from webapp.models.reports import filing
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed
from webapp.rules.results.people_behind import People

SILENT, REPLIED = People("silent"), People("replied")
PEOPLE = ("Ann", "Ben", "Cat", "Dee", "Eve", "Fay")


async def crowd(cast: Cast) -> dict[str, Contact]:
    """Ann and Ben replied, Ann with a report. Cat is silent. Dee's carrier filtered the text, Eve's phone was unknown to
    Twilio. Fay was not texted."""
    found = {
        name: await cast.add_contact(f"+1412555{3000 + n}", first_name=name, zip="15213")
        for n, name in enumerate(PEOPLE)
    }
    await cast.make()
    await cast.start(cast.amy)
    for name in PEOPLE[:-1]:
        await cast.click(cast.amy, found[name])
        claim = await claim_next(cast.number.id)
        assert isinstance(claim, Claimed)
        if name == "Eve":
            await answers.rejected(claim.message_id, claim.attempt_id, 21612)
            continue
        sid = new_sid()
        await answers.taken(claim.message_id, sid, claim.attempt_id)
        if name == "Dee":
            await applied(STATUS, {"MessageSid": sid, "MessageStatus": "undelivered", "ErrorCode": "30007"})
    for name in ("Ann", "Ben"):
        body = {"MessageSid": new_sid(), "From": found[name].phone, "To": cast.number.e164, "Body": "Yes"}
        await applied(INBOUND, body)
    talk = await cast.conversation(found["Ann"])
    await talk.fetch_related("action")
    for tags, values in (({"wrong_number"}, {}), ({"will_vote"}, {"support_rating": "Supporter", "notes": "x" * 150})):
        await filing.file(talk, cast.amy.user, await filing.questions(talk.action), tags, values)
    await opens_a_link(cast, found["Cat"], links.PERSON)
    await opens_a_link(cast, found["Dee"], links.PREVIEW)
    return found


async def opens_a_link(cast: Cast, contact: Contact, by: str) -> None:
    sent = await Message.filter(contact_id=contact.id).first()
    assert sent

    async def make() -> TrackedLink:
        link = await CustomLink.create(
            campaign=cast.meyer, slug=by, title=by, url="https://x.example", created_at=clock.now()
        )
        return await TrackedLink.create(token=by, link=link, message_id=sent.id, made_at=clock.now())

    await links.clicked(await transaction(make), by, "")


async def applied(kind: str, payload: dict[str, str]) -> None:
    event = await applying.keep(kind, payload)
    assert event
    await applying.apply(event)


async def begin(cast: Cast, people: People, name: str = "Again", form: uuid.UUID | None = None) -> BulkJob:
    action = await Action.get(id=cast.action.id).select_related("campaign")
    job = await follow_up.start(action, people, "Some of it", name, cast.gary, form or uuid.uuid4())
    assert isinstance(job, BulkJob)
    return job


async def on_list(list_id: int) -> list[str]:
    rows = await ListMembership.filter(contact_list_id=list_id).select_related("contact")
    return sorted(row.contact.first_name for row in rows)


WHO = [
    (SILENT, ["Cat"]),
    (REPLIED, ["Ann", "Ben"]),
    (People("unreported"), ["Ben"]),
    (People("texted"), ["Ann", "Ben", "Cat", "Dee"]),
    (People("attention"), ["Ben"]),
    (People("clicked"), ["Cat"]),
    (People("tag", "Will Vote"), ["Ann"]),
    (People("tag", "Wrong Number"), []),  # an earlier report that was corrected
    (People("field", "Support Rating", "Supporter"), ["Ann"]),
    (People("field", "Support Rating", "Neutral"), []),
    (People("field", "Notes", FREE), ["Ann"]),
    (People("field", "Support Rating", FREE), []),
    (People("error", "", "carrier"), ["Dee"]),
    (People("error", "", "twilio"), ["Eve"]),
    (People("error", "", "safeguard"), []),
    (People("code", "", "30007"), ["Dee"]),
    (People("code", "", "30008"), []),
    (People("tag", "' OR 1=1 --"), []),
]


@pytest.mark.both
async def test_each_number_of_the_results_gives_its_very_people(cast: Cast) -> None:
    await crowd(cast)
    got = People("script", "", str(cast.hello.id))
    for n, (people, names) in enumerate([*WHO, (got, ["Ann", "Ben", "Cat", "Dee"])]):
        for most in (0, 500):
            assert (await people_of.counted(cast.action, people, most)).may == len(names), people
        job = await finish((await begin(cast, people, f"List {n}")).id)
        assert await on_list(job.what["list"]) == names, people
        assert (job.done, job.total) == (len(names), len(names))
    for kind, name, value, number in await kept_counts.of_answers(cast.action.id):
        people = People("tag" if kind == "tag" else "field", name, value)
        assert (await people_of.counted(cast.action, people)).may == number, "the number that View Reports shows"


@pytest.mark.both
async def test_who_opted_out_or_is_blocked_is_left_out_and_counted(cast: Cast) -> None:
    found = await crowd(cast)
    await opt_out_phone(cast.meyer, found["Ben"].phone, FROM_ADMIN)
    assert await people_of.counted(cast.action, REPLIED) == people_of.Counted(1, 1)
    assert (await people_of.counted(cast.action, REPLIED, most=1)).more
    assert not (await people_of.counted(cast.action, REPLIED, most=2)).more
    job = await begin(cast, REPLIED)
    await blocking.block(await cast.conversation(found["Ann"]), cast.gary.user)  # between the form and the worker
    assert await on_list((await finish(job.id)).what["list"]) == []


@pytest.mark.both
async def test_the_draft_texts_the_list_and_goes_on_from_the_action(cast: Cast) -> None:
    await crowd(cast)
    await transaction(lambda: Action.filter(id=cast.action.id).update(instructions="Be kind", daily_cap=10_000))
    job = await finish((await begin(cast, SILENT)).id)
    draft = await Action.get(id=job.what["draft"])
    assert (draft.state, draft.title, draft.instructions, draft.daily_cap) == (DRAFT, "Again", "Be kind", 10_000)
    [row] = await ActionList.filter(action=draft)
    made = await ContactList.get(id=row.contact_list_id)
    assert (made.name, made.size, made.made_from) == ("Again", 1, "Some of it")
    assert (await AuditEvent.get(what="action.followed_up")).subject == cast.action.title


async def race(cast: Cast, form: uuid.UUID) -> None:
    await asyncio.gather(*(begin(cast, REPLIED, form=form) for _ in range(3)))


async def in_turn(cast: Cast, form: uuid.UUID) -> None:
    for _ in range(3):
        await begin(cast, REPLIED, form=form)


@pytest.mark.both
@pytest.mark.parametrize("sent", [race, in_turn])
async def test_a_form_sent_several_times_makes_one_list_and_one_draft(
    cast: Cast, sent: Callable[[Cast, uuid.UUID], Awaitable[None]]
) -> None:
    await crowd(cast)
    await sent(cast, uuid.uuid4())
    assert await BulkJob.all().count() == 1 == await ContactList.filter(name="Again").count()
    assert await Action.filter(state=DRAFT).count() == 1


@pytest.mark.both
async def test_a_name_that_another_list_has_is_refused(cast: Cast) -> None:
    action = await Action.get(id=cast.action.id).select_related("campaign")
    refused = await follow_up.start(action, REPLIED, "x", "Voters", cast.gary, uuid.uuid4())
    assert isinstance(refused, NameTaken) and await Action.filter(state=DRAFT).count() == 0


@pytest.mark.both
async def test_undo_archives_the_draft_and_the_list_and_ends_the_work(cast: Cast) -> None:
    await crowd(cast)
    job = await begin(cast, REPLIED)
    assert await follow_up.undo(job, cast.gary)
    ended = await finish(job.id)
    assert ended.status == "cancelled" and await on_list(job.what["list"]) == []
    assert (await Action.get(id=job.what["draft"])).archived_at == clock.now()
    assert (await ContactList.get(id=job.what["list"])).archived_at == clock.now()
    assert await follow_up.undo(ended, cast.gary), "twice does no harm"


async def test_a_draft_that_was_published_is_not_archived_by_undo(cast: Cast) -> None:
    job = await begin(cast, REPLIED)
    await transaction(lambda: Action.filter(id=job.what["draft"]).update(state=PUBLIC))
    assert not await follow_up.undo(job, cast.gary)
    assert (await ContactList.get(id=job.what["list"])).archived_at is None


@pytest.mark.both
async def test_rare_people_among_many_are_found_by_small_windows(cast: Cast) -> None:
    await crowd(cast)
    found, after = [], 0
    for _ in range(20):
        some, reached = await people_of.window(cast.action.id, People("error", "", "twilio"), after, 2)
        found += some
        if reached == after:
            break
        after = reached
    assert len(found) == 1 and reached == after
