"""Files for VAN's bulk upload and PDI's (SPEC B3)."""

from __future__ import annotations

import pytest

from tests.cast import Cast, opt_out_phone
from tests.cast.exporting import export, rows_of
from webapp import clock
from webapp.database import transaction
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.reports import labelling

pytestmark = pytest.mark.both


async def has_van_id(contact: Contact, van_id: str) -> Contact:
    await transaction(lambda: Contact.filter(id=contact.id).update(van_id=van_id))
    return await Contact.get(id=contact.id)


async def test_a_line_has_the_van_id_and_what_is_known_of_the_person(cast: Cast) -> None:
    lisa = await has_van_id(cast.lisa, "101")
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    rating = await CustomField.get(campaign=cast.meyer, slug="support_rating")
    await labelling.set_tag(lisa, tag, "admin", None)
    await labelling.set_field(lisa.id, rating, "Supporter", None)
    await opt_out_phone(cast.meyer, lisa.phone, "volunteer", cast.amy.user)
    [row] = rows_of(await export(cast.selina, "van_upload"))
    assert list(row)[:4] == ["VANID", "Phone", "Result", "Result Date"]
    today = cast.meyer.local(clock.now()).date().isoformat()
    assert (row["VANID"], row["Phone"], row["Result"], row["Result Date"]) == (
        "101", lisa.phone.removeprefix("+1"), "Do Not Text", today
    )  # fmt: skip
    assert (row["Will Vote"], row["Wrong Number"], row["Support Rating"]) == ("x", "", "Supporter")
    assert "Opt Out" not in row and "Notes" not in row


async def test_whoever_has_no_van_id_or_nothing_to_tell_has_no_line(cast: Cast) -> None:
    await has_van_id(cast.lisa, "101")
    stranger = await cast.add_contact("+14125550177")
    await labelling.set_tag(stranger, await Tag.get(campaign=cast.meyer, slug="will_vote"), "admin", None)
    assert rows_of(await export(cast.selina, "van_upload")) == []


async def test_pdi_s_file_goes_by_the_field_pdi_id(cast: Cast) -> None:
    field = await transaction(lambda: labels.new_field(cast.meyer, "PDI ID"))
    assert field.slug == "pdi_id"
    await labelling.set_field(cast.lisa.id, field, "P-7", None)
    await labelling.set_tag(cast.lisa, await Tag.get(campaign=cast.meyer, slug="will_vote"), "admin", None)
    [row] = rows_of(await export(cast.selina, "pdi_upload"))
    assert (row["PDIID"], row["Will Vote"]) == ("P-7", "x")


async def test_two_columns_never_have_one_name(cast: Cast) -> None:
    lisa = await has_van_id(cast.lisa, "101")
    await transaction(lambda: labels.new_tag(cast.meyer, "Phone"))
    tag = await Tag.get(campaign=cast.meyer, name="Phone")
    await labelling.set_tag(lisa, tag, "admin", None)
    [row] = rows_of(await export(cast.selina, "van_upload"))
    assert row["Phone"] == lisa.phone.removeprefix("+1") and row[f"Phone ({tag.id})"] == "x"
