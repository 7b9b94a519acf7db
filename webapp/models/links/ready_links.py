"""Custom links to the campaign's own pages: sign-up, an action, an opt-in form (SPEC B1). Their clicks count like those
of any custom link. Each leads to the page's present address, so that a renewed join code or action link changes no
script."""

from __future__ import annotations

from tortoise.exceptions import IntegrityError

from webapp import clock, config
from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions import action_link
from webapp.models.actions.action import Action
from webapp.models.links import link_editing
from webapp.models.links.links import CustomLink
from webapp.models.opt_in_forms.form import OptInForm
from webapp.rules.links import web_links

JOIN, ACTION, OPT_IN = "join", "action", "opt_in"
MOST = 100  # slugs tried for one title


def in_script(slug: str) -> str:
    """The link as a script writes it."""
    return f"##{{{{'{slug}'|trackable}}}}"


async def destination(link: CustomLink) -> str:
    """Where the link leads now. A page that is gone leads to the front page of the site."""
    if not link.leads_to:
        return link.url
    if link.leads_to == JOIN:
        campaign = await Campaign.get(id=link.campaign_id)
        return config.settings().url(f"/join?code={campaign.join_code}")
    if link.leads_to == ACTION:
        action = await Action.get_or_none(id=link.target_id)
        return config.settings().url(f"/a/{action.link_token}" if action and action.link_token else "/")
    form = await OptInForm.filter(id=link.target_id).select_related("campaign").first()
    return form.address if form else config.settings().url("/")


async def of(campaign_id: int, leads_to: str, target_id: int | None = None) -> CustomLink | None:
    found = CustomLink.filter(campaign_id=campaign_id, leads_to=leads_to, target_id=target_id, archived_at=None)
    return await found.order_by("id").first()


async def to_join(by: Membership) -> CustomLink:
    """The link to the sign-up page; made where there is none. Two presses at once make one."""
    return await _there(by, JOIN, None) or await _made(by, JOIN, None, "Join", "join")


async def to_action(action: Action, by: Membership) -> CustomLink:
    """The link to the action's own link, which is made too where there is none."""
    if not action.link_token:
        await action_link.renew(action, by)
    found = await _there(by, ACTION, action.id)
    return found or await _made(by, ACTION, action.id, action.title, action.title)


async def _there(by: Membership, leads_to: str, target_id: int | None) -> CustomLink | None:
    """One that is archived is used again: scripts may still have it."""
    found = await CustomLink.get_or_none(campaign_id=by.campaign_id, leads_to=leads_to, target_id=target_id)
    if found and found.archived_at:
        await link_editing.restore(found, by)
    return found


async def _made(by: Membership, leads_to: str, target_id: int | None, title: str, words: str) -> CustomLink:
    try:
        return await make(by, leads_to, target_id, title, words)
    except IntegrityError:  # the same button pressed twice at once
        if found := await _there(by, leads_to, target_id):
            return found
        raise


@transactional
async def make(by: Membership, leads_to: str, target_id: int | None, title: str, words: str) -> CustomLink:
    """``words``: what its slug is made of."""
    link = await CustomLink.create(
        campaign_id=by.campaign_id,
        slug=await _free_slug(by.campaign_id, web_links.slug(words)[:36] or leads_to.replace("_", "-")),
        title=title[:80],
        url="",
        leads_to=leads_to,
        target_id=target_id,
        created_at=clock.now(),
    )
    await audit.record(by, "link.created", {"link": link.id}, link.title)
    return link


async def _free_slug(campaign_id: int, base: str) -> str:
    taken = {str(slug) for slug in await CustomLink.filter(campaign_id=campaign_id).values_list("slug", flat=True)}
    tried = [base, *(f"{base}-{n}" for n in range(2, MOST))]
    return next((slug for slug in tried if slug not in taken), tried[-1])
