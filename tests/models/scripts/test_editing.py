"""Scripts and links changed by verbs that a command could call, each with its audit note (SPEC A2, A3, B1)."""

from __future__ import annotations

from tests.cast import Cast
from webapp.models.accounts.audit import AuditEvent
from webapp.models.actions.action import Action
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.links import link_editing
from webapp.models.scripts import editing
from webapp.models.scripts.editing import Draft


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
    assert isinstance(made, Script)
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
    assert isinstance(saved, Script)
    copied = await editing.copy(action, saved, cast.gary)
    assert isinstance(copied, Script)
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
