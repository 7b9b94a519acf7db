"""Uploads begun, mapped and cancelled by verbs that a command could call, each with its audit note (SPEC C1, C3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast import Cast
from webapp.database import transaction
from webapp.models import long_work
from webapp.models.accounts.audit import AuditEvent
from webapp.models.contacts.labels import CustomField
from webapp.models.contacts.lists import ContactList
from webapp.models.imports import importing, preview, store, upload
from webapp.models.imports.job import CONTACTS, ContactImport


async def noted(what: str) -> AuditEvent:
    return await AuditEvent.get(what=what)


async def test_an_upload_waits_for_its_columns_and_adds_a_field_for_one(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "voters.csv"
    path.write_text("phone,Favourite issue\n2125550123,Roads\n")
    job = await upload.start("Voters 2", path, path.name, CONTACTS, True, cast.gary)
    assert not await importing.take_in(job.id, 60)
    job = await ContactImport.get(id=job.id).select_related("campaign", "user")
    going = await upload.choose_columns(job, {"#0": "phone", "#1": preview.NEW}, cast.gary)
    assert going.id == job.id
    while await importing.take_in(job.id, 60):
        continue
    field = await CustomField.get(campaign=cast.meyer, slug="favourite_issue")
    assert (await field.values.all().first()).value == "Roads"  # type: ignore[attr-defined]
    for what, subject in (("list.uploaded", "voters.csv"), ("list.columns_chosen", "voters.csv")):
        assert (await noted(what)).subject == subject
    assert (await noted("field.added")).subject == field.title


async def test_columns_of_a_finished_upload_are_read_by_a_new_one(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "voters.csv"
    path.write_text("phone,issue\n2125550123,Roads\n")
    job = await upload.start("Voters 2", path, path.name, CONTACTS, False, cast.gary)
    while await importing.take_in(job.id, 60):
        continue
    job = await ContactImport.get(id=job.id).select_related("campaign", "user")
    going = await upload.choose_columns(job, {"#0": "phone", "#1": "notes"}, cast.gary)
    assert going.id != job.id and going.contact_list_id == job.contact_list_id
    await upload.cancel(going, cast.gary)
    await upload.cancel(going, cast.gary)
    assert (await noted("list.upload_cancelled")).subject == "voters.csv"
    assert not await importing.take_in(going.id, 60)


@pytest.mark.both
@pytest.mark.parametrize(("kept", "why"), [(False, "nothing"), (True, "rows"), (True, "an action")])
async def test_a_list_nobody_got_on_goes_with_the_upload_that_made_it(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: bool, why: str
) -> None:
    monkeypatch.setattr(long_work, "FIRST", 10)
    monkeypatch.setattr(long_work, "LARGEST", 10)
    path = tmp_path / "voters.csv"
    path.write_text("phone\n" + "".join(f"212555{n:04}\n" for n in range(1000, 1050)))
    job = await upload.start("Erie", path, path.name, CONTACTS, False, cast.gary)
    stored, calls = store.store, 0

    async def dies(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls > (why == "rows"):
            raise RuntimeError("killed")
        return await stored(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "store", dies)
    with pytest.raises(RuntimeError):
        await importing.take_in(job.id, 60)
    erie = await ContactList.get(name="Erie")
    if why == "an action":
        await transaction(lambda: cast.action.use_lists([cast.voters, erie]))
    await upload.cancel(await ContactImport.get(id=job.id), cast.gary)
    assert await ContactList.exists(name="Erie") is kept
    assert ((await ContactImport.get(id=job.id)).contact_list_id is not None) is kept
