from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast import Cast, opt_out_phone
from tests.models.imports.test_importing import import_file, write
from tests.models.imports.test_strike_list import strike
from tests.models.receiving.test_applying import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.actions.action import Action, ActionExclusion, ActionList
from webapp.models.bulk import slices
from webapp.models.bulk.job import ASSIGN, BulkJob
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.conversations import inbox
from webapp.models.conversations.conversation import Conversation
from webapp.models.imports import importing
from webapp.models.imports.job import ContactImport
from webapp.models.opt_outs.opt_out import FROM_ADMIN

OFFICE = "/c/meyer/admin"


async def test_strike_row_with_one_cell_too_many(cast: Cast, tmp_path: Path) -> None:
    job = await strike(cast, write(tmp_path, "phone,name\n4125550101,Ng, Lisa\n2125550123,x\n"))
    assert (await Contact.get(id=cast.lisa.id)).opted_out_at, job.refused


async def test_strike_row_with_long_name(cast: Cast, tmp_path: Path) -> None:
    await strike(cast, write(tmp_path, "phone,first name\n4125550101," + "x" * 101 + "\n2125550123,x\n"))
    assert (await Contact.get(id=cast.lisa.id)).opted_out_at


async def test_strike_of_a_foreign_contact(cast: Cast, tmp_path: Path) -> None:
    kate = await cast.add_contact("+442079460018", first_name="Kate")
    job = await strike(cast, write(tmp_path, "phone\n+442079460018\n2125550123\n"))
    assert (await Contact.get(id=kate.id)).opted_out_at, (job.status, job.refused)


@pytest.mark.both
async def test_archived_field_mid_import_or_tags(cast: Cast, browse, tmp_path: Path) -> None:
    """Opt-out imported contact wears the tag."""
    await opt_out_phone(cast.meyer, "+12125550123", FROM_ADMIN)
    await strike(cast, write(tmp_path, "phone\n3125550145\n"))
    await import_file(cast, write(tmp_path, "phone\n2125550123\n3125550145\n"))
    a, b = await Contact.get(phone="+12125550123"), await Contact.get(phone="+13125550145")
    tags = await labels.tags_of([a.id, b.id])
    assert [t.name for t in tags[a.id]] == ["Opt Out"] == [t.name for t in tags[b.id]]


async def test_unread_badge_of_an_opted_out_thread(cast: Cast, browse) -> None:
    await texted(cast)
    await says(cast, "STOP")
    w = await slices.begin(
        cast.meyer, cast.gary.user, ASSIGN, [cast.lisa.id], {"users": [cast.dan.user_id], "action": 0, "mode": "all"}
    )
    await slices.work(w.id, 5)
    threads = await inbox.threads(inbox.of(cast.dan), "unread")
    print([t.excerpt for t in threads])
    n = await Conversation.filter(user_id=cast.dan.user_id, unread=True).count()
    assert n == 0, (n, len(threads))


async def test_poison_never_ends(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path, "phone,timezone,zip\n8085550142,foo,\n8085550142,America/Denver,16502\n")
    job = await importing.begin(cast.meyer, "L", path, path.name, cast.gary.user)
    for _ in range(5):
        try:
            await importing.take_in(job.id, 10)
        except KeyError:
            pass
    assert (await ContactImport.get(id=job.id)).over


