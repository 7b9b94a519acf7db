"""Exports from the form to the file, and those made again each day (SPEC R5)."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest

from tests.cast import Cast
from tests.cast.exporting import a_night, finish_export, rows_of
from tests.cast.site import OFFICE, Browser, audited, here
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.users import Membership
from webapp.models.contacts.labels import Tag
from webapp.models.exports import schedules
from webapp.models.exports.job import Export, ExportSchedule
from webapp.models.reports import labelling
from webapp.rules.exports.columns import FORMATS, KINDS
from webapp.workers import exports

PAGE = OFFICE + "/exports"


@pytest.mark.both
async def test_an_export_waits_for_whoever_asked_and_for_nobody_else(cast: Cast, browse: Browser) -> None:
    await a_night(cast)
    selina, gary = await browse(cast.selina), await browse(cast.gary)
    asked = {"kind": "messages", "action": str(cast.action.id), "format": "csv"}
    where = (await selina.post(PAGE, data=asked)).headers["location"]
    assert "Waiting to start" in (await selina.get(where)).text
    assert (await selina.get(where + "/file")).status_code == 404
    await finish_export()
    page = (await selina.get(where)).text
    assert "The file is ready" in page and "Download" in page
    file = await selina.get(where + "/file")
    assert file.headers["content-type"].startswith("text/csv") and "Yes; '=1+1" in file.text
    assert 'filename="messages-' in file.headers["content-disposition"]
    assert '"body","text","The words"' in (await selina.get(where + "/columns.csv")).text
    assert "Only Selina Meyer can download the file" in (await gary.get(where)).text
    assert (await gary.get(where + "/file")).status_code == 404
    assert (await audited("export.started"), await audited("export.downloaded")) == (1, 1)
    assert cast.action.title in (await selina.get(PAGE)).text


@pytest.mark.parametrize("format", FORMATS)
async def test_an_export_of_nothing_is_a_file_too(cast: Cast, browse: Browser, format: str) -> None:
    """JSON Lines without a row have no byte, and are there all the same."""
    selina = await browse(cast.selina)
    where = (await selina.post(PAGE, data={"kind": "reports", "format": format})).headers["location"]
    made = await finish_export()
    page = (await selina.get(where)).text
    assert "The file is ready" in page and "Download" in page and "the file has no rows" in page
    assert (await selina.get(where + "/file")).status_code == 200
    Path(made.path).unlink()
    assert "The file was deleted" in (await selina.get(where)).text


async def test_view_results_ends_with_a_button_for_each_file_of_the_action(cast: Cast, browse: Browser) -> None:
    selina, gary = await browse(cast.selina), await browse(cast.gary)
    results = f"{here(cast)}/results"
    forms = re.findall(
        r'<form class="row" method="post" action="/c/meyer/admin/exports".*?</form>',
        (await selina.get(results)).text,
        re.S,
    )
    assert [re.findall(r'name="format" value="(\w+)"', form) for form in forms] == [list(FORMATS)] * len(KINDS)
    asked = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', forms[1]))
    await selina.post(PAGE, data={**asked, "format": "xlsx"})
    made = await Export.get()
    assert (made.kind, made.which, made.subject) == (asked["kind"], {"action": cast.action.id}, cast.action.title)
    assert 'action="/c/meyer/admin/exports"' not in (await gary.get(results)).text  # without the right


async def test_who_lost_the_right_can_not_download(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Membership.filter(id=cast.gary.id).update(may_export=True))
    gary = await browse(cast.gary)
    where = (await gary.post(PAGE, data={"kind": "contacts", "format": "xlsx"})).headers["location"]
    await finish_export()
    assert (await gary.get(where + "/file")).status_code == 200
    await transaction(lambda: Membership.filter(id=cast.gary.id).update(may_export=False))
    assert (await gary.get(where + "/file")).status_code == 404
    assert "not allowed to export any more" in (await gary.get(where)).text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "choose one"),
        ({"kind": "messages", "format": "pdf"}, "choose one"),
        ({"kind": "everything", "format": "csv"}, "choose one"),
        ({"kind": "contacts", "format": "csv", "action": "999999"}, "choose one"),
        ({"kind": "contacts", "format": "csv", "action": "x"}, "choose one"),
        ({"kind": "contacts", "format": "csv", "list": "999999"}, "choose one"),
        ({"kind": "contacts", "format": "csv", "list": "1", "action": "1"}, "not both"),
        ({"kind": "messages", "format": "csv", "list": "1"}, "A list goes with contacts"),
        ({"kind": "contacts", "format": "csv", "every": "hour"}, "choose one"),
        ({"kind": "pdi_upload", "format": "csv"}, "Nobody has a PDI ID"),
    ],
)
async def test_a_wrong_form_begins_nothing_and_says_why(
    cast: Cast, browse: Browser, form: dict[str, str], words: str
) -> None:
    answer = await (await browse(cast.selina)).post(PAGE, data=form)
    assert answer.status_code == 422 and words in answer.text and "No file was begun" in answer.text
    assert await Export.all().count() == 0


async def test_an_admin_without_the_right_is_told_so(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert "You are not allowed to export" in (await gary.get(PAGE)).text
    answer = await gary.post(PAGE, data={"kind": "contacts", "format": "csv"})
    assert answer.status_code == 422 and "You are not allowed to export" in answer.text
    assert await Export.all().count() == 0


async def test_another_campaign_s_lists_and_actions_are_none(cast: Cast, browse: Browser) -> None:
    jonah = await browse(cast.jonah)
    for which in ({"action": str(cast.action.id)}, {"list": str(cast.voters.id)}):
        answer = await jonah.post("/c/ryan/admin/exports", data={"kind": "contacts", "format": "csv", **which})
        assert answer.status_code == 422


async def test_an_export_can_be_cancelled(cast: Cast, browse: Browser) -> None:
    selina = await browse(cast.selina)
    where = (await selina.post(PAGE, data={"kind": "contacts", "format": "csv"})).headers["location"]
    await selina.post(where + "/cancellation")
    await finish_export()
    assert "Cancelled" in (await selina.get(where)).text
    assert await audited("export.cancelled") == 1


@pytest.mark.both
async def test_a_daily_export_is_made_each_morning_until_it_is_ended(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    selina = await browse(cast.selina)
    await selina.post(PAGE, data={"kind": "contacts", "format": "csv", "every": "daily", "list": str(cast.voters.id)})
    assert len(rows_of(await finish_export())) == 1
    assert "Made again" in (await selina.get(PAGE)).text
    schedule = await ExportSchedule.get()
    assert cast.meyer.local(schedule.next_at).hour == 6 and schedule.next_at > clock.now()
    await exports.begin_due_exports({})
    assert await Export.all().count() == 1, "not due yet"
    morning = schedule.next_at + timedelta(seconds=5)
    monkeypatch.setattr(clock, "now", lambda: morning)
    assert [await schedules.begin(schedule.id), await schedules.begin(schedule.id)].count(None) == 1, "once"
    assert (await finish_export()).status == "done"
    assert (await ExportSchedule.get()).next_at - schedule.next_at in (timedelta(hours=n) for n in (23, 24, 25))
    await selina.post(f"{PAGE}/schedules/{schedule.id}/end")
    assert await schedules.due() == [] and "Made again" not in (await selina.get(PAGE)).text


async def test_asked_for_twice_it_is_one_schedule_and_said_on_the_file_s_page(cast: Cast, browse: Browser) -> None:
    selina, daily = await browse(cast.selina), {"kind": "contacts", "format": "csv", "every": "daily"}
    for form in (daily, daily, {**daily, "every": "weekly"}, {**daily, "list": str(cast.voters.id)}):
        where = (await selina.post(PAGE, data=form)).headers["location"]
        await finish_export()
        assert "made again by itself" in (await selina.get(where)).text
    assert (await ExportSchedule.all().count(), await Export.all().count()) == (3, 4)
    first = await ExportSchedule.all().order_by("id").first()
    assert first
    for _ in range(2):
        assert (await selina.post(f"{PAGE}/schedules/{first.id}/end")).headers["location"] == PAGE
    assert await audited("export.schedule_ended") == 1
    await selina.post(PAGE, data=daily)
    assert await ExportSchedule.filter(ended_at=None).count() == 3, "an ended one is not gone on with"


@pytest.mark.parametrize("lost", [{"may_export": False}, {"suspended_at": "now"}, {"role": "volunteer"}])
async def test_a_schedule_ends_where_its_user_may_not_export_any_more(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch, lost: dict[str, Any]
) -> None:
    await transaction(lambda: Membership.filter(id=cast.gary.id).update(may_export=True))
    gary = await browse(cast.gary)
    await gary.post(PAGE, data={"kind": "contacts", "format": "csv", "every": "weekly"})
    schedule = await ExportSchedule.get()
    values = {name: clock.now() if value == "now" else value for name, value in lost.items()}
    await transaction(lambda: Membership.filter(id=cast.gary.id).update(**values))
    monkeypatch.setattr(clock, "now", lambda: schedule.next_at)
    assert await schedules.begin(schedule.id) is None
    assert (await ExportSchedule.get()).ended_at and await audited("export.schedule_ended") == 1


async def test_contacts_that_are_selected_are_exported(cast: Cast, browse: Browser) -> None:
    rosa = await cast.add_contact("+14125550102", first_name="Rosa")
    selina, gary, to = await browse(cast.selina), await browse(cast.gary), OFFICE + "/contacts/exports"
    form = (await selina.get(OFFICE + "/contacts/bulk/new?kind=export&scope=all&q=Rosa")).text
    assert "1 contact selected" in form and "Excel workbook" in form and f'action="{to}"' in form
    asked = {"kind": "export", "scope": "all", "format": "csv"}
    await selina.post(to, data={**asked, "q": "Rosa"})
    assert [row["first_name"] for row in rows_of(await finish_export())] == ["Rosa"]
    await selina.post(to, data={"kind": "export", "contacts": str(cast.lisa.id), "format": "jsonl"})
    assert [row["first_name"] for row in rows_of(await finish_export())] == ["Lisa"]
    assert "choose one" in (await selina.post(to, data={**asked, "format": ""})).text
    assert "choose one" in (await selina.post(to, data={**asked, "what": "messages"})).text
    assert "Nobody has a PDI ID" in (await selina.post(to, data={**asked, "what": "pdi_upload"})).text
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    for contact in (cast.lisa, rosa):
        await labelling.set_tag(contact, tag, "admin", None)
    await selina.post(to, data={**asked, "what": "tags", "q": "Rosa"})
    assert [(row["first_name"], row["tag"]) for row in rows_of(await finish_export())] == [("Rosa", "Will Vote")]
    refused = await gary.post(to, data=asked)
    assert refused.status_code == 422 and "not allowed to export" in refused.text
    assert "Export: an owner has to allow you to" in (await gary.get(OFFICE + "/contacts")).text
    assert "Export: an owner" not in (await selina.get(OFFICE + "/contacts")).text


@pytest.mark.both
async def test_users_a_filter_finds_are_exported_and_nobody_else(cast: Cast, browse: Browser) -> None:
    await a_night(cast)
    selina = await browse(cast.selina)
    results = html.unescape((await selina.get(f"{OFFICE}/actions/{cast.action.id}/results/users?q=Amy")).text)
    [address] = re.findall(r'href="([^"]*/exports\?kind=users[^"]*)"', results)
    asked = dict(parse_qsl(urlsplit(address).query))
    page = (await selina.get(address)).text
    page = " ".join(page.split())
    assert "those your filter finds: 1 now" in page and 'value="users" selected' in page
    await selina.post(PAGE, data={**asked, "format": "csv"})
    [amy] = rows_of(await finish_export())
    assert (amy["email"], amy["actions_sent"]) == ("amy@example.org", "1")
    of_all = urlencode({"role": "owner"})
    assert f"/exports?kind=users&amp;filter={quote(of_all)}" in (await selina.get(OFFICE + "/users?role=owner")).text
    await selina.post(PAGE, data={"kind": "users", "filter": of_all, "format": "csv"})
    assert [row["email"] for row in rows_of(await finish_export())] == ["selina@example.org"]
    wrong = await selina.post(PAGE, data={"kind": "reports", "filter": of_all, "format": "csv"})
    assert wrong.status_code == 422 and "The filter chosen is one of users" in wrong.text
