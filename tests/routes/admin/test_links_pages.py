"""Custom links are made, changed, archived."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.site import Browser
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.audit import AuditEvent
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import Action
from webapp.models.links import ready_links
from webapp.models.links.links import CustomLink

PAGE = "/c/meyer/admin/settings/links"


async def test_a_link_is_made_changed_archived_and_used_again(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await gary.post(PAGE, data={"title": "Cure your ballot", "url": "vote.example.org/cure"})
    link = await CustomLink.get(campaign=cast.meyer)
    assert (link.slug, link.url) == ("cure-your-ballot", "https://vote.example.org/cure")
    await gary.post(f"{PAGE}/{link.id}", data={"title": "Cure", "url": "https://other.example.org/", "slug": "x"})
    await link.refresh_from_db()
    assert (link.slug, link.title, link.url) == ("cure-your-ballot", "Cure", "https://other.example.org/")
    await gary.post(f"{PAGE}/{link.id}/archive")
    assert "Use it again" in (await gary.get(PAGE)).text
    await gary.post(f"{PAGE}/{link.id}/archive/end")
    await link.refresh_from_db()
    assert link.archived_at is None
    assert [e.what for e in await AuditEvent.filter(what__startswith="link.").order_by("id")] == [
        "link.created",
        "link.changed",
        "link.archived",
        "link.restored",
    ]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"title": "", "url": "a.example"}, "Title is missing"),
        ({"title": "x", "url": ""}, "Address is missing"),
        ({"title": "x", "url": "javascript:alert(1)"}, "not the address of a web page"),
        ({"title": "¿¡!", "url": "a.example"}, "letters or digits"),
        ({"title": "plan", "url": "a.example"}, "already a link with this name"),
        ({"title": "x" * 99, "url": "a.example"}, "may have 80"),
    ],
)
async def test_a_wrong_form_keeps_what_was_typed(cast: Cast, browse: Browser, data: dict[str, str], why: str) -> None:
    await transaction(
        lambda: CustomLink.create(
            campaign=cast.meyer, slug="plan", title="Plan", url="https://a.example/", created_at=clock.now()
        )
    )
    gary = await browse(cast.gary)
    answer = await gary.post(PAGE, data=data)
    assert answer.status_code == 422 and why in answer.text and f'value="{data["url"]}"' in answer.text
    assert await CustomLink.all().count() == 1


async def test_a_link_to_the_sign_up_page_follows_the_join_code(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    for _ in range(2):
        assert (await gary.post(f"{PAGE}/ready")).status_code == 303
    link = await CustomLink.get()
    assert await ready_links.destination(link) == "http://texts.example/join?code=482913"
    await gary.post("/c/meyer/admin/settings/join-codes")
    code = (await Campaign.get(id=cast.meyer.id)).join_code
    assert await ready_links.destination(link) == f"http://texts.example/join?code={code}"
    await gary.post(f"{PAGE}/{link.id}", data={"title": "Join us", "url": "https://evil.example/"})
    assert await ready_links.destination(link) == f"http://texts.example/join?code={code}", "it keeps where it leads"


async def test_a_link_to_an_action_leads_to_the_action_s_own_link(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(f"{PAGE}/ready?action={cast.action.id}")
    assert answer.headers["location"].endswith(f"/actions/{cast.action.id}/sendings#link")
    link, token = await CustomLink.get(), (await Action.get(id=cast.action.id)).link_token
    assert token and await ready_links.destination(link) == f"http://texts.example/a/{token}"
    assert "##{{&#39;make-a-plan-to-vote&#39;|trackable}}" in (await gary.get(answer.headers["location"])).text


async def test_an_archived_ready_link_is_used_again_in_place_of_a_second_one(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await gary.post(f"{PAGE}/ready")
    link = await CustomLink.get()
    await gary.post(f"{PAGE}/{link.id}/archive")
    await gary.post(f"{PAGE}/ready")
    assert (await CustomLink.get()).archived_at is None


async def test_another_campaign_s_action_gets_no_link(cast: Cast, browse: Browser) -> None:
    jonah = await browse(cast.jonah)
    assert (await jonah.post(f"/c/ryan/admin/settings/links/ready?action={cast.action.id}")).status_code == 404
    assert not await CustomLink.exists()


@pytest.mark.parametrize("page", [PAGE, "/c/meyer/admin/settings/info"])
async def test_the_string_for_a_script_stands_with_a_copy_button(cast: Cast, browse: Browser, page: str) -> None:
    gary = await browse(cast.gary)
    await gary.post(PAGE, data={"title": "Cure your ballot", "url": "vote.example.org/cure"})
    assert 'data-copy="##{{&#39;cure-your-ballot&#39;|trackable}}"' in (await gary.get(page)).text
