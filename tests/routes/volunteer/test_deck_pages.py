"""The deck: the cards behind the one on the page (SPEC V4)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlencode

import httpx
import pytest

from tests.cast import Cast, texts
from tests.cast.database.plans import statements
from tests.cast.pages.asked import open_queue
from tests.cast.pages.held_deck import Deck
from tests.cast.site import PARTIAL, Browser, form_of
from webapp import database
from webapp.database import transaction
from webapp.database.engines.asyncpg_engine import Context
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import Conversation
from webapp.models.opt_outs import opting_out

URL_ENCODED = "application/x-www-form-urlencoded"


async def five_people(cast: Cast) -> None:
    """Lisa and four more, in their order."""
    for n, name in enumerate(("Mike", "Ben", "Sue", "Kent")):
        await cast.add_contact(f"+1412555{2100 + n}", first_name=name, zip="15213")
    await cast.make()


async def test_the_page_holds_two_cards_behind_the_one_it_shows(cast: Cast, browse: Browser) -> None:
    await five_people(cast)
    page = await open_queue(await browse(cast.amy), cast)
    shown, _, ahead = page.partition('<div id="ahead" hidden>')
    assert re.findall(r"<h2.*?>(\w+)</h2>", shown)[0] == "Lisa" and "data-spoken" not in ahead
    assert [name for name in ("Mike", "Ben", "Sue", "Kent") if f">{name}</h2>" in ahead] == ["Mike", "Ben"]
    assert "Hi Mike, it&#39;s Amy" in ahead and 'id="send"' not in ahead and "disabled" not in ahead


async def test_the_answer_to_a_tap_brings_one_card_for_the_end_of_the_deck(cast: Cast, browse: Browser) -> None:
    """And the counter, the texts just sent and Undo; not the card that the page shows already."""
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(undo_seconds=5))
    await five_people(cast)
    amy = await browse(cast.amy)
    deck = Deck(await open_queue(amy, cast))
    answer = await deck.tap(amy)
    assert answer.status_code == 200 and "<main" not in answer.text
    assert [name for name in ("Mike", "Ben", "Sue", "Kent") if f">{name}</h2>" in answer.text] == ["Sue"]
    assert "1 of 5" in answer.text and "<title>1 / 5" in answer.text and "/cancellation" in answer.text
    parts = re.findall(r'id="([a-z-]+)"[^>]*?hx-swap-oob="(\w+)"', answer.text)
    alone = database.dialect() == "postgres"
    newest_alone = ("sent", "afterbegin" if alone else "true")
    assert parts == [
        ("counter", "true"),
        *([] if alone else [("later", "true")]),
        ("bar", "true"),
        ("said", "true"),
        newest_alone,
        ("undo", "true"),
        ("ahead", "beforeend"),
    ]
    assert len(await texts()) == 1


async def test_a_deck_is_tapped_to_its_end_each_person_once(cast: Cast, browse: Browser) -> None:
    await five_people(cast)
    amy = await browse(cast.amy)
    deck, answers = Deck(await open_queue(amy, cast)), []
    while deck.cards:
        answers.append(await deck.tap(amy))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert "You texted 5 people" in answers[-1].text and "<main" in answers[-1].text
    assert len({text.phone for text in await texts()}) == len(await texts()) == 5


async def test_a_card_of_the_deck_that_changed_comes_back_as_a_changed_one(cast: Cast, browse: Browser) -> None:
    """With a new deck behind it."""
    await five_people(cast)
    amy = await browse(cast.amy)
    deck = Deck(await open_queue(amy, cast))
    await deck.tap(amy)
    await transaction(lambda: cast.hello.write("", "New words for ##{{first_name}}. Reply STOP to opt out.", None))
    answer = await deck.tap(amy)
    assert answer.status_code == 409 and "The text changed. Read it again, then send." in answer.text
    shown, _, ahead = answer.text.partition('<div id="ahead" hidden>')
    assert "New words for Mike" in shown and "New words for Ben" in ahead and "New words for Sue" in ahead
    assert len(await texts()) == 1


async def test_who_opted_out_while_their_card_lay_in_the_deck_is_not_texted(cast: Cast, browse: Browser) -> None:
    await five_people(cast)
    amy = await browse(cast.amy)
    deck = Deck(await open_queue(amy, cast))
    await deck.tap(amy)
    mike = await Contact.get(first_name="Mike")
    await transaction(lambda: opting_out.opt_out(mike, "admin"))
    answer = await deck.tap(amy)
    assert answer.status_code == 409 and "Not sent to Mike." in answer.text
    assert ">Ben</h2>" in answer.text.partition('<div id="ahead" hidden>')[0]
    assert [text.phone for text in await texts()] == [cast.lisa.phone]


async def test_a_paused_action_has_no_deck(cast: Cast, browse: Browser) -> None:
    """A card of the deck that was there before is refused, and the page that comes has none any more."""
    await five_people(cast)
    amy = await browse(cast.amy)
    deck = Deck(await open_queue(amy, cast))
    await transaction(lambda: cast.action.pause(cast.gary))
    answer = await deck.tap(amy)
    assert answer.status_code == 409 and "This action is paused. Nothing was sent." in answer.text
    assert "</h2>" not in answer.text.partition('<div id="ahead" hidden>')[2].partition("</div>")[0]
    assert await texts() == []


async def test_what_the_page_says_of_its_deck_decides_only_what_it_is_shown(cast: Cast, browse: Browser) -> None:
    """With anything in it: words, other people's cards, numbers that no row can have."""
    await five_people(cast)
    amy = await browse(cast.amy)
    for ahead in ("", "no", "9" * 400, "-1,0", "1,2,3,4,5,6", "²,٣"):
        page = (await amy.get(f"/c/meyer/actions/{cast.action.id}/queue")).text if await texts() else ""
        page = page or await open_queue(amy, cast)
        path = re.findall(r'hx-post="(/c/meyer/queue/[0-9]+/messages)"', page)[:1]
        if path:
            answer = await amy.post(path[0], data=form_of(page, path[0]) | {"ahead": ahead}, headers=PARTIAL)
            assert answer.status_code == 200, ahead
    assert len({text.phone for text in await texts()}) == len(await texts()) == 5


