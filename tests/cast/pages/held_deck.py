"""The deck of a volunteer's page without a browser, as deck.js keeps it."""

from __future__ import annotations

import re

import httpx

from tests.cast.site import PARTIAL, form_of


class Deck:
    """The cards that a page holds, as deck.js keeps them: the one it shows, then those behind it. ``cards``: the path and the
    form of each, by its conversation. ``shows``: the mark of what the page shows."""

    def __init__(self, page: str) -> None:
        self.cards: dict[str, tuple[str, dict[str, str]]] = {}
        self.shows = ""
        self.add(page)

    def add(self, page: str) -> None:
        for talk in re.findall(r'data-card="([0-9]+)-', page):
            path = f"/c/meyer/queue/{talk}/messages"
            self.cards[talk] = (path, form_of(page, path))
        self.shows = "".join(re.findall('data-shows="([^"]*)"', page)) or self.shows

    async def tap(self, amy: httpx.AsyncClient) -> httpx.Response:
        """Send on the card that is shown."""
        path, form = self.cards.pop(next(iter(self.cards)))
        ahead = {"ahead": ",".join(self.cards), "shows": self.shows} if self.cards else {}
        answer = await amy.post(path, data=form | ahead, headers=PARTIAL)
        self.add(answer.text)
        return answer
