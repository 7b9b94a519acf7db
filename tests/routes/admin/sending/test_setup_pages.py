"""The office's pages: each works, refuses the wrong form, and leaves an audit row."""

from __future__ import annotations

import logging
import re
import uuid

import pytest
from tortoise.backends.sqlite.client import SqliteClient

from tests.cast import TESTS, Cast, member
from tests.models.receiving.test_applying import says, texted
from tests.routes.conftest import Browser
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts import teams
from webapp.models.accounts.audit import AuditEvent
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.teams import UserList
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action, ActionUser
from webapp.models.actions.report_settings import ReportTag
from webapp.models.actions.script import Script, ScriptTag, ScriptValue
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.conversations import making
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.imports import importing
from webapp.models.imports.job import ContactImport
from webapp.models.numbers.number import PhoneNumber, change_number, note_check
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.scripts import rendering
from webapp.models.sending import answers, restoring
from webapp.models.sending.claim import Claimed, claim_next

OFFICE = "/c/meyer/admin"
SAMPLES = TESTS / "samples"
SETTINGS = {
    "start_time": "10:00",
    "end_time": "20:00",
    "timezone": "America/Chicago",
    "bucket_size": "25",
    "preferred_area_codes": "814, 412",
    "fallback_sender": "a friend",
    "fallback_recipient": "neighbor",
    "outbound_lock": "1",
    "use_lookup": "1",
    "return_after_minutes": "30",
    "undo_seconds": "3",
    "queue_limit_minutes": "20",
    "possible_opt_out_hours": "3",
    "waiting_reply_minutes": "45",
    "segment_price": "0.0130",
    "mms_price": "$0.03",
    "daily_cap": "1,250",
}


async def audited(what: str) -> int:
    return await AuditEvent.filter(what=what).count()


async def test_settings_are_saved_and_noted(cast: Cast, browse: Browser) -> None:
    answer = await (await browse(cast.gary)).post(OFFICE + "/settings", data=SETTINGS)
    assert answer.status_code == 200 and "Saved." in answer.text
    meyer = await Campaign.get(id=cast.meyer.id)
    assert (meyer.start_time, meyer.end_time, meyer.bucket_size, meyer.undo_seconds) == ("10:00", "20:00", 25, 3)
    assert (meyer.segment_price, meyer.mms_price, meyer.daily_cap) == (130, 300, 12_500_000)
    assert meyer.area_codes == ["814", "412"] and not meyer.disable_custom_responses
    assert await audited("settings.saved") == 1


async def test_a_new_cap_counts_from_now(cast: Cast, browse: Browser) -> None:
    day = cast.meyer.local(clock.now()).date()
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(daily_cap=1, capped_on=day))
    gary = await browse(cast.gary)
    assert "cap is reached" in (await gary.get(OFFICE + "/settings")).text
    await gary.post(OFFICE + "/settings", data=SETTINGS)
    assert (await Campaign.get(id=cast.meyer.id)).capped_on is None
    basic = {"title": "Plan", "lists": str(cast.voters.id), "daily_cap": "12.50"}
    await gary.post(f"{OFFICE}/actions/{cast.action.id}", data=basic)
    assert (await Action.get(id=cast.action.id)).daily_cap == 125_000


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("start_time", "07:59", "before 8:00 AM"),
        ("end_time", "21:01", "after 9:00 PM"),
        ("end_time", "10:00", "after the start"),
        ("bucket_size", "7", "choose one"),
        ("undo_seconds", "16", "from 0 to 15"),
        ("preferred_area_codes", "12", "three digits"),
        ("timezone", "Mars/Base", "choose one"),
        ("fallback_sender", "", "is missing"),
        ("start_time", "noon", "such as 09:00"),
        ("segment_price", "", "is missing"),
        ("daily_cap", "lots", "an amount in dollars"),
        ("segment_price", "1,25", "an amount in dollars"),
        ("daily_cap", "300000", "at most $200,000"),
    ],
)
async def test_a_wrong_setting_has_its_error_beside_it_and_nothing_is_saved(
    cast: Cast, browse: Browser, field: str, value: str, words: str
) -> None:
    answer = await (await browse(cast.gary)).post(OFFICE + "/settings", data={**SETTINGS, field: value})
    assert answer.status_code == 422 and words in answer.text and "What you typed is kept" in answer.text
    assert 'value="neighbor"' in answer.text
    assert (await Campaign.get(id=cast.meyer.id)).bucket_size == 100


