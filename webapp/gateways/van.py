"""VAN and EveryAction, by their REST API (version 4). Each call is made once and never repeated here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from webapp.config import LOOPBACK, Settings
from webapp.gateways.odd_answers import CANT_READ, read_as, wait_of
from webapp.gateways.van_shapes import Export, Person, SavedList, export_of

TOTAL, CONNECT = 20, 5  # seconds
USER = "textbank"  # VAN asks for the application's name; the key alone decides
PAGE, PAGES = 50, 100  # things on a page, and pages that are read
CONTACT_TYPE = "SMS Text"
EXPORT_TYPE = 8  # a line for each person: names, phones and the ids of the phones
NOT_TAKEN = 503  # says that the request was not worked on; a 500, 502 or 504 may come after it was


class Trouble(Exception):
    """The request was not done. ``certain``: VAN has done nothing; else it may have."""

    certain = True


class WrongKey(Trouble):
    """VAN doesn't know the key, or the key may not do this."""


class NotAllowed(WrongKey):
    """VAN knows the key, and the key may not do this."""


class Refused(Trouble):
    """VAN says no to this request, in its own words."""


class NotThere(Refused):
    """VAN has no such person or thing."""


class Busy(Trouble):
    """Too many requests. ``seconds``: after which another may be made."""

    def __init__(self, seconds: float) -> None:
        super().__init__("VAN asks for a pause: too many requests")
        self.seconds = seconds


class Away(Trouble):
    """VAN can't be reached or has a fault of its own."""

    def __init__(self, why: str, certain: bool) -> None:
        super().__init__(why)
        self.certain = certain


@read_as
def readable(error: Exception) -> Away:
    return Away(f"VAN's answer can't be read ({type(error).__name__})", False)


@dataclass(frozen=True)
class Thing:
    """Something of VAN's lists. ``question``: of an answer."""

    kind: str
    id: int
    name: str
    question: int = 0


