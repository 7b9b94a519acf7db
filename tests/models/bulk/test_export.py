"""An export is a file that can be uploaded again and holds no formula (SPEC R5)."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.cast import Cast
from tests.cast.bulk import people, work
from webapp.database import transaction
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.reports import labelling


async def test_an_export_is_a_file_that_can_be_uploaded_again_and_holds_no_formula(cast: Cast) -> None:
    await people(cast, 3)
    await transaction(
        lambda: Contact.filter(id=cast.lisa.id).update(
            first_name='=HYPERLINK("http://evil")', last_name="+1", email="@x"
        )
    )
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    await labelling.set_tag(cast.lisa, tag, "admin", None)
    await labelling.set_field(cast.lisa.id, await CustomField.get(campaign=cast.meyer, slug="notes"), "-2+3", None)
    done = await work(cast, "export", {})
    rows = list(csv.DictReader(Path(done.path).read_text("utf-8-sig").splitlines()))
    assert rows[0]["phone"] == "+14125550101" and len(rows) == 4
    assert rows[0]["first_name"] == '\'=HYPERLINK("http://evil")' and rows[0]["last_name"] == "'+1"
    assert rows[0]["email"] == "'@x" and rows[0]["notes"] == "'-2+3" and rows[0]["tags"] == "Will Vote"
