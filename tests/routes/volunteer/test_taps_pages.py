"""The page after a tap whose answer brought only what changed is the page that is loaded anew (SPEC V4)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from tests.cast import MORNING, Cast
from tests.cast.pages.asked import open_queue
from tests.cast.pages.held_deck import Deck
from tests.cast.site import Browser
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.assignments import assigning, going_back
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_outs import opting_out
from webapp.models.sending import undo
from webapp.models.sending.claim import claim_next

PEOPLE = ("Mike", "Ben", "Sue", "Kent", "Jan", "Tom", "Cat", "Roy")
PARTS = ("counter", "bar", "later", "undo", "sent")


async def eight_people(cast: Cast) -> None:
    """Lisa and eight more, in their order; it is six in the morning where Tom lives."""
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(undo_seconds=20))
    for n, name in enumerate(PEOPLE):
        await cast.add_contact(f"+1412555{2100 + n}", first_name=name, zip="96720" if name == "Tom" else "15213")
    await cast.make()


async def another_action_texts_cat() -> None:
    await transaction(lambda: Contact.filter(first_name="Cat").update(last_claimed_at=clock.now()))


class Shown:
    """A page as deck.js and htmx keep it: its parts by their ids, and the texts just sent."""

    def __init__(self, page: str) -> None:
        self.deck, self.parts, self.sent = Deck(page), dict[str, str](), list[str]()
        self.take(page)

    def take(self, answer: str) -> None:
        for name in PARTS[:-1]:
            found = re.search(rf'<(\w+)[^>]*\bid="{name}".*?</\1>', answer, re.S)
            if found:
                plain = " ".join(re.sub(r'hx-swap-oob="\w+"|data-seconds="\d+"', "", found[0]).split())
                self.parts[name] = plain.replace(" >", ">")
        sent = re.search(r'<ol[^>]*\bid="sent"(.*?)>(.*?)</ol>', answer, re.S)
        assert sent
        names = re.findall(r'class="name">\s*([^,<]*?)\s*(?:,.*?)?</span>', sent[2], re.S)
        self.sent = (names + self.sent if "afterbegin" in sent[1] else names)[:7]

    def told(self) -> object:
        return self.parts, self.sent

    async def tap(self, amy: httpx.AsyncClient) -> str:
        answer = await self.deck.tap(amy)
        assert answer.status_code == 200 and "<main" not in answer.text, answer.text
        self.take(answer.text)
        return answer.text


async def load(cast: Cast, amy: httpx.AsyncClient) -> Shown:
    return Shown((await amy.get(f"/c/meyer/actions/{cast.action.id}/queue")).text)


async def nothing(_: Cast, __: httpx.AsyncClient) -> None:
    pass


async def another_tab_sends(cast: Cast, amy: httpx.AsyncClient) -> None:
    other = await load(cast, amy)
    for _ in range(2):
        other.deck.cards.pop(next(iter(other.deck.cards)))
    await other.deck.tap(amy)


async def another_tab_takes_one_back(cast: Cast, _: httpx.AsyncClient) -> None:
    newest = await Message.all().order_by("-id").first()
    assert newest and await undo.take_back(cast.amy, newest.id)


async def one_of_them_says_stop(cast: Cast, _: httpx.AsyncClient) -> None:
    lisa = await Contact.get(first_name="Lisa")
    await transaction(lambda: opting_out.opt_out(lisa, "admin"))


async def one_is_refused_as_it_leaves(cast: Cast, _: httpx.AsyncClient) -> None:
    await transaction(lambda: Contact.filter(first_name="Lisa").update(landline_until=clock.now() + timedelta(days=9)))
    clock.freeze(clock.now() + timedelta(seconds=30))
    await claim_next(cast.number.id)


async def hours_begin(_: Cast, __: httpx.AsyncClient) -> None:
    clock.freeze(clock.now() + timedelta(hours=4))


async def one_goes_to_dan(cast: Cast, _: httpx.AsyncClient) -> None:
    jan = await Contact.get(first_name="Jan")

    async def move() -> None:
        await Contact.locked(jan.id)
        await assigning.give({jan.id: cast.dan.user_id}, [cast.action.id], "all", cast.gary.user, clock.now())

    await transaction(move)


async def one_is_skipped_for_good(cast: Cast, _: httpx.AsyncClient) -> None:
    kent = await Conversation.get(contact__first_name="Kent")
    for _time in range(2):
        await going_back.skip(kent, cast.amy)


async def undo_is_made_shorter(cast: Cast, _: httpx.AsyncClient) -> None:
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(undo_seconds=0))


BETWEEN = (
    nothing,
    another_tab_sends,
    another_tab_takes_one_back,
    one_of_them_says_stop,
    one_is_refused_as_it_leaves,
    hours_begin,
    one_goes_to_dan,
    one_is_skipped_for_good,
    undo_is_made_shorter,
)


@pytest.mark.parametrize("happens", BETWEEN)
async def test_whatever_happens_between_two_taps_the_page_is_the_one_that_is_loaded_anew(
    cast: Cast, browse: Browser, happens: Callable[[Cast, httpx.AsyncClient], Awaitable[None]]
) -> None:
    await eight_people(cast)
    amy = await browse(cast.amy)
    clock.freeze(MORNING + timedelta(hours=4))
    await open_queue(amy, cast)
    clock.freeze(MORNING + timedelta(days=1))
    await another_action_texts_cat()
    page = await load(cast, amy)
    assert "2 can be texted later" in page.parts["later"]
    for _ in range(2):
        await page.tap(amy)
        assert page.told() == (await load(cast, amy)).told()
    await happens(cast, amy)
    await page.tap(amy)
    anew = await load(cast, amy)
    assert page.told() == anew.told()
    assert len(page.deck.cards) == 3
