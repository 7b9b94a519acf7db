"""Requests are cut to their bounds before any code looks at them (STYLE 28)."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, campaign_routes, fill, ids
from webapp.http import bounded

FORM = {"content-type": "application/x-www-form-urlencoded"}
OPEN_FORMS = ("/login", "/join", "/password-reset", "/password/abc")


@pytest.mark.parametrize("email", ["a@" + "." * 40_000 + " x", "a" * 40_000, " " * 40_000, "@" * 20_000, ".@" * 15_000])
async def test_forty_kilobytes_for_an_email_are_refused_at_once(cast: Cast, browse: Browser, email: str) -> None:
    client = await browse()
    await client.get("/login")  # whatever the first request loads
    began = time.process_time()
    answer = await client.post("/login", data={"email": email, "password": "x"})
    assert answer.status_code == 422 and "not an e-mail address" in answer.text
    assert time.process_time() - began < 2


@pytest.mark.parametrize("path", OPEN_FORMS)
async def test_a_stranger_may_send_64_kilobytes_and_200_fields(cast: Cast, browse: Browser, path: str) -> None:
    client = await browse()
    too_large = await client.post(path, content=b"email=" + b"a" * bounded.ANONYMOUS_BODY, headers=FORM)
    too_many = await client.post(path, data={f"f{n}": "x" for n in range(bounded.FIELDS + 1)})
    far_too_many = await client.post(path, content=b"a&" * 30_000, headers=FORM)
    assert (too_large.status_code, too_many.status_code, far_too_many.status_code) == (413, 400, 400)
    boundary = FORM | {"content-type": "multipart/form-data; boundary=" + "b" * 300}
    assert (await client.post(path, content=b"x", headers=boundary)).status_code == 400


async def test_no_room_behind_the_login_reads_a_stranger_s_body(
    cast: Cast, app: Litestar, browse: Browser, tmp_path: Path
) -> None:
    names, nobody, read = await ids(cast, tmp_path), await browse(), 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(40):
            read += 10_000
            yield b"a" * 10_000

    for method, path in campaign_routes(app):
        if method == "POST":
            read = 0
            answer = await nobody.post(fill(path, names, "meyer"), content=pieces(), headers=FORM)
            assert answer.status_code in (303, 413) and read <= bounded.ANONYMOUS_BODY + 10_000, path


async def test_an_address_has_an_end(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    for query in ("q=" + "a" * bounded.ADDRESS, "a&" * bounded.FIELDS):
        answer = await gary.get(f"{OFFICE}/contacts?{query}")
        assert answer.status_code == 414 and "too long" in answer.text
    assert (await gary.get(f"{OFFICE}/contacts?q={'a' * 5_000}")).status_code == 200


async def test_a_value_too_long_is_cut_and_its_field_refuses_it(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(f"{OFFICE}/actions", data={"title": "t" * 100_000})
    assert answer.status_code == 422 and "t" * 30_000 not in answer.text


async def test_as_many_boxes_as_a_campaign_has_lists_may_be_ticked(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(f"{OFFICE}/lists", data={"name": "n", "how": "any", "from": [str(n) for n in range(900)]})
    assert answer.status_code != 400


@pytest.mark.both
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/join?code=%00%00%00%00%00%00", 400),
        ("/c/%00", 404),
        ("/c/meyer/inbox?q=%00", 400),
        ("/login?next=http://[", 303),
        ("/c/meyer/admin/users?after=99999999999999999999", 200),
    ],
)
async def test_an_address_no_browser_makes_is_answered(cast: Cast, browse: Browser, path: str, status: int) -> None:
    selina = await browse(cast.selina)
    assert (await selina.get(path)).status_code == status


async def test_headers_that_are_no_addresses_are_answered(cast: Cast, browse: Browser) -> None:
    client = await browse()
    refused = await client.post("/login", data={"email": "x"}, headers={"origin": "http://["})
    assert refused.status_code == 403
    back = await client.post("/c/meyer/inbox", data={}, headers={"referer": "http://["})
    assert back.status_code < 500


async def test_a_part_of_a_form_that_is_no_text_is_refused(cast: Cast, browse: Browser) -> None:
    client = await browse()
    head = FORM | {"content-type": "multipart/form-data; boundary=b"}
    for kind, value in (("text/plain", b"\xff\xfe"), ("text/plain; charset=utf-99", b"x")):
        part = b'--b\r\nContent-Disposition: form-data; name="email"\r\nContent-Type: %s\r\n\r\n%s\r\n--b--\r\n'
        answer = await client.post("/login", content=part % (kind.encode(), value), headers=head)
        assert answer.status_code == 400, kind


HALF = {
    "application/x-www-form-urlencoded": b"email=amy%40exam",
    "multipart/form-data; boundary=x": b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nphone\r\n4125',
}


async def test_who_goes_away_in_the_middle_of_a_form_is_no_fault_of_the_site(
    cast: Cast, app: Litestar, browse: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    client = await browse(cast.gary)
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    paths = ["/login", "/webhooks/twilio/inbound", "/c/meyer/admin/imports", "/c/meyer/admin/contacts/bulk"]
    for path in paths:
        for kind, half in HALF.items():
            said = await left_in_the_middle(app, path, {"content-type": kind, "cookie": cookie}, half)
            assert all(message.get("status", 400) < 500 for message in said), (path, kind)
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


async def left_in_the_middle(app: Litestar, path: str, headers: dict[str, str], half: bytes) -> list[dict[str, Any]]:
    """The site's answer to a client that sends half of a form and goes away."""
    coming: Iterator[dict[str, Any]] = iter(
        [{"type": "http.request", "body": half, "more_body": True}, {"type": "http.disconnect"}]
    )
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(coming)

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"texts.example"), *((k.encode(), v.encode()) for k, v in headers.items())],
        "client": ("127.0.0.1", 9),
        "server": ("texts.example", 80),
    }
    await app(scope, receive, send)  # type: ignore[arg-type]
    return said
