"""Several uploads of the same people at the same time."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.cast.lists import take_all
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.conversations.conversation import Conversation
from webapp.models.imports import importing
from webapp.models.imports.job import OPT_OUTS
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND
from webapp.models.results import recount


def write_column(folder: Path, name: str, column: str, phones: list[str]) -> Path:
    """A value of its own for each phone: the column's letter and the phone's last digits."""
    path = folder / f"{name}.csv"
    path.write_text(f"phone,{column}\n" + "".join(f"{phone},{name}{phone[-4:]}\n" for phone in phones))
    return path


@pytest.mark.postgres
async def test_three_uploads_of_the_same_new_people_at_once_make_each_once(cast: Cast, tmp_path: Path) -> None:
    phones = [f"212555{n}" for n in range(1000, 1900)]
    mixed = random.Random(1).sample(phones, len(phones))
    files = {
        "A": write_column(tmp_path, "A", "first_name", phones),
        "B": write_column(tmp_path, "B", "last_name", phones[::-1]),
        "C": write_column(tmp_path, "C", "van_id", mixed),
    }
    lists = {"A": "A", "B": "A", "C": "C"}
    jobs = [await importing.begin(cast.meyer, lists[name], path, name, None) for name, path in files.items()]
    await asyncio.gather(*(take_all(job.id) for job in jobs))
    rows = await Contact.filter(phone__startswith="+1212555")
    assert len(rows) == 900
    for row in rows:
        end = row.phone[-4:]
        assert (row.first_name, row.last_name, row.van_id) == ("A" + end, "B" + end, "C" + end)
    for made in await ContactList.exclude(name="Voters"):
        assert made.size == await ListMembership.filter(contact_list=made).count()
    assert await ContactList.filter(name="A").count() == 1


@pytest.mark.postgres
async def test_people_who_are_uploaded_opted_out_and_write_at_once_end_opted_out(cast: Cast, tmp_path: Path) -> None:
    phones = [f"212555{n}" for n in range(1000, 1600)]
    voters = write_column(tmp_path, "A", "first_name", phones)
    stops = tmp_path / "stops.csv"
    stops.write_text("phone\n" + "".join(f"{phone}\n" for phone in reversed(phones)))
    uploads = [
        await importing.begin(cast.meyer, "Voters", voters, "a", None),
        await importing.begin(cast.meyer, "", stops, "b", None, OPT_OUTS),
    ]

    async def they_write() -> None:
        for n, phone in enumerate(phones[::20]):
            words = "hello" if n % 2 else "STOP"
            payload = {"MessageSid": f"SM{n:032}", "From": "+1" + phone, "To": cast.number.e164, "Body": words}
            event = await applying.keep(INBOUND, payload)
            assert event
            await applying.apply(event)

    await asyncio.gather(*(take_all(job.id) for job in uploads), they_write(), cast.make())
    await cast.make()
    texted = [c.phone for c in await Contact.filter(phone__startswith="+1212555", opted_out_at=None)]
    open_ = await Conversation.filter(contact__phone__startswith="+1212555", closed_code=None).count()
    assert (texted, open_, await recount.differences()) == ([], 0, [])
