"""Addresses, forms and file names nobody sends by accident: answered, never a fault of the site."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.cast import Cast
from tests.cast.inputs.odd import FORM, HUGE
from tests.cast.site import OFFICE, PARTIAL, Browser

ODD_ADDRESSES = [
    "/contacts?until=9999-12-31",
    "/contacts?since=0001-01-01",
    "/contacts?sort=recent&after=0001-01-01T00:00:00%2B14:00~5",
    "/contacts?sort=recent&after=9999-12-31T23:59:59-14:00~5",
    "/contacts?after=" + "9" * 18,
    "/contacts?q=%00",
    "/contacts?q=%ff%fe",
    "/contacts?q=%ed%a0%80",
    "/contacts?any_lists=%D9%A3,4",
    "/contacts?assigned=%D9%A3",
    "/contacts?assigned=" + "9" * 9,
    "/contacts?list=" + "9" * 9,
    "/contacts?any_lists=" + "9" * 9,
    "/contacts?value=%25&field=1",
    "/contacts?field=1&value=" + "x" * 300,
    "/contacts?q=%F3%A0%80%80",
    "/contacts?q=%EF%BF%BF",
    "/contacts?state=%C3%9F%C3%9F",
    "/contacts?col=field:nope&col=%00",
    f"/opt-outs?before={HUGE}",
    "/opt-outs?before=-1",
    "/opt-outs?before=abc",
    f"/opt-outs?q={HUGE}",
    "/opt-outs?q=%00",
    "/imports/3000000000",
    f"/imports/{HUGE}",
    f"/contacts/{HUGE}",
    "/bulk/3000000000",
    "/lists/3000000000",
    f"/user-lists/{HUGE}",
    "/user-lists/3000000000",
    "/settings/tags/3000000000",
    "/settings/fields/3000000000",
    "/actions/3000000000",
    f"/contacts/bulk/new?kind=tag&contacts={HUGE}",
    "/contacts/bulk/new?kind=tag&contacts=999999999999999",
    "/contacts/bulk/new",
    "/contacts/bulk/new?scope=all&kind=assign&until=9999-12-31",
    "/lists?show=%00",
    "/search?q=%00",
    "/search?q=%ff%fe%ed%a0%80",
    "/search?q=" + "%25_!" * 300,
    "/search?q=" + "%F0%9F%92%99" * 90,
    "/search?q=' OR 1=1 --",
    "/search?q=%7B0%7D{title}",
    "/actions?show=x",
]
ODD_FORMS = [
    ("/contacts/bulk", {"kind": "assign", "contacts": "1", "to": "user:" + "9" * 30}),
    ("/contacts/bulk", {"kind": "assign", "contacts": "1", "to": "user:3000000000"}),
    ("/contacts/bulk", {"kind": "assign", "contacts": "1", "to": "list:3000000000"}),
    ("/contacts/bulk", {"kind": "field", "contacts": "1", "do_field": "2", "do_value": "a\x00b"}),
    ("/contacts/bulk", {"kind": "list", "contacts": "1", "new_list": "a\x00"}),
    ("/contacts/bulk", {"kind": "list", "contacts": "1", "new_list": ""}),
    ("/contacts/1", {"state_abbrev": "ßß"}),
    ("/contacts/1", {"first_name": "x", "zip": "abc"}),
    ("/contacts/1", {"offers_tags": "1", "tags": "1"}),
    ("/actions", {"title": "x", "out_field_0": "1", "out_value_0": "v" * 600}),
    ("/lists", {"name": "n", "from": "1", "how": "any"}),
    ("/settings/tags", {"name": "ßß", "display_order": "1"}),
    ("/settings/fields", {"title": "custom_field_", "display_order": "1", "type": "TextField"}),
    ("/settings/fields", {"title": "x" * 80, "display_order": "1", "type": "TextField"}),
    ("/opt-outs", {"phone": "+442079460018"}),
    ("/imports", {"pasted": "phone\n2125550123\ud83d"}),
]
ODD_NAMES = ["x\x00.csv", "../../etc/passwd", "a" * 500 + ".csv", "\ud83d.csv", "=cmd().csv", ".csv", "/"]


@pytest.mark.both
async def test_odd_addresses_are_answered(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    answers = {path: (await gary.get(OFFICE + path)).status_code for path in ODD_ADDRESSES}
    assert {path: status for path, status in answers.items() if status >= 500} == {}


@pytest.mark.both
async def test_odd_forms_are_answered_and_reach_their_pages(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    wrong = []
    for path, data in ODD_FORMS:
        body = "&".join(f"{k}={quote(v.encode('utf-8', 'surrogatepass'))}" for k, v in data.items())
        answer = await gary.post(OFFICE + path, content=body, headers=FORM)
        if answer.status_code >= 500 or answer.status_code in (403, 404):
            wrong.append((path, data, answer.status_code, answer.text[:300]))
    assert wrong == []


@pytest.mark.both
async def test_files_of_odd_names_are_answered(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    headers, wrong = FORM | {"content-type": "multipart/form-data; boundary=B"}, []
    for name in ODD_NAMES:
        body = (
            b'--B\r\nContent-Disposition: form-data; name="file"; filename="'
            + name.encode("utf-8", "surrogatepass")
            + b'"\r\nContent-Type: text/csv\r\n\r\nphone\n2125550123\n\r\n--B--\r\n'
        )
        answer = await gary.post(OFFICE + "/imports", content=body, headers=headers)
        if answer.status_code >= 500:
            wrong.append((name, answer.status_code, answer.text[:300]))
    assert wrong == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/c/meyer/threads/999999", 404),
        ("/c/meyer/actions/999999/queue", 404),
        ("/c/meyer/inbox?before=" + "9" * 40, 200),
        ("/nowhere", 404),
        ("/c/meyer/queue/1/messages", 405),
    ],
)
async def test_a_refusal_never_takes_the_place_of_a_part_of_a_page(
    cast: Cast, browse: Browser, path: str, status: int
) -> None:
    """htmx swaps in whatever comes with a 4xx. An error page would stand where the thread stood."""
    answer = await (await browse(cast.amy)).get(path, headers=PARTIAL)
    assert answer.status_code == status
    if status >= 400:
        assert (answer.headers["hx-retarget"], answer.headers["hx-reswap"]) == ("#toasts", "beforeend")
        assert "<html" not in answer.text and 'class="toast' in answer.text


async def test_a_form_from_elsewhere_is_refused_beside_the_page_too(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    answer = await amy.post("/c/meyer/segments", headers={**PARTIAL, "origin": "https://evil.example"})
    assert answer.status_code == 403 and answer.headers["hx-retarget"] == "#toasts"
