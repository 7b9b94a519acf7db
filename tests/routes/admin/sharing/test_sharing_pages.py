"""Owners say with whom opt-outs are shared; nobody learns which campaigns there are (SPEC B9)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, audited
from webapp.models.sharing import sharing
from webapp.models.sharing.sharing import OptOutSharing

PAGE = OFFICE + "/opt-outs/sharing"


async def test_an_owner_says_so_and_ends_it(cast: Cast, browse: Browser) -> None:
    selina = await browse(cast.selina)
    assert (await selina.post(PAGE, data={"slug": "Ryan"})).status_code == 303
    assert (await selina.post(PAGE, data={"slug": "nobody-at-all"})).status_code == 303
    assert (await selina.get(PAGE)).text.count("Waits for their owner") == 2, "there or not, it looks the same"
    await sharing.say(cast.jonah, "meyer")
    assert "Shared both ways" in (await selina.get(PAGE)).text
    row = await OptOutSharing.get(with_slug="ryan")
    assert (await selina.post(f"{PAGE}/{row.id}/end")).status_code == 303
    assert await audited("opt_out.sharing_ended") == 1 and not await OptOutSharing.filter(with_slug="ryan").exists()


@pytest.mark.parametrize("slug", ["", "meyer", "a b", "/c/ryan", "x" * 61])
async def test_a_wrong_name_is_refused(cast: Cast, browse: Browser, slug: str) -> None:
    selina = await browse(cast.selina)
    assert (await selina.post(PAGE, data={"slug": slug})).status_code == 422 and await OptOutSharing.all().count() == 0


async def test_admins_look_and_others_are_turned_away(cast: Cast, browse: Browser) -> None:
    await sharing.say(cast.selina, "ryan")
    row = await OptOutSharing.get()
    gary, amy, jonah = [await browse(one) for one in (cast.gary, cast.amy, cast.jonah)]
    assert "Only an owner" in (await gary.get(PAGE)).text and (await amy.get(PAGE)).status_code == 404
    assert (await gary.post(PAGE, data={"slug": "ryan"})).status_code == 404
    for who, page in ((gary, PAGE), (jonah, PAGE.replace("meyer", "ryan"))):
        assert (await who.post(f"{page}/{row.id}/end")).status_code == 404
    assert await OptOutSharing.all().count() == 1