@pytest.mark.both
async def test_isolation_of_works(cast: Cast, browse) -> None:
    tag = await Tag.get(campaign=cast.meyer, name="Wrong Number")
    field = await CustomField.get(campaign=cast.meyer, slug="notes")
    jonah = await browse(cast.jonah)
    rt = await Tag.get(campaign=cast.ryan, name="Wrong Number")
    mine = await transaction(lambda: Contact.create(campaign=cast.ryan, phone="+14125550101", created_at=clock.now()))
    R = "/c/ryan/admin"
    out = []
    for data in [
        {"kind": "tag", "contacts": str(cast.lisa.id), "do_tag": str(rt.id)},
        {"kind": "tag", "contacts": str(mine.id), "do_tag": str(tag.id)},
        {"kind": "field", "contacts": str(mine.id), "do_field": str(field.id), "do_value": "x"},
        {"kind": "list", "contacts": str(mine.id), "to_list": str(cast.voters.id)},
        {"kind": "unlist", "contacts": str(mine.id), "to_list": str(cast.voters.id)},
        {"kind": "assign", "contacts": str(mine.id), "to": f"user:{cast.amy.user_id}"},
        {
            "kind": "assign",
            "contacts": str(mine.id),
            "to": f"user:{cast.jonah.user_id}",
            "do_action": str(cast.action.id),
        },
    ]:
        out.append((await jonah.post(R + "/contacts/bulk", data=data)).status_code)
    assert set(out) == {422}, out
    page = (await jonah.get(f"{R}/contacts?list={cast.voters.id}&action={cast.action.id}")).text
    assert "Lisa" not in page
    assert (await jonah.get(f"{R}/contacts/{cast.lisa.id}")).status_code == 404
    await jonah.post(
        R + "/actions",
        data={
            "title": "t",
            "lists": str(cast.voters.id),
            "out_tags": str(tag.id),
            "out_field_0": str(field.id),
            "out_value_0": "x",
        },
    )
    act = await Action.filter(campaign=cast.ryan).first()

    assert (
        act and not await ActionList.filter(action=act).count() and not await ActionExclusion.filter(action=act).count()
    )
    await jonah.post(R + "/lists", data={"name": "L", "from": str(cast.voters.id), "how": "any"})
    lists = await ContactList.filter(campaign=cast.ryan)
    assert all(row.size == 0 for row in lists)


@pytest.mark.both
async def test_export_is_harmless_and_needs_the_right(cast: Cast, browse) -> None:
    await cast.add_contact("+14125550102", first_name="=1+1", last_name="\t=2", email="@x", van_id="-3")
    gary = await browse(cast.gary)
    codes = []
    r = await gary.post(OFFICE + "/contacts/bulk", data={"kind": "export", "scope": "all"})
    codes.append(r.status_code)
    codes.append((await gary.get(OFFICE + "/opt-outs.csv")).status_code)
    assert codes == [422, 404], (codes, cast.gary.exports)
    selina = await browse(cast.selina)
    r = await selina.post(OFFICE + "/contacts/bulk", data={"kind": "export", "scope": "all"})
    w = await BulkJob.all().order_by("-id").first()
    await slices.work(w.id, 5)
    t = (await selina.get(f"{OFFICE}/bulk/{w.id}/contacts.csv")).text
    assert "'=1+1" in t and "'@x" in t and "'-3" in t
    assert (await gary.get(f"{OFFICE}/bulk/{w.id}/contacts.csv")).status_code == 404


async def test_select_all_of_a_list_keeps_the_list(cast: Cast, browse) -> None:
    import re

    gary = await browse(cast.gary)
    for n in range(60):
        await cast.add_contact(f"+1412555{n + 1200}", first_name=f"P{n}")
    t = (await gary.get(f"{OFFICE}/lists/{cast.voters.id}?q=P")).text
    assert re.search(r'name="list"[^>]*value="' + str(cast.voters.id) + '"', t), list(
        re.findall(r"<input[^>]*hidden[^>]*>", t)
    )


@pytest.mark.both
async def test_route_list_without_many(cast: Cast, browse) -> None:
    lists = [
        await transaction(lambda n=n: ContactList.create(campaign=cast.meyer, name=f"No {n}", created_at=clock.now()))
        for n in range(90)
    ]
    bo = await cast.add_contact("+14125550102", first_name="Bo")
    await transaction(lambda: ListMembership.create(contact_list=lists[-1], contact=bo))
    gary = await browse(cast.gary)
    from urllib.parse import urlencode

    r = await gary.post(
        OFFICE + "/lists",
        content=urlencode(
            [("name", "T"), ("from", cast.voters.id), ("how", "any"), *(("without", row.id) for row in lists)]
        ),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    w = await BulkJob.all().order_by("-id").first()
    assert w, r.status_code
    while await slices.work(w.id, 5):
        pass
    made = await ContactList.get(name="T")
    assert bo.id not in await ListMembership.filter(contact_list=made).values_list("contact_id", flat=True)
