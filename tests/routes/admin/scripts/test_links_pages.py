"""Custom links are made, changed, archived."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.site import Browser
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.audit import AuditEvent
from webapp.models.scripts.links import CustomLink

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
