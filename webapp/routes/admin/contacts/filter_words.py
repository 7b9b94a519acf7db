"""The questions of a filter of contacts, and a filter in words (SPEC C5)."""

from __future__ import annotations

from typing import Any

from webapp import words
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import DRAFT, Action
from webapp.models.actions.script import Script
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.rules.contacts import states
from webapp.rules.contacts.contact_filter import NO, NOBODY, STAFF, YES, Filter

OFFERED = 500  # options of a drop-down


async def options(member: Membership) -> dict[str, list[tuple[Any, str]]]:
    """Filter -> its options, each a value and its words."""
    own = {"campaign_id": member.campaign_id}
    members = Membership.filter(**own).exclude(approved_at=None).select_related("user").order_by("user__first_name")
    actions = await Action.filter(**own).exclude(state=DRAFT).order_by("-id").limit(OFFERED)
    scripts = Script.filter(action_id__in=[a.id for a in actions[:50]] or [0]).order_by(
        "-action_id", "kind", "position"
    )
    titles = {a.id: a.title for a in actions}
    return {
        "list": [
            (r.id, r.name) for r in await ContactList.filter(**own, archived_at=None).order_by("-id").limit(OFFERED)
        ],
        "tag": [(t.id, t.name) for t in await Tag.filter(**own, archived_at=None)],
        "field": [(f.id, f.title) for f in await CustomField.filter(**own, archived_at=None)],
        "action": [(a.id, a.title) for a in actions],
        "script": [(s.id, f"{titles[s.action_id]}: {s.name or s.body[:40]}") for s in await scripts.limit(OFFERED)],
        "box": list(boxes().items()),
        "assigned": [(m.user_id, m.user.name) for m in await members.limit(OFFERED)],
        "state": [(s, s) for s in sorted(states.ABBREVIATIONS)],
    }


def boxes() -> dict[str, str]:
    """The numbers on View Results that are about people, by the names they have there."""
    return {
        "initials": words.gettext("Initial Messages"),
        "remaining": words.gettext("Messages Remaining"),
        "follow_ups": words.gettext("Follow-Ups"),
        "reported": words.gettext("Available Reports Filled"),
        "opt_outs": words.gettext("Opt-Outs"),
        "link_clicks": words.gettext("Link Clicks"),
        "twilio_errors": words.gettext("Twilio Errors"),
        "carrier_filtering": words.gettext("Carrier Filtering"),
        "safeguards": words.gettext("Safeguards"),
    }


def labels() -> dict[str, str]:
    """Filter -> its name on the page, in the page's order."""
    return {
        "q": words.gettext("Search"),
        "attention": words.gettext("Needs attention"),
        "texted": words.gettext("Texted"),
        "replied": words.gettext("Replied"),
        "opted_out": words.gettext("Opted out"),
        "list": words.gettext("List"),
        "any_lists": words.gettext("On any of these lists"),
        "all_lists": words.gettext("On all of these lists"),
        "no_lists": words.gettext("On none of these lists"),
        "tag": words.gettext("Has tag"),
        "not_tag": words.gettext("Doesn't have tag"),
        "action": words.gettext("Action"),
        "box": words.gettext("Counted as"),
        "sender": words.gettext("Sent by"),
        "code": words.gettext("Error code"),
        "script": words.gettext("Script received"),
        "version": words.gettext("Version of the script"),
        "assigned": words.gettext("Assigned to"),
        "state": words.gettext("State"),
        "field": words.gettext("Custom field"),
        "value": words.gettext("Field value"),
        "since": words.gettext("Last message from"),
        "until": words.gettext("Last message to"),
    }


async def in_words(member: Membership, wanted: Filter) -> list[tuple[str, str]]:
    """Each filter that is set, and what it asks for."""
    asked, offered = wanted.asked(), await options(member)
    offered["not_tag"] = offered["tag"]
    for name in ("any_lists", "all_lists", "no_lists"):
        offered[name] = offered["list"]
    for name in ("attention", "texted", "replied", "opted_out"):
        offered[name] = [(YES, words.gettext("Yes")), (NO, words.gettext("No"))]
    offered["sender"] = list(offered["assigned"])
    offered["assigned"] += [(NOBODY, words.gettext("Nobody")), (STAFF, words.gettext("Admins"))]
    return [
        (label, _named(asked[name], offered.get(name, []), name.endswith("_lists")))
        for name, label in labels().items()
        if name in asked
    ]


def _named(value: str, offered: list[tuple[Any, str]], several: bool) -> str:
    """A value that is not on offer, such as an archived list, shows as it is in the address."""
    named = {str(one): spoken for one, spoken in offered}
    return ", ".join(named.get(one, one) for one in (value.split(",") if several else [value]))