async def test_a_list_goes_through_the_page(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    with (SAMPLES / "meyer_gotv.csv").open("rb") as file:
        answer = await gary.post(OFFICE + "/imports", files={"file": ("meyer_gotv.csv", file)}, data={"name": "GOTV"})
    assert answer.status_code == 303
    path = answer.headers["location"]
    assert "Waits to be read" in (await gary.get(path)).text
    job = await ContactImport.get()
    while await importing.take_in(job.id, 60):
        pass
    page = (await gary.get(path)).text
    assert "5,000 contacts stored" in page and "9 rows refused" in page and "<code>language</code>" in page
    assert 'hx-trigger="load delay:1s"' not in page, "a finished upload asks no more"
    refused = await gary.get(path + "/refused.csv")
    assert refused.headers["content-type"].startswith("text/csv")
    lines = refused.content.decode("utf-8-sig").splitlines()
    assert (
        len(lines) == 10
        and lines[0].endswith("line,why")
        and any("Not a number in the United States" in line for line in lines)
    )
    assert "GOTV" in (await gary.get(OFFICE + "/lists")).text


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, "This is a picture"),
        ("empty.csv", b"", "The file is empty"),
        ("quote.csv", b'phone,name\n2125550123,"Lisa\n3125550145,Bo\n', "never closed"),
    ],
)
async def test_a_file_that_is_no_list_is_told_and_nothing_is_stored(
    cast: Cast, browse: Browser, name: str, content: bytes, words: str
) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(OFFICE + "/imports", files={"file": (name, content)})
    job = await ContactImport.get()
    await importing.take_in(job.id, 60)
    page = (await gary.get(answer.headers["location"])).text
    assert words in page and "Nothing was stored" in page
    assert await Contact.filter(campaign=cast.meyer).count() == 1


