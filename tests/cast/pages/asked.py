"""Requests that several tests make of the site's pages."""

from __future__ import annotations

import httpx

from tests.cast import Cast
from tests.cast.site import OFFICE


async def upload(client: httpx.AsyncClient, file: str, content: bytes, **form: str) -> str:
    """Uploads a list. Returns the address of its page."""
    answer = await client.post(OFFICE + "/imports", files={"file": (file, content)}, data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def open_queue(amy: httpx.AsyncClient, cast: Cast) -> str:
    """Amy presses Start. Returns the page of her queue."""
    await amy.post(f"/c/meyer/actions/{cast.action.id}/buckets")
    return (await amy.get(f"/c/meyer/actions/{cast.action.id}/queue")).text
