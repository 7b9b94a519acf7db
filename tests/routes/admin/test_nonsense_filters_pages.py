"""A filter that makes no sense never quietly finds all: a page says which one it leaves out, a form or file is refused."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser
from webapp.database import transaction
from webapp.models.accounts.audit import AuditEvent
from webapp.models.accounts.teams import UserListMember
from webapp.models.accounts.users import Membership
from webapp.models.bulk.job import BulkJob
from webapp.models.contacts.lists import ContactList
from webapp.models.exports.job import Export
from webapp.models.notices.notice import Notice

LEFT_OUT = "More is shown than was asked for"


@pytest.mark.parametrize(
    ("address", "label"),
    [
        ("/contacts?texted=often", "Texted"),
        ("/contacts?list=every", "List"),
        ("/contacts?all_lists=1,every", "On all of these lists"),
        ("/contacts?value=Blue", "Field value"),
        ("/contacts?since=soon", "Last message from"),
        ("/contacts?code=30007", "Error code"),
        ("/users?role=captain", "Role"),
        ("/users?zip=Ohio", "ZIP"),
        ("/users?step=started", "How far they are in it"),
        ("/actions/1/results/users?filtered=1&language=Latin", "Language"),
        ("/actions/1/results/reports?said=x", "Answer"),
        ("/actions/1/results/reports?by=999999", "User"),
        ("/actions/1/results/performs?user=nobody", "User"),
        ("/audit?since=2026-13-01", "From day"),
        ("/audit?group=weather", "About"),
    ],
)
async def test_a_page_names_the_filter_it_leaves_out(cast: Cast, browse: Browser, address: str, label: str) -> None:
    selina, address = await browse(cast.selina), address.replace("actions/1", f"actions/{cast.action.id}")
    said = (await selina.get(OFFICE + address)).text
    assert LEFT_OUT in said and f"<b>{label}</b>" in said
    assert LEFT_OUT not in (await selina.get(OFFICE + address.partition("?")[0])).text


async def test_a_list_names_the_filter_it_leaves_out(cast: Cast, browse: Browser) -> None:
    voters = await ContactList.get(campaign=cast.action.campaign)
    said = (await (await browse(cast.selina)).get(f"{OFFICE}/lists/{voters.id}?replied=maybe")).text
    assert LEFT_OUT in said and "<b>Replied</b>" in said


@pytest.mark.parametrize("wanted", ["role=captain", "nonsense", "rol=owner", "role=owner&zip=Ohio"])
async def test_no_form_about_users_obeys_a_filter_that_makes_no_sense(cast: Cast, browse: Browser, wanted: str) -> None:
    selina = await browse(cast.selina)
    chosen = {"scope": "all", "filter": wanted}
    forms = {
        "/exports": {"kind": "users", "format": "csv", "every": "daily"},
        "/notices": {"kind": "message", "title": "Hello", "body": "Come tonight.", "client_id": "1" * 32},
        "/users/sendings": {"action": str(cast.action.id)},
        "/users/places": {"user_list": "1"},
        "/users/places/end": {"off_list": "1"},
    }
    for path, fields in forms.items():
        answer = await selina.post(OFFICE + path, data={**chosen, **fields})
        assert answer.status_code == 400 and "nothing was done" in answer.text
    assert (await selina.get(OFFICE + "/exports", params={"filter": wanted})).status_code == 400
    assert not await Export.exists() and not await Notice.exists() and not await UserListMember.exists()


@pytest.mark.parametrize("wanted", [{"texted": "often"}, {"tag": "all"}, {"value": "Blue"}, {"no_lists": "x"}])
async def test_no_form_about_contacts_obeys_a_filter_that_makes_no_sense(
    cast: Cast, browse: Browser, wanted: dict[str, str]
) -> None:
    selina, chosen = await browse(cast.selina), {"scope": "all", **wanted}
    exported = await selina.post(OFFICE + "/contacts/exports", data={**chosen, "format": "csv"})
    begun = await selina.post(OFFICE + "/contacts/bulk", data={**chosen, "kind": "opt_out", "sure": "1"})
    asked = await selina.get(OFFICE + "/contacts/bulk/new", params={**chosen, "kind": "opt_out"})
    assert [answer.status_code for answer in (exported, begun, asked)] == [400] * 3
    assert not await Export.exists() and not await BulkJob.exists()


async def test_the_audit_log_is_not_exported_whole_for_a_filter_that_makes_no_sense(
    cast: Cast, browse: Browser
) -> None:
    await transaction(lambda: Membership.filter(id=cast.selina.id).update(may_export=True))
    selina = await browse(cast.selina)
    assert (await selina.get(OFFICE + "/audit.csv?user=everybody")).status_code == 400
    assert not await AuditEvent.filter(what__contains="export").exists()
    assert (await selina.get(OFFICE + "/audit.csv?user=system")).status_code == 200
