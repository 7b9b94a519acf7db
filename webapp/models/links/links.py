"""Custom links and their clicks (SPEC B1, section 4). Each text has its own address, so a click tells contact, action and script.

The token is created when a script with the link is first rendered for a conversation, and stays while the script is
unchanged. The click of Send joins it to the text; the next text of the script gets a new token.
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp import clock, config, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models import tallies
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.script import Script
from webapp.models.conversations.message import Message
from webapp.rules import variables

PERSON, PREVIEW = "person", "preview"
ALPHABET = string.ascii_letters + string.digits
LENGTH = 8  # characters, 47 bits: too many to find one by trying
KEEP_UNSENT = timedelta(days=7)
SAMPLE = "aB3dE5gH"  # for previews: as long as a real token


class CustomLink(Model):
    """``slug`` never changes: scripts name the link by it. ``url`` may change: texts sent before lead to the new
    one. ``leads_to``: of a ready link (ready_links.py), which has no ``url``; ``target_id``: the action or the form."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="custom_links", on_delete=fields.NO_ACTION
    )
    slug = fields.CharField(40)
    title = fields.CharField(80)
    url = fields.TextField()
    leads_to = fields.CharField(8, default="", db_default="")
    target_id = fields.IntField(null=True)
    created_at = fields.DatetimeField()
    archived_at = fields.DatetimeField(null=True)

    campaign_id: int

    class Meta:
        table = "custom_link"
        ordering = ["title", "id"]


class TrackedLink(Model):
    """A link in one text. ``conversation_id`` is None in a test, ``message_id`` until Send is clicked."""

    id = fields.BigIntField(primary_key=True)
    token = fields.CharField(16, unique=True)
    link: fields.ForeignKeyRelation[CustomLink] = fields.ForeignKeyField(
        "models.CustomLink", related_name="tracked_links", on_delete=fields.NO_ACTION
    )
    conversation_id = fields.BigIntField(null=True)
    script_id = fields.IntField(null=True)
    script_version = fields.IntField(null=True)
    message_id = fields.BigIntField(null=True)
    made_at = fields.DatetimeField()

    link_id: int

    class Meta:
        table = "tracked_link"

    @property
    def address(self) -> str:
        return address(self.token)


class LinkClick(Model):
    """``by``: PERSON, or PREVIEW for a machine of a phone, messenger or carrier."""

    id = fields.BigIntField(primary_key=True)
    link: fields.ForeignKeyRelation[CustomLink] = fields.ForeignKeyField(
        "models.CustomLink", related_name="clicks", on_delete=fields.NO_ACTION
    )
    message_id = fields.BigIntField()
    action_id = fields.IntField(null=True)
    script_id = fields.IntField(null=True)
    user_id = fields.IntField(null=True)
    contact_id = fields.BigIntField(null=True)
    by = fields.CharField(8)
    user_agent = fields.CharField(200, default="")
    at = fields.DatetimeField()

    class Meta:
        table = "link_click"


def address(token: str) -> str:
    return config.settings().url(f"/l/{token}")


def unaddressed(text: str) -> str:
    """The text with SAMPLE for each token, to compare texts of one script."""
    return re.sub(re.escape(address("")) + rf"\w{{{LENGTH}}}", address(SAMPLE), text)


async def names(campaign: Campaign, **which: Any) -> set[str]:
    """Canonical names. Archived links are included: they still work where scripts use them."""
    slugs = await CustomLink.filter(campaign=campaign, **which).values_list("slug", flat=True)
    return {variables.link_name(str(slug)) for slug in slugs}


def samples(text: str) -> dict[str, str]:
    """For previews: canonical name -> an address as long as a real one, which leads nowhere."""
    return {variables.link_name(slug): address(SAMPLE) for slug in variables.links(text)}


async def known_samples(campaign: Campaign, text: str) -> dict[str, str]:
    """As `samples`, of links the campaign has only."""
    known = await names(campaign)
    return {name: url for name, url in samples(text).items() if name in known}