async def test_an_answer_to_a_tap_is_small(cast: Cast, browse: Browser) -> None:
    await five_people(cast)
    amy = await browse(cast.amy)
    deck = Deck(await open_queue(amy, cast))
    for _ in range(3):
        answer = await deck.tap(amy)
        assert int(answer.headers["content-length"]) + sum(map(len, answer.headers.values())) < 2_500
        assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.both
async def test_a_tap_costs_two_round_trips(cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """The login with what is read; what is written with the next card. On PostgreSQL neither BEGIN nor COMMIT."""
    for n in range(6):
        await cast.add_contact(f"+1412555{2100 + n}", first_name="Mike", zip="15213")
    await cast.make()
    amy = await browse(cast.amy)
    deck = Deck(await open_queue(amy, cast))
    for _ in range(3):
        begun = transactions(monkeypatch)
        with statements() as asked:
            assert (await deck.tap(amy)).status_code == 200
    assert len(deck.cards) == 3, "each answer brought one more"
    assert database.dialect() == "sqlite" or begun == []
    assert len(asked) <= (8 if database.dialect() == "sqlite" else 2), asked  # there each write is one by itself


@pytest.mark.postgres
async def test_a_tap_that_notes_its_user_as_here_takes_no_locks_first(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once a minute the membership is written between the login and the text."""
    await five_people(cast)
    amy = await browse(cast.amy)
    deck = Deck(await open_queue(amy, cast))
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(last_here_at=None))
    begun = transactions(monkeypatch)
    assert (await deck.tap(amy)).status_code == 200
    assert begun == [] and (await Membership.get(id=cast.amy.id)).last_here_at


async def test_the_answer_to_a_tap_outside_the_newest_bucket_counts_as_the_page_does(
    cast: Cast, browse: Browser
) -> None:
    """The office has assigned Lisa; the others came with Start."""
    await five_people(cast)
    amy = await browse(cast.amy)
    deck = Deck(await open_queue(amy, cast))
    await transaction(lambda: Conversation.filter(contact_id=cast.lisa.id).update(bucket_id=None))
    answer = await deck.tap(amy)
    assert [text.phone for text in await texts()] == [cast.lisa.phone]
    assert "0 of 4" in answer.text and "Lisa" not in answer.text and ">Sue</h2>" in answer.text
    assert "0 of 4" in (await amy.get(f"/c/meyer/actions/{cast.action.id}/queue")).text


async def test_what_changes_while_a_form_is_on_its_way_is_seen(cast: Cast, browse: Browser) -> None:
    """However slow the line is: the script is another, then the action is paused."""
    await five_people(cast)
    amy = await browse(cast.amy)
    deck = Deck(await open_queue(amy, cast))
    path, form = deck.cards.popitem()[1]

    async def post_slowly(meanwhile: Callable[[], Awaitable[object]]) -> httpx.Response:
        async def body() -> AsyncIterator[bytes]:
            sent = urlencode(form | {"ahead": ",".join(deck.cards)}).encode()
            yield sent[:20]
            await transaction(meanwhile)
            yield sent[20:]

        return await amy.post(path, content=body(), headers={**PARTIAL, "content-type": URL_ENCODED})

    words = "New words for ##{{first_name}}. Reply STOP to opt out."
    changed = await post_slowly(lambda: cast.hello.write("", words, None))
    assert changed.status_code == 409 and "The text changed. Read it again, then send." in changed.text
    paused = await post_slowly(lambda: cast.action.pause(cast.gary))
    assert paused.status_code == 409 and "This action is paused. Nothing was sent." in paused.text
    assert await texts() == []


def transactions(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Those that begin from now on with BEGIN."""
    begun: list[object] = []
    begin = Context.__aenter__

    async def noted(context: Context) -> object:
        begun.append(context)
        return await begin(context)

    monkeypatch.setattr(Context, "__aenter__", noted)
    return begun
