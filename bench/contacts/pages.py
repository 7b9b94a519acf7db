"""Pages of contacts and work on many of them, in a campaign of a given size."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from bench.big import campaign as big
from bench.contacts import bulk
from bench.measured import median_ms
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import VOLUNTEER, Membership
from webapp.models.actions.action import Action
from webapp.models.actions.script import INITIAL, Script
from webapp.models.contacts import search
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.results import timeline
from webapp.rules.contacts import contact_filter

Asked = dict[str, dict[str, Any]]


async def measure(folder: Path, contacts: int, messages: int) -> dict[str, float]:
    """Row -> milliseconds; those named "(us)": microseconds a contact."""
    began = time.perf_counter()
    campaign = await big.make(contacts, messages)
    print(f"  ({contacts:,} contacts made in {time.perf_counter() - began:.0f} s)", flush=True)
    found: dict[str, float] = {}
    for name, asked in (await _filters(campaign)).items():
        found[name] = await _page(campaign, asked)
    contact = await Contact.filter(campaign=campaign).order_by("id").offset(500).first()
    assert contact
    found["the contact page's line of time"] = await median_ms(lambda: timeline.of(contact))
    found["Select all + assign, a contact (us)"] = await bulk.assign(campaign, min(contacts, 20_000))
    found["strike list, a phone (us)"] = await bulk.strike(folder, campaign, min(contacts, 100_000))
    return found


async def _page(campaign: Campaign, asked: dict[str, Any]) -> float:
    wanted = contact_filter.read(asked)
    return await median_ms(lambda: search.page(campaign, wanted))


async def _filters(campaign: Campaign) -> Asked:
    """Row -> what the page's address asks for."""
    lists = [row.id for row in await ContactList.filter(campaign=campaign).order_by("id")]
    tags = {tag.slug: tag.id for tag in await Tag.filter(campaign=campaign)}
    return {
        **await _words(campaign),
        **_lists(lists),
        **_tags(tags),
        **await _conversations(campaign),
        "rare tag in a large list": {"tag": tags["rare"], "list": lists[0]},
        "tag and list that share nobody": {"tag": tags["wrong_number"], "list": lists[1]},
    }


async def _words(campaign: Campaign) -> Asked:
    someone = await Contact.filter(campaign=campaign).order_by("id").offset(77).first()
    assert someone
    return {
        "All Contacts": {},
        "newest message first": {"sort": "recent"},
        "name: mey": {"q": "mey"},
        "name: ana mey": {"q": "ana mey"},
        "phone": {"q": someone.phone},
    }


def _lists(lists: list[int]) -> Asked:
    return {
        "list of all": {"list": lists[0]},
        "list of a twentieth": {"list": lists[1]},
        "list of 150, at the end": {"list": lists[2]},
    }


def _tags(tags: dict[str, int]) -> Asked:
    return {
        "tag of a fifth": {"tag": tags["will_vote"]},
        "tag of 200, at the end": {"tag": tags["rare"]},
        "doesn't have tag": {"not_tag": tags["will_vote"]},
    }


async def _conversations(campaign: Campaign) -> Asked:
    field = await CustomField.get(campaign=campaign, slug="support_rating")
    action = await Action.get(campaign=campaign)
    script = await Script.get(action=action, kind=INITIAL)
    user = (await Membership.filter(campaign=campaign, role=VOLUNTEER).order_by("id"))[3].user_id
    return {
        "field value": {"field": field.id, "value": "against"},
        "action": {"action": action.id},
        "script received": {"script": script.id},
        "replied": {"replied": "yes"},
        "not replied": {"replied": "no"},
        "needs attention": {"attention": "yes"},
        "opted out": {"opted_out": "yes"},
        "assigned to a user": {"assigned": str(user)},
        "assigned to nobody": {"assigned": "nobody"},
        "state": {"state": "PA"},
        "last message since": {"since": "2026-11-20"},
        "action, replied, user": {"action": action.id, "replied": "yes", "assigned": str(user)},
    }
