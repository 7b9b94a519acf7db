"""Fields and their names."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField
from webapp.models.scripts import rendering
from webapp.rules import script_lint


@pytest.mark.both
async def test_a_new_campaign_knows_every_variable_of_the_article(cast: Cast) -> None:
    body = "Remind ##{{custom_field_remind_a_friend}} too. Reply STOP to opt out."
    assert not script_lint.errors(script_lint.lint(body, "initial", await rendering.known_names(cast.meyer)))
    field = await CustomField.get(campaign=cast.meyer, slug="remind_a_friend")
    assert (field.title, field.reportable) == ("Remind a friend", False)
    given = await rendering.values(cast.meyer, await Contact.get(id=cast.lisa.id), cast.amy.user, body)
    assert given["remind_a_friend"] == ""


async def test_two_fields_whose_titles_have_no_latin_letter_are_two(cast: Cast) -> None:
    district, profession = await labels.new_field(cast.meyer, "Район"), await labels.new_field(cast.meyer, "Профессия")
    assert district.id != profession.id
