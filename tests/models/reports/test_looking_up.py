"""Looking up a contact, and a report without a text (SPEC B5)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.cast import MORNING, Cast
from tests.cast.texting import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models import kept_counts
from webapp.models.accounts.audit import AuditEvent
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.exports import of_texts
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.reports import filing, looking_up
from webapp.models.reports.report import Report
from webapp.models.results import recount
from webapp.rules.contacts import places

pytestmark = pytest.mark.both


async def names(cast: Cast, who: str, where: str = "") -> list[str]:
    found = await looking_up.look_up(cast.amy, who, where, places.read(where))
    assert found is not None
    return [contact.name for contact in found.contacts]


async def test_people_are_found_by_name_or_phone_and_by_place(cast: Cast) -> None:
    await cast.add_contact("+14125550102", first_name="José", last_name="Álvarez", zip="16502")
    await cast.add_contact("+14125550103", first_name="Jose", last_name="Alvarado", state_abbrev="OH")
    assert await names(cast, "alva jose") == ["José Álvarez", "Jose Alvarado"]
    assert await names(cast, "jose", "Erie, PA") == ["José Álvarez"]
    assert await names(cast, "jose", "Ohio") == ["Jose Alvarado"]
    assert await names(cast, "(412) 555-0101") == ["Lisa Ng"]
    assert await names(cast, "(412) 555-0101", "OH") == []
    assert await names(cast, "5550101") == []  # a part of a phone is none
    assert await names(cast, "🙂") == [] == await names(cast, " ", "Ohio")  # a place alone finds nobody


async def test_another_campaign_s_people_are_not_found(cast: Cast) -> None:
    found = await looking_up.look_up(cast.jonah, "Lisa")
    assert found is not None and found.contacts == []
    assert await looking_up.opened(cast.jonah, cast.lisa.id) is None


async def test_ten_are_shown_and_that_there_are_more_is_said(cast: Cast) -> None:
    for n in range(11):
        await cast.add_contact(f"+141255502{n:02}", first_name="Sam", last_name="Smith")
    found = await looking_up.look_up(cast.amy, "smith")
    assert found is not None and (len(found.contacts), found.more) == (10, True)


async def test_each_is_a_row_of_the_audit_log_with_the_phone_masked(cast: Cast) -> None:
    await names(cast, "412-555-0101", "PA")
    event = await AuditEvent.get(what="contact.looked_up")
    assert (event.subject, event.detail, event.user_id) == (  # type: ignore[attr-defined]
        "•••-•••-••01, PA",
        {"found": [cast.lisa.id]},
        cast.amy.user_id,
    )


async def test_only_who_was_found_in_the_last_hour_can_be_opened(cast: Cast) -> None:
    assert await looking_up.opened(cast.amy, cast.lisa.id) is None
    await names(cast, "Lisa")
    assert await looking_up.opened(cast.amy, cast.lisa.id) == cast.lisa
    assert await looking_up.opened(cast.dan, cast.lisa.id) is None
    clock.freeze(MORNING + timedelta(hours=1, seconds=1))
    assert await looking_up.opened(cast.amy, cast.lisa.id) is None


async def test_an_hour_has_so_many_look_ups_and_no_more(cast: Cast) -> None:
    for left in range(looking_up.MOST - 1, -1, -1):
        found = await looking_up.look_up(cast.amy, "Lisa")
        assert found is not None and found.left == left
    assert await looking_up.look_up(cast.amy, "Lisa") is None
    assert await AuditEvent.filter(what="contact.looked_up").count() == looking_up.MOST
    assert await looking_up.look_up(cast.dan, "Lisa") is not None
    clock.freeze(MORNING + timedelta(hours=1, seconds=1))
    assert await looking_up.look_up(cast.amy, "Lisa") is not None


async def test_an_hour_has_no_more_look_ups_for_whoever_asks_many_at_once(cast: Cast) -> None:
    found = await asyncio.gather(*(looking_up.look_up(cast.amy, f"Lisa {n}") for n in range(looking_up.MOST + 15)))
    assert len([one for one in found if one]) == looking_up.MOST
    assert await AuditEvent.filter(what="contact.looked_up").count() == looking_up.MOST


async def test_a_report_without_a_text_answers_no_reply_and_counts_in_no_action(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Where do I vote?")
    asked = await filing.questions_of_campaign(cast.meyer.id)
    for notes in ("Talked at the door", "Talked again"):
        await filing.file_without_text(cast.lisa.id, cast.dan.user, asked, {"will_vote"}, {"notes": notes})
    assert (await cast.conversation()).needs_attention
    assert (await kept_counts.totals(cast.action.id))["reports"] == 0
    assert await recount.differences() == []
    assert await filing.ticked(cast.lisa.id) == {"will_vote"}
    assert len(await filing.of_contact(cast.lisa.id)) == 2


async def test_a_report_without_a_text_is_in_the_export_and_in_no_other_campaign_s(cast: Cast) -> None:
    asked = await filing.questions_of_campaign(cast.meyer.id)
    report = await filing.file_without_text(cast.lisa.id, cast.dan.user, asked, {"will_vote"}, {})
    [row] = await of_texts.reports(cast.meyer, 0, (0, report.id), 10, [])
    assert (row["contact_id"], row["action_id"], row["tags"]) == (cast.lisa.id, None, "Will Vote")
    assert await of_texts.reports(cast.ryan, 0, (0, report.id), 10, []) == []


async def test_an_opt_out_by_such_a_report_is_for_good_and_has_the_volunteer_s_budget(cast: Cast) -> None:
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(opt_out_budget=1))
    other = await cast.add_contact("+14125550102", first_name="Sam")
    asked = await filing.questions_of_campaign(cast.meyer.id)
    for contact in (cast.lisa, other):
        await filing.file_without_text(contact.id, cast.amy.user, asked, {"opt_out"}, {})
    assert [row.phone for row in await OptOut.all()] == [cast.lisa.phone]
    assert not (await Membership.get(id=cast.amy.id)).active
    assert await Report.filter(conversation_id=None).count() == 2
