"""Tags and custom fields (SPEC C4)."""

from __future__ import annotations

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, audited
from webapp.models.contacts.labels import CustomField, Tag


async def test_tags_and_fields_are_changed_archived_and_used_again(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    tag, opt_out = (
        await Tag.get(campaign=cast.meyer, slug="will_vote"),
        await Tag.get(campaign=cast.meyer, slug="opt_out"),
    )
    tags = OFFICE + "/settings/tags"
    await gary.post(f"{tags}/{tag.id}", data={"name": "Votes", "display_order": "9"})
    tag = await Tag.get(id=tag.id)
    assert (tag.name, tag.slug, tag.display_order, tag.reportable) == ("Votes", "will_vote", 9, False)
    assert (await gary.post(f"{tags}/{opt_out.id}", data={"name": "x", "display_order": "1"})).status_code == 422
    assert (await gary.post(f"{tags}/{tag.id}", data={"name": "", "display_order": "1"})).status_code == 422
    for one in (tag, opt_out):
        await gary.post(f"{tags}/{one.id}/archive")
    assert (await Tag.get(id=tag.id)).archived_at and (await Tag.get(id=opt_out.id)).archived_at is None
    await gary.post(f"{tags}/{tag.id}/archive/end")
    assert (await Tag.get(id=tag.id)).archived_at is None
    field, fields = await CustomField.get(campaign=cast.meyer, slug="support_rating"), OFFICE + "/settings/fields"
    await gary.post(
        f"{fields}/{field.id}", data={"title": "Support", "options": "Yes\nNo", "display_order": "3", "slug": "other"}
    )
    field = await CustomField.get(id=field.id)
    assert (field.title, field.slug, field.choices) == ("Support", "support_rating", ["Yes", "No"])
    assert (
        await gary.post(f"{fields}/{field.id}", data={"title": "S", "options": "", "display_order": "3"})
    ).status_code == 422
    unfit = {"title": "S", "options": "Yes", "display_order": "3", "default_value": "see bit.ly/x"}
    answer = await gary.post(f"{fields}/{field.id}", data=unfit)
    assert answer.status_code == 422 and "no link shortener" in answer.text, "scripts send a default (A7)"
    await gary.post(f"{fields}/{field.id}/archive")
    assert "Use it again" in (await gary.get(fields)).text
    await gary.post(f"{fields}/{field.id}/archive/end")
    assert (await CustomField.get(id=field.id)).archived_at is None and await audited("field.archived") == 1


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
