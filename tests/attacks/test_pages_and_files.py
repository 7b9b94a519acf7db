"""Routes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.models.imports.test_importing import import_file, stored, write
from tests.reader import books
from webapp.database import transaction
from webapp.models.actions.action import ActionExclusion
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.imports import importing
from webapp.models.imports.job import ContactImport

OFFICE = "/c/meyer/admin"
HUGE = "99999999999999999999999999"


@pytest.mark.both
@pytest.mark.parametrize(
    "path",
    [
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
        "/actions?show=x",
    ],
)
async def test_no_500(cast: Cast, browse, path: str) -> None:
    gary = await browse(cast.gary)
    r = await gary.get(OFFICE + path)
    assert r.status_code < 500, r.text[:500]


@pytest.mark.both
@pytest.mark.parametrize(
    "path,data",
    [
        ("/contacts/bulk", {"kind": "assign", "contacts": "1", "to": "user:" + "9" * 30}),
        ("/contacts/bulk", {"kind": "assign", "contacts": "1", "to": "user:3000000000"}),
        ("/contacts/bulk", {"kind": "assign", "contacts": "1", "to": "list:3000000000"}),
        ("/contacts/bulk", {"kind": "field", "contacts": "1", "do_field": "2", "do_value": "a\x00b"}),
        ("/contacts/bulk", {"kind": "list", "contacts": "1", "new_list": "a\x00"}),
        ("/contacts/bulk", {"kind": "list", "contacts": "1", "new_list": ""}),
        ("/contacts/1", {"state_abbrev": "ßß"}),
        ("/contacts/1", {"first_name": "x", "zip": "abc"}),
        ("/contacts/1/tags", {"tags": "1"}),
        ("/actions", {"title": "x", "out_field_0": "1", "out_value_0": "v" * 600}),
        ("/lists", {"name": "n", "from": "1", "how": "any"}),
        ("/settings/tags", {"name": "ßß", "display_order": "1"}),
        ("/settings/fields", {"title": "custom_field_", "display_order": "1", "type": "TextField"}),
        ("/settings/fields", {"title": "x" * 80, "display_order": "1", "type": "TextField"}),
        ("/opt-outs", {"phone": "+442079460018"}),
        ("/imports", {"pasted": "phone\n2125550123\ud83d"}),
    ],
)
async def test_no_500_post(cast: Cast, browse, path: str, data: dict) -> None:
    gary = await browse(cast.gary)
    from urllib.parse import quote

    body = "&".join(f"{k}={quote(v.encode('utf-8', 'surrogatepass'))}" for k, v in data.items())
    r = await gary.post(
        OFFICE + path,
        content=body,
        headers={"content-type": "application/x-www-form-urlencoded", "origin": "http://texts.example"},
    )
    assert r.status_code < 500 and r.status_code not in (403, 404), (r.status_code, r.text[:500])


@pytest.mark.both
@pytest.mark.parametrize(
    "name", ["x\x00.csv", "../../etc/passwd", "a" * 500 + ".csv", "\ud83d.csv", "=cmd().csv", ".csv", "/"]
)
async def test_file_names(cast: Cast, browse, name: str) -> None:
    gary = await browse(cast.gary)
    raw = name.encode("utf-8", "surrogatepass")
    body = (
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="'
        + raw
        + b'"\r\nContent-Type: text/csv\r\n\r\nphone\n2125550123\n\r\n--B--\r\n'
    )
    r = await gary.post(
        OFFICE + "/imports",
        content=body,
        headers={"content-type": "multipart/form-data; boundary=B", "origin": "http://texts.example"},
    )
    assert r.status_code < 500, r.text[:300]
    job = await ContactImport.all().order_by("-id").first()
    print(r.status_code, job and (job.file_name[:50], job.list_name[:50]))


@pytest.mark.both
async def test_failed_import_pages(cast: Cast, browse, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, "\n\n"), "Never")
    gary = await browse(cast.gary)
    codes = [(await gary.get(f"{OFFICE}/imports/{job.id}{t}")).status_code for t in ("", "/columns", "/refused.csv")]
    codes += [
        (await gary.post(f"{OFFICE}/imports/{job.id}{t}", data={"column_0": "phone"})).status_code
        for t in ("/preview", "/mapping")
    ]
    assert max(codes) < 500, codes


@pytest.mark.both
async def test_mapping_with_nul(cast: Cast, browse, tmp_path: Path) -> None:
    path = write(tmp_path, "Nummer,x\n2125550123,a\n")
    job = await importing.begin(cast.meyer, "L", path, path.name, cast.gary.user)
    await importing.take_in(job.id, 10)
    gary = await browse(cast.gary)
    r = await gary.post(f"{OFFICE}/imports/{job.id}/mapping", data={"column_0": "phone", "column_1": "a\x00"})
    assert r.status_code < 500


def as_the_page_sends(html: str) -> list[tuple[str, str]]:
    """Ticked boxes, selected options, inputs and areas."""
    out = []
    form = re.search(
        r"<form[^>]*method=\"post\"[^>]*action=\"[^\"]*actions/\d+\".*?</form>", html, re.S | re.I
    ) or re.search(r"<form[^>]*actions/\d+.*?</form>", html, re.S)
    html = form[0] if form else html
    for m in re.finditer(r"<input([^>]*)>", html):
        a = dict(re.findall(r'([\w-]+)="([^"]*)"', m[1]))
        if a.get("type") == "checkbox" and " checked" not in m[1]:
            continue
        if "name" in a:
            out.append((a["name"], a.get("value", "")))
    for m in re.finditer(r"<select[^>]*name=\"([^\"]+)\".*?</select>", html, re.S):
        opts = re.findall(r'<option value="([^"]*)"( selected)?', m[0])
        out.append((m[1], next((v for v, s in opts if s), opts[0][0] if opts else "")))
    for m in re.finditer(r"<textarea[^>]*name=\"([^\"]+)\"[^>]*>(.*?)</textarea>", html, re.S):
        out.append((m[1], m[2]))
    return out


async def test_archived_tag_and_field_still_leave_out_after_a_save(cast: Cast, browse) -> None:
    tag = await Tag.get(campaign=cast.meyer, name="Wrong Number")
    notes = await CustomField.get(campaign=cast.meyer, slug="notes")
    await cast.action.leave_out([], [tag], [(notes, "gone")])
    gary = await browse(cast.gary)
    for path in (f"/settings/tags/{tag.id}/archive", f"/settings/fields/{notes.id}/archive"):
        assert (await gary.post(OFFICE + path)).status_code < 400
    page = (await gary.get(f"{OFFICE}/actions/{cast.action.id}")).text
    data = as_the_page_sends(page)
    print(data)
    from urllib.parse import urlencode

    r = await gary.post(
        f"{OFFICE}/actions/{cast.action.id}",
        content=urlencode(data),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert r.status_code < 400, r.text[:300]
    left = {(x.tag_id, x.field_id, x.value) for x in await ActionExclusion.filter(action=cast.action)}
    assert left == {(tag.id, None, ""), (None, notes.id, "gone")}


@pytest.mark.both
async def test_long_sheet_name(cast: Cast, tmp_path: Path) -> None:
    path = books.write(tmp_path / "v.xlsx", {"S" * 400: [["Cell"], [2125550123]]})
    job = await import_file(cast, path)
    assert job.status == "done"


async def test_workbook_with_carriage_returns(cast: Cast, tmp_path: Path) -> None:
    for n, cell in enumerate(["Ann_x000D_\nLee", "Ann\rLee", "Ann\r\nLee", "Ann&#13;Lee"]):
        path = books.write(tmp_path / f"v{n}.xlsx", {"S": [["Cell", "First Name"], [2125550123, cell]]})
        if "&#13;" in cell:
            import zipfile

            old = zipfile.ZipFile(path)
            parts = {i: old.read(i) for i in old.namelist()}
            with zipfile.ZipFile(path, "w") as z:
                for k, v in parts.items():
                    z.writestr(k, v.replace(b"&amp;#13;", b"&#13;"))
        job = await import_file(cast, path, f"L{n}")
        print(
            repr(cell),
            job.status,
            job.error_code,
            [repr(c.first_name) for c in await stored(job)] if job.contact_list_id else [],
        )
        assert job.status == "done", cell


async def test_workbook_cells(cast: Cast, tmp_path: Path) -> None:
    path = books.write(
        tmp_path / "v.xlsx",
        {
            "S": [
                ["Cell", "First Name", "VAN ID", "Notes"],
                [4125550142.0, "Ann", 12345.0, True],
                ["4125550143", "_x0000_Bo", 1e20, 0.1],
                [None, None, None, None],
                ['="4125550144"', "Cy", "007", "x" * 40000],
            ]
        },
    )
    job = await import_file(cast, path)
    print(job.status, job.created, job.refused)
    for c in await stored(job):
        print(c.phone, repr(c.first_name), c.van_id, (await labels.field_values(c.id)))


async def test_mixed_encoding_past_the_sample(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    rows = "".join(f"212555{n:04},Person number {n}\n" for n in range(1000, 5000)).encode()
    assert len(rows) > 70_000
    path.write_bytes(b"phone,first_name\n" + rows + "3125550145,José\n".encode() + "3125550146,José\n".encode("cp1252"))
    job = await import_file(cast, path)
    jose = await Contact.get_or_none(phone="+13125550145")
    assert job.error_code == "encoding" or jose.first_name == "José", jose.first_name


async def test_stray_quotes_swallow_people(cast: Cast, tmp_path: Path) -> None:
    job = await import_file(
        cast, write(tmp_path, 'phone,first_name\n2125550123,"Ann\n3125550145,Bo\n4125550142,"Cy\n9175550146,Di\n')
    )
    print(job.status, job.error_code, job.created, job.refused, [repr(c.first_name) for c in await Contact.all()])
    assert job.status == "failed" or job.created == 4 or job.refused


async def test_sentinel(cast: Cast, tmp_path: Path) -> None:
    job = await import_file(
        cast,
        write(
            tmp_path,
            "phone,first_name\n" + "".join(f"212555{n},A\n" for n in range(1000, 1040)) + "\x1eend\n4125550142,Cy\n",
        ),
    )
    assert await Contact.exists(phone="+14125550142"), (job.status, job.refused)


async def test_mac_roman(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_bytes("phone,first_name\r3125550145,José\r3125550146,Núñez\r3125550147,Héctor\r".encode("mac_roman"))
    job = await import_file(cast, path)
    print(job.status, [(c.first_name) for c in await stored(job)], job.shape["encoding"])
    assert job.status != "done" or (await Contact.get(phone="+13125550145")).first_name == "José"


async def test_long_line_and_semicolons(cast: Cast, tmp_path: Path) -> None:
    job = await import_file(
        cast, write(tmp_path, "phone;first_name;notes\n2125550123;Ann;" + "x" * 140_000 + "\n3125550145;Bo;\n")
    )
    print(job.status, job.error_code, job.created, job.refused)
    assert job.status == "done"


async def test_refused_file_keeps_extra_cells(cast: Cast, browse, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, "phone,first_name\n2125550123,Ng, Ann\n3125550145,Bo\n"))
    gary = await browse(cast.gary)
    t = (await gary.get(f"{OFFICE}/imports/{job.id}/refused.csv")).text
    assert "Ann" in t, t


async def test_pasted_too_long_leaves_no_file(cast: Cast, browse, settings) -> None:
    gary = await browse(cast.gary)
    r = await gary.post(OFFICE + "/imports", data={"pasted": "phone\n" + "2125550123\n" * 200_000})
    assert r.status_code == 422
    assert not list((settings.data_dir / "uploads").glob("*"))


async def test_renamed_list_again(cast: Cast, browse, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, "phone,issue\n2125550123,Roads\n"), "First")
    job.contact_list.name = "Second"
    await transaction(lambda: job.contact_list.save())
    more = await importing.again(job, {"#0": "phone", "#1": "notes"}, cast.gary.user)
    await importing.take_in(more.id, 60)
    more = await ContactImport.get(id=more.id)
    assert more.contact_list_id == job.contact_list_id


async def test_again_by_another_mapping_of_a_volunteer(cast: Cast, browse, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, "phone,issue\n2125550123,Roads\n"), "First")
    for who in (cast.amy, cast.jonah):
        b = await browse(who)
        for slug in ("meyer", "ryan"):
            for t in ("", "/columns", "/refused.csv"):
                assert (await b.get(f"/c/{slug}/admin/imports/{job.id}{t}")).status_code == 404
            for t in ("/mapping", "/preview", "/cancellation"):
                assert (
                    await b.post(f"/c/{slug}/admin/imports/{job.id}{t}", data={"column_0": "phone"})
                ).status_code in (404, 403)
