"""Custom links added, changed, archived and restored, each with its audit note (SPEC B1)."""

from __future__ import annotations

from tortoise.exceptions import IntegrityError

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.links.links import CustomLink


async def add(slug: str, title: str, url: str, by: Membership) -> CustomLink | None:
    """None where the campaign has a link of this slug, archived ones included."""
    if await CustomLink.exists(campaign_id=by.campaign_id, slug=slug):
        return None
    try:
        return await _add(slug, title, url, by)
    except IntegrityError:  # the same form sent twice at once
        return None


@transactional
async def _add(slug: str, title: str, url: str, by: Membership) -> CustomLink:
    link = await CustomLink.create(campaign=by.campaign, slug=slug, title=title, url=url, created_at=clock.now())
    await audit.record(by, "link.created", {"link": link.id}, title, url=url)
    return link


@transactional
async def change(link: CustomLink, title: str, url: str, by: Membership) -> None:
    """The slug stays: scripts name the link by it. Texts sent before lead to the new address too."""
    earlier = (await CustomLink.get(id=link.id)).url
    link.title, link.url = title, url
    await link.save(update_fields=["title", "url"])
    await audit.record(by, "link.changed", {"link": link.id}, title, url=url, earlier=earlier)


@transactional
async def archive(link: CustomLink, by: Membership) -> None:
    """Menus offer it no more; scripts that use it still work."""
    link.archived_at = link.archived_at or clock.now()
    await link.save(update_fields=["archived_at"])
    await audit.record(by, "link.archived", {"link": link.id}, link.title)


@transactional
async def restore(link: CustomLink, by: Membership) -> None:
    link.archived_at = None
    await link.save(update_fields=["archived_at"])
    await audit.record(by, "link.restored", {"link": link.id}, link.title)
