"""What a page does with lists and scripts, done by the verbs a command could call, each with its audit note."""

from __future__ import annotations

from pathlib import Path

from tests.cast import Cast
from webapp.models.accounts.audit import AuditEvent
from webapp.models.actions.action import Action
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.bulk import slices
from webapp.models.bulk.job import LIST
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.imports import importing, preview, upload
from webapp.models.imports.job import CONTACTS, ContactImport
from webapp.models.scripts import editing, link_editing
from webapp.models.scripts.editing import Draft
from webapp.rules.contacts.contact_filter import Filter


async def noted(what: str) -> AuditEvent:
    return await AuditEvent.get(what=what)


def draft(kind: str, body: str, name: str = "") -> Draft:
    return Draft(kind, name, body, None, [], [])


async def loaded(cast: Cast) -> Action:
    return await Action.get(id=cast.action.id).select_related("campaign")


async def test_a_second_initial_script_is_picked_for_some_and_archived_for_none(cast: Cast) -> None:
    for n in range(9):
        await cast.add_contact(f"+1412555{1200 + n}")
    await cast.make()
    action = await loaded(cast)
    made = await editing.save(action, None, draft(INITIAL, "Hello again. Reply STOP to opt out."), cast.gary)
    assert await made.conversations.all().count() == 5  # type: ignore[attr-defined]
    await editing.archive(action, made, cast.gary)
    assert await made.conversations.all().count() == 0  # type: ignore[attr-defined]
    assert (await noted("script.saved")).detail == {"action": cast.action.title}
    assert (await noted("script.archived")).subject == made.body


async def test_response_scripts_are_saved_with_what_they_set_copied_and_ordered(cast: Cast) -> None:
    action, tag = await loaded(cast), await Tag.get(campaign=cast.meyer, slug="will_vote")
    field = await CustomField.get(campaign=cast.meyer, slug="notes")
    saved = await editing.save(
        action, None, Draft(RESPONSE, "Yes", "Good!", None, [tag], [(field, "glad to")]), cast.gary
    )
    copied = await editing.copy(action, saved, cast.gary)
    [stored] = [row for row in await Script.of(action, RESPONSE) if row.id == copied.id]
    assert (stored.name, [row.tag_id for row in stored.script_tags]) == ("Yes (copy)", [tag.id])
    assert [row.value for row in stored.script_values] == ["glad to"]
    await editing.move(action, copied, -1, cast.gary)
    assert [row.id for row in await Script.of(action, RESPONSE)] == [cast.thanks.id, copied.id, saved.id]
    await editing.order_responses(action, [saved.id], cast.gary)
    assert [row.id for row in await Script.of(action, RESPONSE)] == [saved.id, cast.thanks.id, copied.id]
    assert (await noted("scripts.ordered")).subject == action.title and await noted("script.moved")


async def test_a_slug_is_taken_by_one_link_and_a_changed_link_notes_its_earlier_address(cast: Cast) -> None:
    link = await link_editing.add("plan", "Plan", "https://a.example/", cast.gary)
    assert link and await link_editing.add("plan", "Other", "https://b.example/", cast.gary) is None
    await link_editing.change(link, "Plan", "https://c.example/", cast.gary)
    changed = await noted("link.changed")
    assert changed.detail == {"url": "https://c.example/", "earlier": "https://a.example/"}
    await link_editing.archive(link, cast.gary)
    await link_editing.restore(link, cast.gary)
    assert link.archived_at is None and await noted("link.archived") and await noted("link.restored")


async def test_a_job_for_a_new_list_creates_it_and_notes_whom_it_was_for(cast: Cast) -> None:
    job = await slices.start(LIST, [cast.lisa.id], {"new_list": "Ours", "name": "Ours"}, "Ours", cast.gary)
    while await slices.work(job.id, 60):
        continue
    made = await ContactList.get(name="Ours")
    assert await ListMembership.filter(contact_list=made).values_list("contact_id", flat=True) == [cast.lisa.id]
    assert (await noted("contacts.list")).detail == {"contacts": 1, "which": {"ids": [cast.lisa.id]}}
    await slices.cancel(job, cast.gary)
    assert await AuditEvent.filter(what="contacts.work_cancelled").count() == 0, "it was over already"


async def test_a_cancelled_job_notes_who_cancelled_it(cast: Cast) -> None:
    job = await slices.start(LIST, Filter(), {"list": cast.voters.id, "name": "V"}, "V", cast.gary)
    await slices.cancel(job, cast.gary)
    assert (await noted("contacts.work_cancelled")).user_id == cast.gary.user_id  # type: ignore[attr-defined]
    assert not await slices.work(job.id, 60)


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
    assert going.id != job.id and going.contact_list_id == job.contact_list_id  # type: ignore[attr-defined]
    await upload.cancel(going, cast.gary)
    await upload.cancel(going, cast.gary)
    assert (await noted("list.upload_cancelled")).subject == "voters.csv"
    assert not await importing.take_in(going.id, 60)
