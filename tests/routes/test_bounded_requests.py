"""What a request may bring is bounded before any code looks at it (STYLE 28)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from litestar import Litestar

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, campaign_routes, fill, ids
from webapp import bounded

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
