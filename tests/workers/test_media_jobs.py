"""Pictures that come with texts: fetched by a worker, kept without what hides in them, shown to who holds the thread."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from tests.cast import Cast
from tests.models.receiving.test_applying import says, texted
from tests.routes.conftest import Browser, app, browse  # noqa: F401
from webapp import clock
from webapp.models.receiving.media import KEPT, REFUSED, TRIES, WAITING, Media
from webapp.simulator import main as simulator
from webapp.workers.media import fetch_media

AT = f"https://api.twilio.com/2010-04-01/Accounts/{simulator.ACCOUNT}/Messages/MM1/Media/ME1"


async def sends(cast: Cast, *ends: str) -> list[Media]:
    """Lisa answers with files."""
    await texted(cast)
    urls = {f"MediaUrl{n}": AT + end for n, end in enumerate(ends)}
    await says(cast, "Look", NumMedia=str(len(ends)), **urls)
    return await Media.all().order_by("id")


@pytest.mark.both
async def test_a_picture_is_kept_and_other_files_are_not(cast: Cast, twilio: httpx.AsyncClient) -> None:
    await sends(cast, ".png", ".exe", ".big", ".gone")
    await fetch_media({})
    rows = await Media.all().order_by("id")
    assert [(row.status, row.why) for row in rows] == [
        (KEPT, ""),
        (REFUSED, "kind"),
        (REFUSED, "large"),
        (REFUSED, "gone"),
    ]
    assert rows[0].path.read_bytes().startswith(b"\x89PNG")
    assert len(list(rows[0].path.parent.iterdir())) == 1


async def test_trouble_is_tried_again_later_and_not_for_ever(cast: Cast, twilio: httpx.AsyncClient) -> None:
    [row] = await sends(cast, ".down")
    await fetch_media({})
    await fetch_media({})
    row = await Media.get(id=row.id)
    assert (row.status, row.tries) == (WAITING, 1), "not before its time"
    for _ in range(TRIES):
        clock.freeze(clock.now() + timedelta(hours=6))
        await fetch_media({})
    row = await Media.get(id=row.id)
    assert (row.status, row.why, row.tries) == (REFUSED, "trouble", TRIES)


async def test_staff_see_it_with_the_contact_and_among_unmatched_texts(
    cast: Cast,
    twilio: httpx.AsyncClient,
    browse: Browser,  # noqa: F811
) -> None:
    await says(cast, "", NumMedia="1", MediaUrl0=AT + ".png")
    await fetch_media({})
    [row] = await Media.all()
    gary, picture = await browse(cast.gary), f"/c/meyer/admin/contacts/{cast.lisa.id}/media/{row.id}"
    for page in (f"contacts/{cast.lisa.id}", "unmatched"):
        assert f'src="{picture}"' in (await gary.get(f"/c/meyer/admin/{page}")).text
    assert (await gary.get(picture)).headers["content-type"] == "image/png"
    nora = await cast.add_contact("+14125550103")
    assert (await gary.get(picture.replace(f"/{cast.lisa.id}/", f"/{nora.id}/"))).status_code == 404


async def test_the_thread_shows_it_on_a_click_to_its_holder_and_to_nobody_else(
    cast: Cast,
    twilio: httpx.AsyncClient,
    browse: Browser,  # noqa: F811
) -> None:
    [row, _] = await sends(cast, ".png", ".exe")
    talk, amy = await cast.conversation(), await browse(cast.amy)
    thread, picture = f"/c/meyer/threads/{talk.id}", f"/c/meyer/threads/{talk.id}/media/{row.id}"
    assert "being fetched" in (await amy.get(thread)).text
    assert (await amy.get(picture)).status_code == 404
    await fetch_media({})
    shown = (await amy.get(thread)).text
    assert f'src="{picture}" alt="Picture they sent" loading="lazy"></details>' in shown and "no picture" in shown
    answer = await amy.get(picture)
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    for member in (cast.dan, cast.jonah):
        assert (await (await browse(member)).get(picture)).status_code == 404
    assert (await (await browse()).get(picture)).status_code == 303
