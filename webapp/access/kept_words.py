"""Keeps words that somebody sent in a conversation after their login had ended. For browsers without JavaScript; in
others static/js/words_after_login.js does it on the page. They lie sealed in a cookie that only the pages of the log-in
get. After the log-in of the same user a page shows them, and nothing is done before the user presses there.

Meanwhile anybody at this browser may send any form. So nothing is kept that changes the office or an account, nor where
nobody knows whose session ended."""

from __future__ import annotations

import re
from dataclasses import dataclass

from litestar import Request
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException

from webapp import clock
from webapp.access import cookies
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import User
from webapp.models.logins import sealed

PAGE = "/login/words"
COOKIE, SECONDS = "textbank_words", 3600
LONGEST = 3_800  # characters of the cookie: browsers keep 4,096 bytes with its name. About 4,000 letters of plain words
BODY = 60_000  # bytes of a form that is read of somebody who is not logged in
OWN = {"client_message_id", "hash", "seen", "skips", "next"}  # filled by the page, so no words of the person
_CONVERSATION = re.compile(r"/c/[^/]+/threads/[0-9]+(/[a-z-]+)?")
_SECRET = re.compile(r"password|credential|^code$")


@dataclass(frozen=True)
class KeptWords:
    """``address``: where the form goes. ``back``: the page it stood on, "" where that is not known. ``fields``: name and
    value of each, as sent."""

    address: str
    back: str
    fields: list[tuple[str, str]]


async def sealed_of(request: Request, back: str, token: str) -> str:
    """The cookie's value for a refused form. ``token``: of the session that ended. "" where there is nothing to keep,
    or where it can't be kept. It can't if it was not sent to a conversation, if nobody knows whose session it was, if
    it has a file or a password, or if it is too long."""
    path = request.scope["path"]
    fields = await _fields(request) if request.method == "POST" and _CONVERSATION.fullmatch(path) else []
    if not any(value.strip() for name, value in fields if name not in OWN) or any(_SECRET.search(n) for n, _ in fields):
        return ""
    whose = await Session.whose(token)
    if not whose:
        return ""
    query = f"?{request.url.query}" if request.url.query else ""
    value = sealed.seal_packed([_seconds(), whose, path + query, back, fields])
    return value if len(value) <= LONGEST else ""


async def _fields(request: Request) -> list[tuple[str, str]]:
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > BODY:
        return []
    try:
        pairs = list((await request.form()).multi_items())
    except HTTPException:
        return []
    files = [value for _, value in pairs if not isinstance(value, str)]
    return [] if any(one.filename for one in files) else [(n, v) for n, v in pairs if isinstance(v, str)]


def of(request: Request, user: User) -> KeptWords | None:
    """The words this browser keeps of this user; None also where it was sent more than SECONDS ago."""
    kept = sealed.opened_packed(request.cookies.get(COOKIE, "")) or []
    if len(kept) != 5:  # none, or one that an earlier version sealed
        return None
    at, user_id, address, back, fields = kept
    if user_id != user.id or _seconds() - at > SECONDS:
        return None
    return KeptWords(address, back, [(name, value) for name, value in fields])


def _seconds() -> int:
    return int(clock.now().timestamp())


def cookie(value: str) -> Cookie:
    """``value``: "" ends what was kept before: a later form takes its place, or the person logged out."""
    return cookies.made(COOKIE, value, SECONDS if value else 0, path="/login")
