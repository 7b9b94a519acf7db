"""Files of people, and what becomes of them: the vectors, uploads, opt-out lists."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cast import TESTS, Cast
from webapp import clock, database
from webapp.database import packed, transaction
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.conversations import making
from webapp.models.imports import importing
from webapp.models.imports.job import OPT_OUTS, ContactImport
from webapp.reader.shape import Wanted

CSV = TESTS / "vectors" / "csv"
EXPECTED = json.loads((CSV / "expected.json").read_text())["files"]
assert len(EXPECTED) >= 25
CASES = TESTS / "vectors" / "lists"  # files as other systems export them
SAMPLE = TESTS / "samples" / "meyer_gotv.csv"


def write(folder: Path, text: str) -> Path:
    path = folder / "list.csv"
    path.write_text(text)
    return path


async def take_all(job_id: int) -> ContactImport:
    """A worker takes the file in, to its end or to where it asks."""
    while await importing.take_in(job_id, 60):
        continue
    return await ContactImport.get(id=job_id).select_related("contact_list")


async def take_newest() -> ContactImport:
    job = await ContactImport.all().order_by("-id").first()
    assert job
    return await take_all(job.id)


async def import_file(
    cast: Cast, path: Path, name: str = "Imported", mapping: dict[str, str] | None = None, wanted: Wanted | None = None
) -> ContactImport:
    job = await importing.begin(cast.meyer, name, path, path.name, cast.gary.user, mapping=mapping, wanted=wanted)
    return await take_all(job.id)


async def strike(cast: Cast, path: Path) -> ContactImport:
    """Gary uploads a file of phones that are opted out."""
    job = await importing.begin(cast.meyer, "", path, path.name, cast.gary.user, OPT_OUTS)
    return await take_all(job.id)


async def asked(cast: Cast, path: Path) -> ContactImport:
    """A file whose columns nobody knows: the import asks which one is the phone."""
    job = await importing.begin(cast.meyer, "L", path, path.name, cast.gary.user)
    await importing.take_in(job.id, 10)
    found = await ContactImport.get(id=job.id)
    assert found.status == "asking"
    return found


async def stored(job: ContactImport) -> list[Contact]:
    return await Contact.filter(list_memberships__contact_list_id=job.contact_list_id).order_by("id")


async def many_lists(cast: Cast, number: int) -> list[ContactList]:
    """So many lists; Bo is on the last of them, and a voter."""

    async def make() -> list[ContactList]:
        made = [
            await ContactList.create(campaign=cast.meyer, name=f"No {n}", created_at=clock.now()) for n in range(number)
        ]
        await ListMembership.create(contact_list=made[-1], contact=bo)
        return made

    bo = await cast.add_contact("+14125550102", first_name="Bo")
    return await transaction(make)


async def list_many(cast: Cast, first: int, number: int) -> None:
    """As an upload would."""

    async def put() -> None:
        await database.query(
            "INSERT INTO contact (campaign_id, phone, first_name, last_name, email, state_abbrev, zip, van_id, timezone, zone_source,"
            f" created_at) SELECT {cast.meyer.id}, r.phone, 'A', '', '', '', '15213', '', '', '', c.created_at"
            f" FROM {packed.table('phone')}, contact c WHERE c.id = {cast.lisa.id}",
            packed.rows({"phone": f"+1412{5550200 + n}"} for n in range(first, first + number)),
        )
        await database.query(
            "INSERT INTO list_membership (contact_list_id, contact_id) SELECT ?, c.id FROM contact c WHERE NOT EXISTS"
            " (SELECT 1 FROM list_membership m WHERE m.contact_id = c.id)",
            cast.voters.id,
        )

    await transaction(put)
    await making.make_all(cast.action.id)
