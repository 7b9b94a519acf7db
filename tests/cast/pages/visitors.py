"""Every kind of visitor, in one world, and the site's answer to each in a word (tests/routes/matrix.txt)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from litestar import Litestar

from tests.cast import MORNING, TESTS, Cast, member
from tests.cast.site import ids, over_asgi
from webapp import clock
from webapp.access import login
from webapp.database import transaction, transactional
from webapp.http import static_files
from webapp.models.accounts.passwords import PasswordLink
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import VOLUNTEER, Membership
from webapp.models.actions import action_link, pictures
from webapp.models.actions.action import Action
from webapp.models.actions.limits import ActionLimit, ZipDistrict
from webapp.models.actions.script import Script
from webapp.models.conversations.conversation import Conversation
from webapp.models.joining.email_letters import EmailLetter
from webapp.models.joining.invites import Invite
from webapp.models.links import links
from webapp.models.notices import choices
from webapp.models.numbers.number import AccountNumber
from webapp.models.opt_in_forms.sign_up import SignUp
from webapp.rules.actions.limits import DISTRICT

SITE = "http://texts.example"
LATER = MORNING + timedelta(minutes=20)  # too long after the log-in for what is grave
LIMITS, PROOF = "has limited this action", 'name="proof_password"'
SID = "PN" + "b" * 32
# Fields that say which row a form is about. Every other form is sent empty
FORMS = {
    "/preview": {"place": "new-initial"},
    "/script-costs": {"place": "new-initial"},
    "/tests": {"place": "new-initial"},
    "/numbers/imports": {"sid": SID},
}
# Asked after the others: what they do takes the row, or the login's letter, away from those
LAST = (
    "/block",
    "/handover",
    "/holders",
    "contacts/{contact_id}/opt-out",
    "/erasure",
    "/email",
    "/opening/end",
    "webhooks/{hook_id}/end",
    "sharing/{sharing_id}/end",
    "nightly-imports/{nightly_id}/end",
)


def table() -> dict[tuple[str, str], dict[str, str]]:
    """(method, path) -> kind of visitor -> the answer's word."""
    lines = (TESTS / "routes/matrix.txt").read_text().splitlines()
    head, *rows = [line.split() for line in lines if line and not line.startswith("#")]
    cells = [dict(zip(head, row, strict=True)) for row in rows]
    return {(row.pop("method"), row.pop("path")): row for row in cells}


@dataclass(frozen=True)
class World:
    """``names``: a row of Meyer's for each name in a path. ``people``: kind -> everybody of that kind, None for nobody."""

    names: dict[str, str]
    people: dict[str, tuple[Membership | None, ...]]


async def world(cast: Cast, folder: Path) -> World:
    """Amy holds the assignment of an action that is limited by district and language; Dan may look up contacts. Everybody logged in 20 minutes ago,
    too long ago for what is grave."""
    clock.freeze(MORNING)
    names = await ids(cast, folder)
    unconfirmed = await _newcomer(cast, "Una", waits_for_letter=True)
    waiting = await _newcomer(cast, "Walt")
    suspended, far, other = [await _volunteer(cast, name) for name in ("Sue", "Farid", "Olga")]
    await transaction(lambda: Membership.filter(id=suspended.id).update(suspended_at=clock.now()))
    await transaction(lambda: Membership.filter(id=far.id).update(zip="10001", state="NY"))
    await transaction(lambda: Membership.filter(id=cast.dan.id).update(may_look_up=True))
    await transaction(lambda: Membership.filter(id=other.id).update(language="es"))
    people: dict[str, tuple[Membership | None, ...]] = {
        "nobody": (None,),
        "holder": (cast.amy,),
        "volunteer": (cast.dan,),
        "unconfirmed": (unconfirmed,),
        "waiting": (waiting,),
        "suspended": (suspended,),
        "outside": (far, other),
        "admin": (cast.gary,),
        "owner": (cast.selina,),
        "elsewhere": (cast.jonah,),
    }
    await transaction(lambda: _limit(cast))
    await transaction(lambda: _fill(cast, names))
    return World(names | await _of_letters(cast, names), people)


async def _volunteer(cast: Cast, name: str) -> Membership:
    return await transaction(lambda: member(cast.meyer, name, "Hart", VOLUNTEER))


async def _newcomer(cast: Cast, name: str, waits_for_letter: bool = False) -> Membership:
    one = await _volunteer(cast, name)
    state = {"approved_at": None, "waits_for_letter": waits_for_letter}
    await transaction(lambda: Membership.filter(id=one.id).update(**state))
    return one


async def _limit(cast: Cast) -> None:
    await ZipDistrict.create(campaign=cast.meyer, zip="15213", district="PA-18")
    await ActionLimit.create(action=cast.action, kind=DISTRICT, value="PA-18")
    await Action.filter(id=cast.action.id).update(language="en", limited_by_place=True)


async def _fill(cast: Cast, names: dict[str, str]) -> None:
    """Pages of these rows need it: the picture stands in a script, and a number is for the taking."""
    await Script.filter(id=cast.hello.id).update(picture_id=int(names["picture_id"]))
    await AccountNumber.create(sid=SID, e164="+14125550189", seen_at=clock.now())