class Van:
    """One campaign's way to VAN. Its methods raise Trouble."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session, self.base = session, base.rstrip("/")

    @readable
    async def contact_type(self) -> int | None:
        """The id of "SMS Text"; None where this VAN has none."""
        types = await self._ask("GET", "/canvassResponses/contactTypes")
        return next((int(one["contactTypeId"]) for one in types if one.get("name") == CONTACT_TYPE), None)

    @readable
    async def things(self) -> list[Thing]:
        """All that a mapping can lead to: activist codes, answers to survey questions, result codes in use."""
        codes = await self._pages("/activistCodes", statuses="Active")
        questions = await self._pages("/surveyQuestions", statuses="Active")
        results = await self._ask("GET", "/canvassResponses/resultCodes")
        return [
            *(Thing("activist_code", int(one["activistCodeId"]), str(one["name"])) for one in codes),
            *(_answer(question, one) for question in questions for one in question.get("responses") or []),
            *(Thing("result", int(one["resultCodeId"]), str(one["name"])) for one in results),
        ]

    @readable
    async def phone_id(self, van_id: str, phone: str) -> int | None:
        """VAN's id of the person's phone with these ten digits; None where VAN has not this phone. NotThere: no such person."""
        found = await self._ask("GET", f"/people/{int(van_id)}", {"$expand": "phones"})
        phones = found.get("phones") or []
        return next((int(one["phoneId"]) for one in phones if _digits(one.get("phoneNumber")) == phone), None)

    @readable
    async def find(self, first: str, last: str, phone: str, zip_code: str, email: str) -> int | None:
        """The VAN ID of the one person whom VAN finds by these; None for nobody, or for several. VAN's own rules decide, and
        are not published: see `person`. ``phone``: ten digits; ``zip_code`` and ``email`` may be blank."""
        body: dict[str, Any] = {"firstName": first, "lastName": last, "phones": [{"phoneNumber": phone}]}
        body |= {"addresses": [{"zipOrPostalCode": zip_code}]} if zip_code else {}
        body |= {"emails": [{"email": email}]} if email else {}
        try:
            found = await self._ask(
                "POST", "/people/find", body=body, done=(200, 201, 302)
            )  # 302: with the person found
        except NotThere:
            return None
        return int(found["vanId"]) if found and found.get("vanId") else None

    @readable
    async def person(self, van_id: int) -> Person:
        found = await self._ask("GET", f"/people/{van_id}", {"$expand": "phones"})
        phones = {_digits(one.get("phoneNumber")): int(one["phoneId"]) for one in found.get("phones") or []}
        return Person(str(found.get("firstName") or ""), str(found.get("lastName") or ""), phones)

    @readable
    async def record(self, van_id: str, body: dict[str, Any]) -> None:
        """Notes a canvass response."""
        await self._ask("POST", f"/people/{int(van_id)}/canvassResponses", body=body)

    @readable
    async def saved_lists(self) -> list[SavedList]:
        """Those in folders that are shared with the key's user."""
        found = await self._pages("/savedLists")
        return [
            SavedList(
                int(one["savedListId"]), str(one.get("name") or one["savedListId"]), int(one.get("listCount") or 0)
            )
            for one in found
        ]

    @readable
    async def begin_export(self, saved_list: int, told_at: str) -> Export:
        """Asks for a file of the list. ``told_at``: an address VAN wants to be given; we ask by ourselves how far it is."""
        body = {"savedListId": saved_list, "type": EXPORT_TYPE, "webhookUrl": told_at}
        return export_of(await self._ask("POST", "/exportJobs", body=body))

    @readable
    async def export(self, job: int) -> Export:
        return export_of(await self._ask("GET", f"/exportJobs/{job}"))

    async def _pages(self, path: str, **params: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for n in range(PAGES):
            page = await self._ask("GET", path, {**params, "$top": str(PAGE), "$skip": str(n * PAGE)})
            found += page.get("items") or []
            if not page.get("nextPageLink"):
                break
        return found

    async def _ask(
        self,
        method: str,
        path: str,
        params: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
        done: tuple[int, ...] = (200, 201),
    ) -> Any:
        try:
            async with self.session.request(
                method, self.base + path, params=params, json=body, allow_redirects=False
            ) as answer:
                return await _read(answer, done)
        except aiohttp.ClientConnectorError:
            raise Away("VAN can't be reached", True) from None
        except aiohttp.ConnectionTimeoutError:
            raise Away("VAN can't be reached", True) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Away(f"VAN gave no answer ({type(error).__name__})", False) from None


@asynccontextmanager
async def opened(settings: Settings, key: str, mode: int) -> AsyncIterator[Van]:
    if settings.rehearsal and urlsplit(settings.van_api_url).hostname not in LOOPBACK:
        raise Away("A rehearsal reaches no real VAN", True)
    limit = aiohttp.ClientTimeout(total=TOTAL, connect=CONNECT)
    login = aiohttp.BasicAuth(USER, f"{key}|{mode}", "utf-8")
    async with aiohttp.ClientSession(timeout=limit, auth=login) as session:
        yield Van(session, settings.van_api_url)


async def _read(answer: aiohttp.ClientResponse, done: tuple[int, ...]) -> Any:
    if answer.status in done:
        return await answer.json(content_type=None)
    if answer.status == 204:
        return None
    said = await _words(answer)
    if answer.status in (401, 403):
        raise WrongKey(said) if answer.status == 401 else NotAllowed(said)
    if answer.status == 429:
        raise Busy(wait_of(answer.headers, 30.0, (1.0, 3_600.0)))
    if answer.status == 404:
        raise NotThere(said)
    if answer.status >= 500:
        raise Away(said, answer.status == NOT_TAKEN)
    raise Refused(said)


async def _words(answer: aiohttp.ClientResponse) -> str:
    """VAN's own words, as its errors have them; else the status."""
    try:
        errors = (await answer.json(content_type=None))["errors"]
        words = "; ".join(str(one.get("text") or one.get("code")) for one in errors)
    except (aiohttp.ClientError, *CANT_READ):
        words = ""
    return f"{words[:300]} (HTTP {answer.status})".strip()


def _answer(question: dict[str, Any], one: dict[str, Any]) -> Thing:
    return Thing(
        "survey", int(one["surveyResponseId"]), f"{question['name']}: {one['name']}", int(question["surveyQuestionId"])
    )


def _digits(phone: Any) -> str:
    return "".join(c for c in str(phone or "") if c.isdecimal())[-10:]
