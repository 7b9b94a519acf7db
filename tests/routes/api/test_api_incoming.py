"""Contacts, lists and opt-outs by program: the rules of an uploaded list, once per key (SPEC B6)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import MORNING, Cast
from tests.cast.api import API, problem, program
from tests.cast.site import Browser, audited
from webapp import clock
from webapp.models.api import answer
from webapp.models.api.answer import ApiAnswer
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import ContactTag, FieldValue
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.imports.job import ContactImport, RefusedRow
from webapp.models.opt_outs.opt_out import OptOut
from webapp.rules.api import scopes

BATCH: dict[str, Any] = {
    "list": "From the website",
    "contacts": [
        {
            "phone": "412-555-0150",
            "first_name": "Mina",
            "zip": "15213",
            "tags": ["Will Vote"],
            "notes": "Asks for a sign",
        },
        {"phone": "+14125550151", "first_name": None, "shoe size": 43},
        {"phone": "412 555 0150", "last_name": "Hart"},
        {"phone": "12"},
        {"first_name": "Nobody"},
        {"phone": "+442071838750"},
    ],
}


async def test_a_batch_is_stored_by_the_rules_of_a_list(cast: Cast, browse: Browser) -> None:
    desk = await program(browse, cast.selina)
    told = (await desk.post(f"{API}/contacts", json=BATCH)).json()
    assert (told["created"], told["updated"], told["merged"], told["nameless"]) == (2, 0, 1, 1)
    assert told["refused"] == [
        {"index": 3, "reason": "invalid_phone"},
        {"index": 4, "reason": "missing_phone"},
        {"index": 5, "reason": "unsupported_country"},
    ]
    assert told["left_out"] == ["shoe size"]
    mina = await Contact.get(phone="+14125550150", campaign=cast.meyer)
    assert (mina.first_name, mina.last_name, mina.zip, mina.zone_source) == ("Mina", "Hart", "15213", "zip")
    assert await ContactTag.filter(contact_id=mina.id, tag__slug="will_vote").exists()
    assert (await FieldValue.get(contact_id=mina.id, field__slug="notes")).value == "Asks for a sign"
    there = await ContactList.get(id=told["list_id"])
    assert (there.name, there.size) == ("From the website", 2)
    job = await ContactImport.get(id=told["import_id"])
    assert (job.status, job.created, job.refused, job.merged) == ("done", 2, 3, 1)
    assert await RefusedRow.filter(contact_import=job).count() == 3 and await audited("list.taken_by_api") == 1
    gary = await browse(cast.gary)
    page = await gary.get(f"/c/meyer/admin/imports/{job.id}")
    assert page.status_code == 200 and "API: Data desk" in page.text


async def test_a_second_batch_updates_and_never_blanks(cast: Cast, browse: Browser) -> None:
    desk = await program(browse, cast.selina)
    await desk.post(f"{API}/contacts", json=BATCH)
    again = {"list": "From the website", "contacts": [{"phone": "4125550150", "first_name": "", "last_name": "Meyer"}]}
    told = (await desk.post(f"{API}/contacts", json=again)).json()
    assert (told["created"], told["updated"]) == (0, 1)
    mina = await Contact.get(phone="+14125550150", campaign=cast.meyer)
    assert (mina.first_name, mina.last_name) == ("Mina", "Meyer")
    assert await ContactList.filter(name="From the website").count() == 1


async def test_who_has_opted_out_stays_so(cast: Cast, browse: Browser) -> None:
    desk = await program(browse, cast.selina)
    assert (await desk.post(f"{API}/opt-outs", json={"phones": ["412-555-0150"]})).json()["opted_out"] == 1
    told = (await desk.post(f"{API}/contacts", json=BATCH)).json()
    assert told["opted_out"] == 1
    assert (await Contact.get(phone="+14125550150", campaign=cast.meyer)).opted_out_at is not None


async def test_opt_outs_name_what_they_are_of_and_whose_phone_was_none(cast: Cast, browse: Browser) -> None:
    desk = await program(browse, cast.selina)
    told = (
        await desk.post(f"{API}/opt-outs", json={"phones": [cast.lisa.phone, cast.lisa.phone, "+442071838750", "x"]})
    ).json()
    assert told == {"opted_out": 2, "opted_out_before": 0, "refused": [{"index": 3, "reason": "invalid_phone"}]}
    row = await OptOut.get(phone=cast.lisa.phone, campaign=cast.meyer)
    assert (row.source, row.words) == ("api", "API: Data desk") and await audited("opt_out.taken_by_api") == 1
    assert (await desk.post(f"{API}/opt-outs", json={"phones": [cast.lisa.phone]})).json()["opted_out_before"] == 1
    gary = await browse(cast.gary)
    assert "By a program" in (await gary.get("/c/meyer/admin/opt-outs")).text
    assert "by a program" in (await gary.get(f"/c/meyer/admin/contacts/{cast.lisa.id}")).text


async def test_a_list_is_made_once_by_its_name(cast: Cast, browse: Browser) -> None:
    desk = await program(browse, cast.selina)
    made = await desk.post(f"{API}/lists", json={"name": " Door knockers "})
    assert made.status_code == 201 and made.json()["name"] == "Door knockers"
    refused = problem(await desk.post(f"{API}/lists", json={"name": "Door knockers"}), 409)
    assert refused["list_id"] == made.json()["id"]
    assert "Door knockers" in [one["name"] for one in (await desk.get(f"{API}/lists")).json()["items"]]


async def test_the_same_key_is_answered_the_same_and_done_once(cast: Cast, browse: Browser) -> None:
    desk = await program(browse, cast.selina)
    first = await desk.post(f"{API}/contacts", json=BATCH, headers={"idempotency-key": "a"})
    again = await desk.post(f"{API}/contacts", json=BATCH, headers={"idempotency-key": "a"})
    assert first.json() == again.json() and first.json()["created"] == 2
    assert await ContactImport.filter(file_name="API: Data desk").count() == 1
    other = {"list": "Other", "contacts": [{"phone": "4125550152"}]}
    problem(await desk.post(f"{API}/contacts", json=other, headers={"idempotency-key": "a"}), 422)
    problem(await desk.post(f"{API}/opt-outs", json={"phones": ["4125550152"]}, headers={"idempotency-key": "a"}), 422)
    assert not await Contact.filter(phone="+14125550152").exists() and await OptOut.all().count() == 0


async def test_another_token_may_use_the_same_key(cast: Cast, browse: Browser) -> None:
    for _ in range(2):
        desk = await program(browse, cast.selina)
        told = await desk.post(f"{API}/contacts", json=BATCH, headers={"idempotency-key": "a"})
    assert told.json()["updated"] == 2 and await ApiAnswer.all().count() == 2


async def test_a_key_raced_by_many_is_done_once(cast: Cast, browse: Browser) -> None:
    desk = await program(browse, cast.selina)

    async def asked(**headers: str) -> dict[str, Any]:
        return (await desk.post(f"{API}/contacts", json=BATCH, headers=headers)).json()  # type: ignore[no-any-return]

    answers = await asyncio.gather(*(asked(**{"idempotency-key": "race"}) for _ in range(6)))
    assert all(one == answers[0] for one in answers) and answers[0]["created"] == 2
    assert await ContactImport.filter(file_name="API: Data desk").count() == 1
    without = await asyncio.gather(*(asked() for _ in range(3)))  # the control: without a key each is done
    assert len({one["import_id"] for one in without}) == 3


async def test_a_batch_that_fails_leaves_nothing(cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("broken on purpose")

    desk = await program(browse, cast.selina)
    monkeypatch.setattr("webapp.models.imports.store.many_at_once.set_values", fails)
    told = problem(await desk.post(f"{API}/contacts", json=BATCH, headers={"idempotency-key": "a"}), 500)
    assert "Nothing of this request was stored" in told["detail"]
    assert not await Contact.filter(phone="+14125550150").exists() and await ApiAnswer.all().count() == 0
    assert not await ContactList.filter(name="From the website").exists() and await ListMembership.all().count() > 0
    monkeypatch.undo()
    done = await desk.post(f"{API}/contacts", json=BATCH, headers={"idempotency-key": "a"})
    assert done.json()["created"] == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"list": "A"}, 422),
        ({"list": " ", "contacts": [{"phone": "4125550150"}]}, 422),
        ({"list": "A", "contacts": []}, 422),
        ({"list": "A", "contacts": [{"phone": "4125550150"}] * 501}, 422),
        ({"list": "A", "contacts": [{"name": "x"}]}, 422),
        ({"list": "A", "contacts": [{"phone": "4125550150", "cell phone": "4125550150", "home": {"a": 1}}]}, 422),
        ({"list": "A", "contacts": [{"phone": 4125550150.5}]}, 422),
        ({"list": "A", "contacts": [{"phone": "4125550150"}], "more": 1}, 422),
        ([], 422),
        ({"list": "A", "contacts": [{"phone": "4125550150", "first_name": "x" * 1_100_000}]}, 413),
    ],
)
async def test_what_can_not_be_read_is_refused_whole(cast: Cast, browse: Browser, body: Any, status: int) -> None:
    desk = await program(browse, cast.selina)
    told = problem(await desk.post(f"{API}/contacts", json=body), status)
    assert "Nothing" in told["detail"] and not await Contact.filter(phone="+14125550150").exists()


async def test_what_is_no_json_is_refused(cast: Cast, browse: Browser) -> None:
    desk = await program(browse, cast.selina)
    problem(await desk.post(f"{API}/contacts", data={"list": "A"}), 415)
    problem(await desk.post(f"{API}/contacts", content="{", headers={"content-type": "application/json"}), 400)
    problem(await desk.post(f"{API}/contacts", content=b"\xff", headers={"content-type": "application/json"}), 400)


async def test_each_way_in_needs_its_scope(cast: Cast, browse: Browser) -> None:
    desk = await program(browse, cast.selina, *(one for one in scopes.SCOPES if not one.endswith(":write")))
    for path, body in (("contacts", BATCH), ("lists", {"name": "A"}), ("opt-outs", {"phones": ["4125550150"]})):
        assert "scope" in problem(await desk.post(f"{API}/{path}", json=body), 403)["detail"]
    assert not await Contact.filter(phone="+14125550150").exists()


async def test_a_kept_answer_is_forgotten_after_a_week(cast: Cast, browse: Browser) -> None:
    desk = await program(browse, cast.selina)
    await desk.post(f"{API}/lists", json={"name": "A"}, headers={"idempotency-key": "a"})
    clock.freeze(MORNING + timedelta(days=6))
    assert await answer.forget_old() == 0
    clock.freeze(MORNING + timedelta(days=8))
    assert await answer.forget_old() == 1


@pytest.mark.both
async def test_a_nul_is_left_out_as_in_a_file(cast: Cast, browse: Browser) -> None:
    desk = await program(browse, cast.selina)
    person = {"phone": "412-555-0150", "first_name": "Mi\x00na", "sh\x00oe": "4\x003", "tags": ["Will\x00 Vote"]}
    told = await desk.post(f"{API}/contacts", json={"list": "From\x00 here", "contacts": [person]})
    assert (told.status_code, told.json()["left_out"]) == (200, ["shoe"])
    assert (await Contact.get(phone="+14125550150", campaign=cast.meyer)).first_name == "Mina"
    assert await ContactList.filter(name="From here").exists()
    problem(await desk.post(f"{API}/lists", json={"name": "\x00"}), 422)


async def test_more_fields_than_are_read_are_refused_and_not_dropped(cast: Cast, browse: Browser) -> None:
    desk = await program(browse, cast.selina)
    person = {f"field {n}": "x" for n in range(200)} | {"phone": "412-555-0150"}
    told = problem(await desk.post(f"{API}/contacts", json={"list": "Wide", "contacts": [person]}), 422)
    assert "201 different fields" in told["detail"] and await ContactList.filter(name="Wide").count() == 0