async def addresses(campaign: Campaign, scripts: Sequence[Script], conversation_id: int) -> dict[int, dict[str, str]]:
    """Script -> canonical name -> the address of this conversation's own link, created where missing."""
    wanted = {script.id: variables.links(script.body) for script in scripts}
    slugs = {slug for used in wanted.values() for slug in used}
    if not slugs:
        return {}
    known = {link.slug: link.id for link in await CustomLink.filter(campaign=campaign, slug__in=slugs)}
    needed = {(s.id, s.version, known[slug]) for s in scripts for slug in wanted[s.id] if slug in known}
    there = await _tokens(conversation_id, needed)
    # Again only where a click took a token meanwhile, or a new token existed already
    while missing := needed - there.keys():
        await _make(conversation_id, missing)
        there = await _tokens(conversation_id, needed)
    versions = {script.id: script.version for script in scripts}
    return {
        n: {variables.link_name(slug): address(there[n, versions[n], known[slug]]) for slug in used if slug in known}
        for n, used in wanted.items()
    }


_Key = tuple[int, int, int]  # script, its version, link


async def _tokens(conversation_id: int, needed: set[_Key]) -> dict[_Key, str]:
    """Tokens that no text carries yet."""
    found = TrackedLink.filter(conversation_id=conversation_id, message_id=None)
    rows = await found.filter(script_id__in={key[0] for key in needed})
    return {(row.script_id or 0, row.script_version or 0, row.link_id): row.token for row in rows}


@transactional
async def _make(conversation_id: int, keys: set[_Key]) -> None:
    """Two renderings at the same time create one token."""
    for script_id, version, link_id in sorted(keys):
        await database.query(
            "INSERT INTO tracked_link (token, link_id, conversation_id, script_id, script_version, made_at)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
            _token(),
            link_id,
            conversation_id,
            script_id,
            version,
            sql_time(clock.now()),
        )


def _token() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


async def join(message: Message, script: Script) -> None:
    """Joins the links rendered for this text to it. Inside the click's transaction."""
    if variables.links(script.body):
        of_this = TrackedLink.filter(conversation_id=message.conversation_id, script_id=script.id, message_id=None)
        await of_this.filter(script_version=script.version).update(message_id=message.id)


async def for_test(campaign: Campaign, text: str) -> list[TrackedLink]:
    """Links of a test text: they work, and their clicks are not counted. Inside the test's transaction."""
    found = await CustomLink.filter(campaign=campaign, slug__in=variables.links(text) or [""])
    return [await TrackedLink.create(token=_token(), link=link, made_at=clock.now()) for link in found]


@transactional
async def forget_unsent() -> None:
    """Deletes tokens of cards that were not sent. A card that is still open gets a new one."""
    await TrackedLink.filter(message_id=None, made_at__lt=clock.now() - KEEP_UNSENT).delete()


async def of_token(token: str) -> TrackedLink | None:
    found = TrackedLink.filter(token=token).select_related("link")
    return await found.first() if len(token) == LENGTH and set(token) <= set(ALPHABET) else None


@transactional
async def clicked(tracked: TrackedLink, by: str, user_agent: str) -> None:
    """Stores a click, and counts a person's for the text's action and sender. A token of no text is ignored."""
    message = await Message.get_or_none(id=tracked.message_id or 0)
    if message is None:
        return
    await LinkClick.create(
        link_id=tracked.link_id,
        message_id=message.id,
        action_id=message.action_id,
        script_id=message.script_id,
        user_id=message.user_id,
        contact_id=message.contact_id,
        by=by,
        user_agent=user_agent.replace("\x00", "")[:200],
        at=clock.now(),
    )
    if by == PERSON:
        tallies.add(message.action_id, message.user_id, {"link_clicks": 1})


@dataclass(frozen=True)
class Clicks:
    """``people``: how many different contacts clicked. ``previews`` are not among ``clicks``."""

    clicks: int = 0
    people: int = 0
    previews: int = 0


async def counted(campaign: Campaign) -> dict[int, Clicks]:
    """Link -> its clicks, those of tests left out."""
    rows = await database.query(
        "SELECT c.link_id, SUM(CASE WHEN c.by = 'person' THEN 1 ELSE 0 END) AS clicks,"
        " COUNT(DISTINCT CASE WHEN c.by = 'person' THEN c.contact_id END) AS people,"
        " SUM(CASE WHEN c.by = 'preview' THEN 1 ELSE 0 END) AS previews"
        " FROM link_click c JOIN custom_link l ON l.id = c.link_id WHERE l.campaign_id = ? AND c.action_id IS NOT NULL"
        " GROUP BY c.link_id",
        campaign.id,
    )
    return {row["link_id"]: Clicks(int(row["clicks"]), int(row["people"]), int(row["previews"])) for row in rows}
