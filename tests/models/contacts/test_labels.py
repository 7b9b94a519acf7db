"""Fields and their names."""

from __future__ import annotations

from tests.cast import Cast
from webapp.models.contacts import labels


async def test_two_fields_whose_titles_have_no_latin_letter_are_two(cast: Cast) -> None:
    district, profession = await labels.new_field(cast.meyer, "Район"), await labels.new_field(cast.meyer, "Профессия")
    assert district.id != profession.id