@transactional
async def give_back(cast: Cast, names: dict[str, str]) -> None:
    """The thread waits for an answer, and Amy holds it, whatever the visitor before did with it."""
    state = {"user_id": cast.amy.user_id, "with_staff": False, "needs_attention": True, "replied_at": clock.now()}
    await Conversation.filter(id=int(names["conversation_id"])).update(**state)


async def _of_letters(cast: Cast, names: dict[str, str]) -> dict[str, str]:
    """Secrets in addresses that are handed over; each is called token there, so the words before it tell which."""
    action = await Action.get(id=cast.action.id)
    _, until, signature = pictures.signed_path(int(names["picture_id"]), clock.now()).rsplit("/", 2)
    (tracked,) = await transaction(lambda: links.for_test(cast.meyer, "##{{'plan'|trackable}}"))
    return {
        "a": await action_link.renew(action, cast.gary),
        "invite": await Invite.make(VOLUNTEER, "", cast.gary),
        "email": await EmailLetter.write(cast.amy.user),
        "password": await PasswordLink.issue(cast.dan.user),
        "unsubscribe": choices.token(cast.amy.id, choices.REPLIES),
        "l": tracked.token,
        "r": (await SignUp.all().order_by("id"))[0].token,
        "campaign": "meyer",
        "name": "team-meyer",
        "until": until,
        "signature": signature,
        "digest": static_files.digest(),
        "file_path": static_files.SHEET,
    }


def address(path: str, names: dict[str, str]) -> str:
    named = {"slug": "meyer", "token": names[path.split("/")[1]] if "{token}" in path else "", **names}
    return re.sub(r"\{(\w+)\}", lambda found: named[found[1]], path)


def routes(app: Litestar) -> list[tuple[str, str]]:
    """(method, path) of everything the site has, in the order to ask them. HEAD and OPTIONS come with a GET."""
    found = {
        (method, route.path_format)
        for route in app.routes
        for method in getattr(route, "methods", ())
        if method not in ("HEAD", "OPTIONS")
    }
    return sorted(found, key=lambda route: (route[0] != "GET", _rank(route[1]), route[1]))


def _rank(path: str) -> int:
    return next((n for n, end in enumerate(LAST, 1) if path.endswith(end)), 0)


@dataclass
class Visitor:
    """A browser that is asked for one page after the other. ``member``: None for nobody."""

    site: Litestar
    member: Membership | None
    tokens: dict[tuple[datetime, str], str] = field(
        default_factory=dict
    )  # of GETs; each form comes with a login of its own

    async def says(self, method: str, path: str) -> str:
        """A word for the answer. Where the password is asked for again: what comes once it was given, too."""
        word = _word(await self._ask(method, path, MORNING))
        if word != "proof":
            return word
        after = _word(await self._ask(method, path, LATER))
        return "proof" if after == "ok" else f"proof>{after}"

    async def _ask(self, method: str, path: str, since: datetime) -> httpx.Response:
        """``since``: when they logged in."""
        if self.member and (since, method) not in self.tokens:
            clock.freeze(since)
            self.tokens[since, "GET"] = await Session.begin(self.member.user)
        cookies = {login.COOKIE: self.tokens[since, "GET"]} if self.member else {}
        clock.freeze(LATER)
        begun = _Begun(self.site)
        async with httpx.AsyncClient(
            transport=begun, base_url=SITE, cookies=cookies, headers={"referer": SITE + path}
        ) as one:
            return await one.request(method, path, data=_form(path) if method == "POST" else None)


def _form(path: str) -> dict[str, str]:
    return next((fields for end, fields in FORMS.items() if path.endswith(end)), {})


class _Begun(httpx.AsyncBaseTransport):
    """Into the site without a port; of a stream that does not end only its beginning is read."""

    def __init__(self, site: Litestar) -> None:
        self.inner = over_asgi(site)
        self.site, self.inner.app = self.inner.app, self._noted

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.streams = asyncio.Event()
        asked = asyncio.create_task(self.inner.handle_async_request(request))
        waited = asyncio.create_task(self.streams.wait())
        await asyncio.wait({asked, waited}, return_when=asyncio.FIRST_COMPLETED)
        waited.cancel()
        if asked.done():
            return asked.result()
        asked.cancel()
        return httpx.Response(200)

    async def _noted(self, scope: Any, receive: Any, send: Any) -> None:
        async def noting(message: Any) -> None:
            if any(value.startswith(b"text/event-stream") for _, value in message.get("headers", ())):
                self.streams.set()
            await send(message)

        await self.site(scope, receive, noting)


def _word(answer: httpx.Response) -> str:
    if answer.status_code in (200, 201, 409, 422):
        return "limits" if LIMITS in answer.text else "ok"
    if answer.is_redirect:
        to = answer.headers["location"]
        return "login" if to.startswith("/login") else "wait" if to.endswith("/waiting") else "ok"
    return "proof" if answer.status_code == 403 and PROOF in answer.text else str(answer.status_code)
