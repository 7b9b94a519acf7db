"""Work on many contacts at once: microseconds for each."""

from __future__ import annotations

import time
from pathlib import Path

from webapp import database
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import VOLUNTEER, Membership, User
from webapp.models.bulk import slices
from webapp.models.bulk.job import ASSIGN, BulkJob
from webapp.models.contacts.contact import Contact
from webapp.models.imports import importing
from webapp.models.imports.job import OPT_OUTS, ContactImport
from webapp.rules.contacts import contact_filter

WAITING = 500  # texts that the strike list has to cancel


async def assign(campaign: Campaign, contacts: int) -> float:
    """Select all, assign to two volunteers; measured until so many contacts are assigned."""
    users = [m.user_id for m in await Membership.filter(campaign=campaign, role=VOLUNTEER).order_by("id")][:2]
    gary = await User.get(email=f"gary@{campaign.slug}.example.org")
    what = {"users": users, "action": 0, "mode": "all"}
    job = await slices.begin(campaign, gary, ASSIGN, contact_filter.Filter(), what)
    began = time.perf_counter()
    while (await BulkJob.get(id=job.id)).done < contacts and await slices.work(job.id, 1):
        continue
    done = (await BulkJob.get(id=job.id)).done
    return 1_000_000 * (time.perf_counter() - began) / done


async def strike(folder: Path, campaign: Campaign, phones: int) -> float:
    """Uploads a strike list while texts wait for 500 of its phones; all of these must end up cancelled."""
    path = await _strike_list(folder, campaign, phones)
    await _let_some_wait(campaign)
    job = await importing.begin(campaign, "", path, path.name, None, OPT_OUTS)
    began = time.perf_counter()
    while await importing.take_in(job.id, 20):
        continue
    took = time.perf_counter() - began
    [row] = await database.query(
        "SELECT COUNT(*) AS n FROM message WHERE campaign_id = ? AND status = 'queued'", campaign.id
    )
    assert (await ContactImport.get(id=job.id)).created == phones and row["n"] == 0
    return 1_000_000 * took / phones


async def _strike_list(folder: Path, campaign: Campaign, phones: int) -> Path:
    struck = await Contact.filter(campaign=campaign).order_by("id").limit(phones).values_list("phone", flat=True)
    path = folder / f"strike-{phones}.csv"
    path.write_text("phone\n" + "\n".join(str(phone) for phone in struck) + "\n")
    return path


async def _let_some_wait(campaign: Campaign) -> None:
    some = (
        "SELECT id FROM message WHERE campaign_id = ? AND kind = 'initial' AND status = 'taken'"
        f" ORDER BY id LIMIT {WAITING}"
    )
    await database.transaction(
        lambda: database.query(f"UPDATE message SET status = 'queued', attempts = 0 WHERE id IN ({some})", campaign.id)
    )
