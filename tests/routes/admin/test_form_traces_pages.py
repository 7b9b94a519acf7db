"""What the texts of an opt-in form leave on other pages of the office (SPEC B2, G3, R6, R7)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.opt_ins import leave, make_form, signs_up, texts_back, work
from tests.cast.site import OFFICE, Browser
from webapp.models.conversations import inbox

HANDED = OFFICE + "/attention?show=staff"


@pytest.mark.both
@pytest.mark.parametrize(
    ("told", "waits"),
    [([], 0), (["Yes"], 0), (["What is this?"], 1), (["Yes", "When is the rally?"], 1), (["What?", "STOP"], 0)],
)
async def test_whoever_signed_up_is_handed_to_the_staff_only_while_they_wait_for_an_answer(
    cast: Cast, browse: Browser, told: list[str], waits: int
) -> None:
    form = await make_form(cast)
    await signs_up(form)
    await signs_up(form, "+14125550132", first_name="Nora")
    await work()
    await leave(cast.number)
    for words in told:
        await texts_back(cast, words)
    gary = await browse(cast.gary)
    page = await gary.get(HANDED)
    assert page.status_code == 200 and page.text.count('id="thread-') == waits
    assert await inbox.with_staff(cast.gary).count() == waits
