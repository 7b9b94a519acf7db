"""A script's picture: taken in, made smaller, shown, missing."""

from __future__ import annotations

import re

from tests.cast import HELLO, Cast, drawn
from tests.cast.site import FINE, Browser, here
from webapp import clock
from webapp.models.actions import pictures
from webapp.models.actions.pictures import Picture


async def test_a_picture_is_taken_in_with_the_text_and_shown(cast: Cast, browse: Browser) -> None:
    gary, amy, path = await browse(cast.gary), await browse(cast.amy), f"{here(cast)}/scripts/{cast.hello.id}"
    answer = await gary.post(path, data={"body": FINE}, files={"picture": ("x.bin", drawn(), "text/plain")})
    assert answer.status_code == 303
    await cast.hello.refresh_from_db()
    picture = await Picture.get(id=cast.hello.picture_id)
    assert cast.hello.version == 2 and picture.type == "image/png"
    page = (await gary.get(f"{here(cast)}/scripts")).text
    assert f"/c/meyer/pictures/{picture.id}" in page and "one MMS" in page
    shown = await gary.get(f"/c/meyer/pictures/{picture.id}")
    assert (shown.status_code, shown.headers["content-type"], shown.content) == (
        200,
        "image/png",
        picture.path.read_bytes(),
    )
    await cast.start(cast.amy)
    assert f"/c/meyer/pictures/{picture.id}" in (await amy.get(f"/c/meyer/actions/{cast.action.id}/queue")).text
    await cast.click(cast.amy)
    talk = await cast.conversation()
    assert f"/c/meyer/pictures/{picture.id}" in (await amy.get(f"/c/meyer/threads/{talk.id}")).text
    await gary.post(path, data={"body": FINE, "remove_picture": "1"})
    await cast.hello.refresh_from_db()
    assert (cast.hello.picture_id, cast.hello.version) == (None, 3)


async def test_a_volunteer_sees_the_pictures_of_their_own_actions_and_threads_alone(
    cast: Cast, browse: Browser
) -> None:
    picture = await pictures.take_in(cast.meyer, drawn())
    assert isinstance(picture, Picture)
    path = f"/c/meyer/pictures/{picture.id}"
    await cast.hello.write("", FINE, picture.id)
    amy, dan = await browse(cast.amy), await browse(cast.dan)
    assert (await amy.get(path)).status_code == 404, "no card of the action is hers yet"
    await cast.start(cast.amy)
    assert (await amy.get(path)).status_code == 200 and (await dan.get(path)).status_code == 404
    await cast.click(cast.amy)
    await cast.hello.write("", FINE, None)
    assert (await amy.get(path)).status_code == 200, "it stays in the text that was sent"


async def test_a_file_that_is_no_picture_changes_nothing(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    files = {"picture": ("cat.png", b"<script>alert(1)</script>", "image/png")}
    answer = await gary.post(f"{here(cast)}/scripts/{cast.hello.id}", data={"body": FINE}, files=files)
    assert (
        answer.status_code == 422
        and "This file is not a picture." in answer.text
        and "it&#39;s ##{{user" in answer.text
    )
    await cast.hello.refresh_from_db()
    assert cast.hello.version == 1 and await Picture.all().count() == 0


async def test_one_too_large_is_offered_smaller_and_taken_with_one_tap(cast: Cast, browse: Browser) -> None:
    gary, path = await browse(cast.gary), f"{here(cast)}/scripts/{cast.hello.id}"
    large = drawn(2200, 1600, "JPEG", noise=True, quality=95)
    assert len(large) > 2_000_000
    answer = await gary.post(path, data={"body": FINE}, files={"picture": ("big.jpg", large, "image/jpeg")})
    assert answer.status_code == 422 and "A smaller picture is ready" in answer.text
    offered = re.search(r'name="use_picture" value="(\d+)"', answer.text)
    assert offered
    assert (await gary.post(path, data={"body": FINE, "use_picture": offered[1]})).status_code == 303
    await cast.hello.refresh_from_db()
    picture = await Picture.get(id=cast.hello.picture_id)
    assert picture.size < 600_000 and (cast.hello.body, cast.hello.version) == (FINE, 2)


async def test_a_picture_chosen_beside_a_wrong_text_is_kept_for_the_next_try(cast: Cast, browse: Browser) -> None:
    gary, path = await browse(cast.gary), f"{here(cast)}/scripts/{cast.hello.id}"
    answer = await gary.post(path, data={"body": "##{{nope}}"}, files={"picture": ("x.png", drawn(), "image/png")})
    kept = re.search(r'type="hidden" name="use_picture" value="(\d+)"', answer.text)
    assert answer.status_code == 422 and kept
    await gary.post(path, data={"body": FINE, "use_picture": kept[1]})
    await cast.hello.refresh_from_db()
    assert cast.hello.picture_id == int(kept[1])


async def test_another_campaign_s_picture_can_not_be_used_or_seen(cast: Cast, browse: Browser) -> None:

    theirs = await pictures.take_in(cast.ryan, drawn())
    assert isinstance(theirs, Picture)
    gary, path = await browse(cast.gary), f"{here(cast)}/scripts/{cast.hello.id}"
    assert (await gary.post(path, data={"body": FINE, "use_picture": str(theirs.id)})).status_code == 404
    assert (await gary.get(f"/c/meyer/pictures/{theirs.id}")).status_code == 404
    nobody = await browse()
    assert (await nobody.get(f"/c/ryan/pictures/{theirs.id}")).status_code == 303
    assert (await nobody.get(f"/pictures/{theirs.id}/9999999999/{'0' * 32}")).status_code == 404
    signed = await nobody.get(pictures.signed_path(theirs.id, clock.now()))
    assert signed.status_code == 200 and signed.headers["content-type"] == "image/png"
    assert (await nobody.head(pictures.signed_path(theirs.id, clock.now()))).status_code == 200


async def test_a_missing_picture_stands_in_the_way_of_publishing(cast: Cast, browse: Browser) -> None:

    made = await pictures.take_in(cast.meyer, drawn())
    assert isinstance(made, Picture)
    await cast.hello.write("", HELLO, made.id)
    made.path.unlink()
    selina = await browse(cast.selina)
    answer = await selina.post(f"{here(cast)}/publication", data={"state": "public", "reason": "because"})
    assert answer.status_code == 422 and "The picture is missing. Add it again." in answer.text
    assert "The picture is missing. Add it again." in (await selina.get(f"{here(cast)}/scripts")).text