async def test_a_list_without_a_phone_column_asks_which_one_it_is(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(OFFICE + "/imports", files={"file": ("x.csv", b"Nummer,Vorname\n2125550123,Lisa\n")})
    job = await ContactImport.get()
    await importing.take_in(job.id, 60)
    path = answer.headers["location"]
    assert "Which column is what?" in (await gary.get(path)).text
    await gary.post(path + "/mapping", data={"column_0": "phone", "column_1": "first_name"})
    await importing.take_in(job.id, 60)
    assert (await Contact.get(phone="+12125550123")).first_name == "Lisa"


async def test_uploading_nothing_is_told(cast: Cast, browse: Browser) -> None:
    answer = await (await browse(cast.gary)).post(OFFICE + "/imports", data={"name": "x"})
    assert answer.status_code == 422 and "No file was chosen" in answer.text


async def make_action(gary, cast: Cast) -> int:  # type: ignore[no-untyped-def]
    answer = await gary.post(
        OFFICE + "/actions",
        data={
            "title": "Ballot cure",
            "lists": str(cast.voters.id),
            "description": "d",
            "instructions": "i",
            "ends_on": "",
        },
    )
    return int(re.search(r"/actions/(\d+)/scripts", answer.headers["location"])[1])  # type: ignore[index]


async def test_an_action_is_made_scripted_published_and_texted(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    action = await make_action(gary, cast)
    good = "Hi ##{{first_name}}, it's ##{{user.first_name}} with Meyer for Senate. Reply STOP to opt out."
    for body in (good, good.replace("Hi", "Hello")):
        assert (
            await gary.post(f"{OFFICE}/actions/{action}/scripts", data={"kind": "initial", "body": body})
        ).status_code == 303
    will_vote = await Tag.get(campaign=cast.meyer, slug="will_vote")
    response = {
        "kind": "response",
        "name": "Yes",
        "body": "Great, ##{{first_name}}!",
        "tags": str(will_vote.id),
        "value_support_rating": "Supporter",
    }
    assert (await gary.post(f"{OFFICE}/actions/{action}/scripts", data=response)).status_code == 303
    assert await ScriptTag.all().count() == 1 and (await ScriptValue.get()).value == "Supporter"
    await gary.post(f"{OFFICE}/actions/{action}/report-settings", data={"tags": str(will_vote.id)})
    assert await ReportTag.filter(action_id=action).count() == 1
    page = (await gary.get(f"{OFFICE}/actions/{action}/publication")).text
    assert "2 initial scripts" in page and "Nothing in the way" in page
    assert (await gary.post(f"{OFFICE}/actions/{action}/publication", data={"state": "public"})).status_code == 303

    await making.make_all(action)
    assert await Conversation.filter(action_id=action).count() == 1
    assert "Ballot cure" in (await (await browse(cast.amy)).get("/c/meyer/")).text
    assert await audited("action.published") == 1


async def test_a_title_is_wanted_and_what_was_typed_is_kept(cast: Cast, browse: Browser) -> None:
    answer = await (await browse(cast.gary)).post(
        OFFICE + "/actions", data={"title": "", "description": "Kept words", "lists": str(cast.voters.id)}
    )
    assert answer.status_code == 422 and "Title is missing" in answer.text and "Kept words" in answer.text
    assert re.search(r'value="\d+" checked', answer.text)


async def test_an_unknown_variable_can_not_be_saved_and_the_nearest_is_named(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(
        f"{OFFICE}/actions/{cast.action.id}/scripts",
        data={"kind": "initial", "body": "Hi ##{{frist_name}}. Reply STOP to opt out."},
    )
    assert answer.status_code == 422 and "Do you mean first_name?" in answer.text and "frist_name" in answer.text
    assert await Script.filter(action=cast.action, kind="initial").count() == 1


async def test_the_preview_counts_and_lints_while_one_types(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(
        f"{OFFICE}/actions/{cast.action.id}/preview",
        data={"kind": "initial", "body": "Hi ##{{first_name}} — vote! https://bit.ly/x", "place": "new-initial"},
    )
    assert "UCS-2" in answer.text and "bit.ly is a link shortener" in answer.text and "No way to opt out" in answer.text
    assert "Hi Lisa — vote!" in answer.text


async def test_missing_opt_out_wording_stops_admins_and_an_owner_may_overrule_it_with_a_reason(
    cast: Cast, browse: Browser
) -> None:
    gary, selina = await browse(cast.gary), await browse(cast.selina)
    action = await make_action(gary, cast)
    await gary.post(
        f"{OFFICE}/actions/{action}/scripts", data={"kind": "initial", "body": "Hi ##{{first_name}}, vote!"}
    )
    path = f"{OFFICE}/actions/{action}/publication"
    for client, form in ((gary, {"state": "public", "reason": "because"}), (selina, {"state": "public"})):
        answer = await client.post(path, data=form)
        assert answer.status_code == 422 and "No way to opt out" in answer.text
    assert (await selina.post(path, data={"state": "public", "reason": "Members asked for it"})).status_code == 303
    assert (await Action.get(id=action)).opt_out_overruled == "Members asked for it"
    assert (await AuditEvent.get(what="action.published")).detail["overruled"] == "Members asked for it"


async def test_a_draft_sent_to_hand_picked_users_is_private_to_them(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    action = await make_action(gary, cast)
    await gary.post(
        f"{OFFICE}/actions/{action}/scripts", data={"kind": "initial", "body": "Hi. Reply STOP to opt out."}
    )
    answer = await gary.post(OFFICE + "/users/sendings", data={"members": str(cast.amy.id), "action": str(action)})
    assert "was sent to 1 more" in answer.text
    assert (await Action.get(id=action)).state == "private"
    assert "Ballot cure" in (await (await browse(cast.amy)).get("/c/meyer/")).text
    dan = await browse(cast.dan)
    assert "Ballot cure" not in (await dan.get("/c/meyer/")).text
    assert (await dan.get(f"/c/meyer/actions/{action}")).status_code == 404
    assert await ActionUser.filter(action_id=action).count() == 1


async def test_a_draft_that_is_not_ready_is_not_sent(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    action = await make_action(gary, cast)
    answer = await gary.post(OFFICE + "/users/sendings", data={"members": str(cast.amy.id), "action": str(action)})
    assert answer.status_code == 422 and "not ready yet" in answer.text
    assert (await Action.get(id=action)).state == "draft"


async def test_pause_and_resume(cast: Cast, browse: Browser) -> None:
    gary, amy = await browse(cast.gary), await browse(cast.amy)
    await gary.post(f"{OFFICE}/actions/{cast.action.id}/pause")
    answer = await amy.post(f"/c/meyer/actions/{cast.action.id}/buckets")
    assert answer.status_code == 409 and "The office paused this action. Replies go on." in answer.text
    await gary.post(f"{OFFICE}/actions/{cast.action.id}/pause/end")
    assert (await amy.post(f"/c/meyer/actions/{cast.action.id}/buckets")).status_code == 303


async def test_stop_everything_and_start_again(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await gary.post(OFFICE + "/stop")
    assert "All texts are stopped" in (await gary.get(OFFICE + "/setup")).text
    await gary.post(OFFICE + "/stop/end")
    assert "All texts are stopped" not in (await gary.get(OFFICE + "/setup")).text
    assert await audited("campaign.stopped") == await audited("campaign.started_again") == 1


async def test_a_cap_below_what_was_spent_closes_start_at_once(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    gary = await browse(cast.gary)
    assert "cap is reached" in (await gary.post(OFFICE + "/settings", data=SETTINGS | {"daily_cap": "0.01"})).text
    amy = await browse(cast.amy)
    refused = await amy.post(f"/c/meyer/actions/{cast.action.id}/buckets")
    assert refused.status_code == 409 and "spending limit for today" in refused.text


async def test_asking_twilio_again_shows_that_it_is_asked(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    asked = await gary.post(OFFICE + "/setup/checks")
    assert "Asking Twilio now" in (await gary.get(asked.headers["location"])).text
    await note_check(cast.meyer, True, {cast.number.e164})
    assert "Asking Twilio now" not in (await gary.get(asked.headers["location"])).text
    assert "Asking Twilio now" not in (await gary.get(OFFICE + "/setup?asked=1")).text
    assert (await gary.get(OFFICE + "/setup?asked=x")).status_code < 500


async def test_a_wrong_limit_of_a_number_stays_beside_its_number(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    where = f"{OFFICE}/numbers/{cast.number.id}/rate"
    wrong = await gary.post(where, data={"rate": "1", "daily_limit": "many"})
    assert wrong.status_code == 422 and 'value="many"' in wrong.text and 'id="pace" open' in wrong.text
    assert (await gary.post(where, data={"rate": "3", "daily_limit": "250"})).status_code == 303
    number = await PhoneNumber.get(id=cast.number.id)
    assert (number.rate, number.daily_limit) == (3, 250)
    assert (await gary.post(where, data={"rate": "3", "daily_limit": ""})).status_code == 303
    assert (await PhoneNumber.get(id=cast.number.id)).daily_limit is None


async def test_registration_is_noted_and_start_waits_for_it(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert (await gary.post(OFFICE + "/setup/registration", data={"registration": ""})).status_code == 303
    assert "No registration is noted" in (await gary.get(OFFICE + "/setup")).text
    wrong = await gary.post(OFFICE + "/setup/registration", data={"registration": "p2p", "registration_cap": "x"})
    assert wrong.status_code == 422 and "Texts a day" in wrong.text and "aria-invalid" in wrong.text
    form = {"registration": "toll_free", "registration_cap": "2000"}
    assert (await gary.post(OFFICE + "/setup/registration", data=form)).status_code == 303
    page = (await gary.get(OFFICE + "/setup")).text
    assert "Registered with the carriers" in page and "2,000 texts a day" in page
    assert await audited("campaign.registered") == 2


async def test_the_office_texts_its_own_phone_and_the_page_waits_for_the_answer(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(round_trip_at=None))
    page = (await gary.get(OFFICE + "/setup")).text
    assert "No text has gone out and come back yet" in page and "every 4s" not in page
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
    assert "A text went out and its answer came in" in (await gary.get(OFFICE + "/setup")).text


async def test_the_own_phone_s_text_says_why_it_was_not_sent(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    wrong = await gary.post(OFFICE + "/setup/round-trips", data={"client_message_id": "x"})
    assert wrong.status_code == 422 and "could not be read" in wrong.text
    await change_number(cast.number, paused_at=clock.now())
    held = await gary.post(OFFICE + "/setup/round-trips", data={"client_message_id": str(uuid.uuid4())})
    assert held.status_code == 422 and "Not sent:" in held.text and not await Message.all()


async def test_a_waiting_volunteer_is_approved_and_told_by_mail(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(approved_at=None))
    gary = await browse(cast.gary)
    assert "1 waits for approval" in (await gary.get(OFFICE + "/users")).text
    await gary.post(f"{OFFICE}/users/{cast.amy.id}/approval")
    assert (await Membership.get(id=cast.amy.id)).active
    assert (await Mail.get()).to == "amy@example.org" and await audited("user.approved") == 1


async def test_a_suspended_volunteer_is_out_at_once_and_can_come_back(cast: Cast, browse: Browser) -> None:
    gary, amy = await browse(cast.gary), await browse(cast.amy)
    await gary.post(f"{OFFICE}/users/{cast.amy.id}/suspension")
    assert (await amy.get("/c/meyer/inbox")).headers["location"] == "/c/meyer/waiting"
    await gary.post(f"{OFFICE}/users/{cast.amy.id}/suspension/end")
    assert (await amy.get("/c/meyer/inbox")).status_code == 200


async def test_nobody_suspends_an_owner_or_themselves(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    for who in (cast.selina, cast.gary):
        assert (await gary.post(f"{OFFICE}/users/{who.id}/suspension")).status_code == 422
        assert (await Membership.get(id=who.id)).active


async def test_tags_and_fields_are_made_with_slugs_that_stay(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert (
        await gary.post(
            OFFICE + "/settings/tags", data={"name": "Needs a Ride", "display_order": "6", "reportable": "1"}
        )
    ).status_code == 303
    assert (await Tag.get(campaign=cast.meyer, slug="needs_a_ride")).reportable
    assert (
        "already"
        in (await gary.post(OFFICE + "/settings/tags", data={"name": "needs a ride", "display_order": "6"})).text
    )
    field = {"title": "Issue ID", "type": "SelectionField", "options": "Healthcare\nEducation", "display_order": "1"}
    assert (await gary.post(OFFICE + "/settings/fields", data=field)).status_code == 303
    assert (await CustomField.get(campaign=cast.meyer, slug="issue_id")).choices == ["Healthcare", "Education"]
    for wrong in ({"title": "First Name"}, {"title": "X", "options": ""}, {"title": "Issue id"}):
        assert (await gary.post(OFFICE + "/settings/fields", data={**field, **wrong})).status_code == 422


async def test_a_number_is_opted_out_by_hand_and_nothing_takes_it_back(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert (await gary.post(OFFICE + "/opt-outs", data={"phone": "814-555-01"})).status_code == 422
    await gary.post(OFFICE + "/opt-outs", data={"phone": "(212) 555-0123"})
    assert (await OptOut.get(phone="+12125550123")).source == "admin"
    assert "212-555-0123" in (await gary.get(OFFICE + "/opt-outs")).text
    assert not await Contact.exists(phone="+12125550123"), "a stranger is not made a contact"


async def test_results_agree_with_what_was_done(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await texted(cast)
    await says(cast, "Yes")
    await cast.reply(cast.amy, "Great")
    await says(cast, "STOP")
    page = (await gary.get(f"{OFFICE}/actions/{cast.action.id}/results")).text
    figures = dict(re.findall(r"<dt>([^<]+)</dt><dd>([\d,]+)</dd>", page))
    assert figures == {
        "Sent to": "1",
        "Seen": "1",
        "Started": "1",
        "Completed": "1",
        "Performs": "1",
        "Reports": "0",
        "Initial Messages": "1",
        "Messages Remaining": "0",
        "Responses": "2",
        "Follow-Ups": "0",
        "Needs Attention": "0",
        "Available Reports Filled": "0",
        "Opt-Outs": "1",
        "Link Clicks": "0",
        "Twilio Errors": "0",
        "Carrier Filtering": "0",
        "Safeguards": "0",
    }


async def test_the_join_code_can_be_renewed(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    page = (await gary.get(OFFICE + "/settings/info")).text
    assert "482913" in page and "data:image/svg+xml" in page
    await gary.post(OFFICE + "/settings/join-codes")
    assert (await Campaign.get(id=cast.meyer.id)).join_code != "482913"


@pytest.mark.parametrize(
    "path", ["/c/meyer/", "/c/meyer/admin/actions", "/c/meyer/admin/users", "/c/meyer/admin/lists"]
)
async def test_pages_of_many_rows_cost_a_fixed_number_of_queries(
    cast: Cast, browse: Browser, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    gary = await browse(cast.gary)

    async def queries() -> int:
        assert (await gary.get(path)).status_code == 200  # what is noted once is noted now
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
            assert (await gary.get(path)).status_code == 200
        return len(caplog.records)

    async def more() -> None:
        for n in range(12):
            await Action.create(campaign=cast.meyer, title=f"Action {n}", state="public", created_at=clock.now())
            await ContactList.create(campaign=cast.meyer, name=f"List {n}", created_at=clock.now())
            await member(cast.meyer, f"User{n}", "More", "volunteer")

    few = await queries()
    await transaction(more)
    assert few > 2 and await queries() <= few


async def test_moving_a_script_and_checking_the_set_up_leave_an_audit_row(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await gary.post(f"{OFFICE}/actions/{cast.action.id}/scripts/{cast.hello.id}/moves", data={"up": "1"})
    await gary.post(f"{OFFICE}/setup/checks")
    assert (await audited("script.moved"), await audited("setup.checked")) == (1, 1)


async def test_before_publishing_it_is_told_for_whom_a_script_can_not_be_filled(cast: Cast, browse: Browser) -> None:
    await cast.add_contact("+14125550102", first_name="Bo", email="bo@example.org")
    await transaction(
        lambda: Script.filter(id=cast.hello.id).update(
            body="Hi ##{{first_name}}, is ##{{email}} yours and ##{{notes}}? Reply STOP to opt out."
        )
    )
    gary = await browse(cast.gary)
    page = await gary.get(f"{OFFICE}/actions/{cast.action.id}/publication")
    assert f"/actions/{cast.action.id}/shortfalls" in page.text
    told = re.sub(r"\s+", " ", (await gary.get(f"{OFFICE}/actions/{cast.action.id}/shortfalls")).text)
    assert "1 of 2 contacts have no email" in told and "2 of 2 contacts have no notes" in told
    await transaction(lambda: CustomField.filter(campaign=cast.meyer, slug="notes").update(default_value="none"))
    told = (await gary.get(f"{OFFICE}/actions/{cast.action.id}/shortfalls")).text
    assert "notes" not in told


async def test_a_script_is_duplicated_with_what_it_does(cast: Cast, browse: Browser) -> None:
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    await cast.thanks.apply_on_send([tag], [])
    gary = await browse(cast.gary)
    await gary.post(f"{OFFICE}/actions/{cast.action.id}/scripts/{cast.thanks.id}/copies")
    copy = await Script.get(name="Thanks (copy)")
    assert copy.body == cast.thanks.body and await ScriptTag.exists(script=copy, tag=tag)
    await gary.post(f"{OFFICE}/actions/{cast.action.id}/scripts/{cast.hello.id}/copies")
    assert await Script.filter(action=cast.action, kind="initial", archived_at=None).count() == 2
    assert {c.script_id for c in await Conversation.filter(action=cast.action)} <= {
        s.id for s in await Script.filter(action=cast.action, kind="initial")
    }


async def test_the_page_of_scripts_costs_the_same_queries_however_many_there_are(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    run = SqliteClient.execute_query

    async def counted(self, query, values=None):  # type: ignore[no-untyped-def]
        asked.append(query)
        return await run(self, query, values)

    monkeypatch.setattr(SqliteClient, "execute_query", counted)
    gary = await browse(cast.gary)
    await gary.get(f"{OFFICE}/actions/{cast.action.id}/scripts")
    numbers = []
    for _ in range(2):
        for _ in range(3):
            await cast.thanks.copy()
        asked.clear()
        await gary.get(f"{OFFICE}/actions/{cast.action.id}/scripts")
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


async def test_a_team_s_code_is_filled_in_for_its_members_only(cast: Cast) -> None:
    team = await teams.create_team("East", cast.gary)
    await teams.add_members(await UserList.get(id=team.user_list_id), [cast.amy], cast.gary)
    script = await transaction(
        lambda: Script.create(action=cast.action, kind="response", name="T", body="Team ##{{ User.Team_Code }}")
    )
    talk = await cast.conversation()
    assert (
        await rendering.render(cast.meyer, script, cast.lisa, cast.amy.user, talk.id)
    ).text == f"Team {team.team_code}"
    assert (await rendering.render(cast.meyer, script, cast.lisa, cast.dan.user, talk.id)).unfilled == (
        "user.team_code",
    )


async def test_scripts_stand_side_by_side_and_noise_names_no_winner(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "yes")
    await cast.hello.copy()
    gary = await browse(cast.gary)
    assert "/results/scripts" in (await gary.get(f"{OFFICE}/actions/{cast.action.id}/results")).text
    page = (await gary.get(f"{OFFICE}/actions/{cast.action.id}/results/scripts")).text
    assert "100.0 %" in page and "20.7 to 100.0 %" in page and "Too close to call" in page


async def test_publishing_past_warnings_is_noted_with_them(cast: Cast, browse: Browser) -> None:
    await transaction(
        lambda: Script.filter(id=cast.hello.id).update(
            body="Vote on Tuesday, see https://meyer.example. Reply STOP to opt out."
        )
    )
    answer = await (await browse(cast.gary)).post(
        f"{OFFICE}/actions/{cast.action.id}/publication", data={"state": "public"}
    )
    assert answer.status_code == 303
    noted = await AuditEvent.get(what="action.published")
    assert any("does not say who is writing" in words for words in noted.detail["warnings"])


async def test_an_opt_out_tag_on_a_script_for_the_glad_is_asked_about(cast: Cast, browse: Browser) -> None:
    tag = await Tag.get(campaign=cast.meyer, slug="opt_out")
    gary = await browse(cast.gary)
    for name, asked in (("Attending: Yes", True), ("Wrong person", False)):
        await transaction(lambda name=name: Script.filter(id=cast.thanks.id).update(name=name))  # type: ignore[misc]
        await cast.thanks.apply_on_send([tag], [])
        page = (await gary.get(f"{OFFICE}/actions/{cast.action.id}/scripts")).text
        assert ("Is the Opt Out tag meant here?" in page) is asked


async def test_after_a_restore_only_an_owner_lets_texts_go_and_only_once_it_is_reconciled(
    cast: Cast, browse: Browser
) -> None:
    selina, gary = await browse(cast.selina), await browse(cast.gary)
    await restoring.stop_all()
    refused = await selina.post(OFFICE + "/stop/end")
    assert refused.status_code == 409 and "textbank doctor --after-restore" in refused.text
    await restoring.reconciled()
    refused = await gary.post(OFFICE + "/stop/end")
    assert refused.status_code == 409 and "only an owner" in refused.text
    assert (await selina.post(OFFICE + "/stop/end")).status_code == 303
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at is None
