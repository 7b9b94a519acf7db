"""Pictures that come with texts: fetched by a worker, kept without what hides in them, shown to who holds the thread."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cast import Cast
from tests.cast.site import Browser
from tests.cast.stand_ins.simulated import Simulated
from tests.cast.texting import says, texted
from webapp import clock, config
from webapp.config import Settings
from webapp.database import transaction
from webapp.gateways.twilio import Twilio
from webapp.models.numbers.number import PhoneNumber
from webapp.models.receiving.media import KEPT, REFUSED, TRIES, WAITING, Media
from webapp.rules.scripts import picture
from webapp.simulator import account as simulator
from webapp.simulator.store import IN
from webapp.workers.receiving import catching_up
from webapp.workers.receiving.media import fetch_media

AT = f"https://api.twilio.com/2010-04-01/Accounts/{simulator.ACCOUNT}/Messages/MM1/Media/ME1"


async def sends(cast: Cast, *ends: str) -> list[Media]:
    """Lisa answers with files."""
    await texted(cast)
    urls = {f"MediaUrl{n}": AT + end for n, end in enumerate(ends)}
    await says(cast, "Look", NumMedia=str(len(ends)), **urls)
    return await Media.all().order_by("id")


@pytest.mark.both
async def test_a_picture_is_kept_and_other_files_are_not(cast: Cast, twilio: Simulated) -> None:
    await sends(cast, ".png", ".exe", ".big", ".vanished")
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


async def test_trouble_is_tried_again_later_and_not_for_ever(cast: Cast, twilio: Simulated) -> None:
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
    cast: Cast, twilio: Simulated, browse: Browser
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
    cast: Cast, twilio: Simulated, browse: Browser
) -> None:
    [row, _] = await sends(cast, ".png", ".exe")
    talk, amy = await cast.conversation(), await browse(cast.amy)
    thread, picture = f"/c/meyer/threads/{talk.id}", f"/c/meyer/threads/{talk.id}/media/{row.id}"
    assert "being fetched" in (await amy.get(thread)).text
    assert (await amy.get(picture)).status_code == 404
    await fetch_media({})
    shown = (await amy.get(thread)).text
    assert re.search(rf'src="{picture}" alt="Picture they sent" loading="lazy">\s*</details>', shown)
    assert "not a picture" in shown
    answer = await amy.get(picture)
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    for member in (cast.dan, cast.jonah):
        assert (await (await browse(member)).get(picture)).status_code == 404
    assert (await (await browse()).get(picture)).status_code == 303


async def test_a_picture_that_came_while_we_were_away_is_fetched(cast: Cast, twilio: Simulated) -> None:
    clock.freeze(datetime.now(UTC))
    await transaction(lambda: PhoneNumber.all().update(created_at=clock.now() - timedelta(hours=1)))
    twilio.carrier.store.add(IN, cast.lisa.phone, cast.number.e164, "Look", 1, media=AT + ".png")
    gateway = Twilio(config.settings())
    await catching_up.catch_up({"twilio": gateway})
    await fetch_media({"twilio": gateway})
    await gateway.close()
    [row] = await Media.all()
    assert row.status != REFUSED, f"lost for good: {row.why!r} at {row.url!r}"


async def test_a_picture_that_twilio_does_not_show_yet_is_fetched_later(cast: Cast, twilio: Simulated) -> None:
    """Its list of files is empty, and a file is a 404, until Twilio's own store has caught up."""
    [row] = await sends(cast, ".later")
    await transaction(lambda: Media.create(message_id=row.message_id, url="", content_type="image/png"))

    class EmptyList:
        async def media_of(self, sid: str) -> list[str]:
            return []

    await fetch_media({"twilio": EmptyList()})
    assert [(media.status, media.tries) for media in await Media.all()] == [(WAITING, 1), (WAITING, 1)]


async def test_a_picture_that_has_come_is_told_to_the_open_thread(
    cast: Cast, twilio: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []

    async def tell(conversation_id: int, holder_id: int | None = None) -> None:
        told.append(conversation_id)

    await sends(cast, ".png")
    monkeypatch.setattr("webapp.news.tell", tell)
    await fetch_media({})
    assert told == [(await cast.conversation()).id]


async def test_a_wrong_login_is_trouble_and_no_reason_to_give_a_picture_up(cast: Cast, twilio: Simulated) -> None:
    """A token that is being rotated: 401 today, 200 in a minute."""
    [row] = await sends(cast, ".png")
    config.use(Settings(**{**config.settings().__dict__, "twilio_auth_token": "rotated"}))
    await fetch_media({})
    row = await Media.get(id=row.id)
    assert row.status != REFUSED, row.why


@pytest.mark.parametrize("address", ["https://[", "https://api.twilio.com:99999/x"])
async def test_an_address_nobody_can_read_does_not_hold_up_the_others(
    cast: Cast, twilio: Simulated, address: str
) -> None:
    await texted(cast)
    await says(cast, "Look", NumMedia="2", MediaUrl0=address, MediaUrl1=AT + ".png")
    for _ in range(3):
        await fetch_media({})
        clock.freeze(clock.now() + timedelta(hours=1))
    assert (await Media.all().order_by("id"))[1].status == KEPT


async def test_pictures_are_unpacked_one_at_a_time(
    cast: Cast, twilio: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each text with a picture nudges a job, and a picture of 250 kB takes 0.7 GB while it is read (scripts' take turns)."""
    await sends(cast, ".png")
    inside, most, lock = 0, 0, threading.Lock()
    read = picture.read

    def slow(data: bytes) -> Any:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.3)
        try:
            return read(data)
        finally:
            with lock:
                inside -= 1

    monkeypatch.setattr(picture, "read", slow)
    await asyncio.gather(*(fetch_media({}) for _ in range(5)))
    assert most == 1


async def test_a_picture_that_kills_the_worker_is_not_read_for_ever(
    cast: Cast, twilio: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies while it reads one (out of memory) tries it again first thing, each minute, for ever."""
    await sends(cast, ".png")

    class Killed(BaseException):
        pass

    def killed(data: bytes) -> Any:
        raise Killed

    monkeypatch.setattr(picture, "read", killed)
    for _ in range(12):
        try:
            await fetch_media({})
        except Killed:
            pass
        clock.freeze(clock.now() + timedelta(days=1))
    [row] = await Media.all()
    assert row.tries > 0 or row.status == REFUSED
