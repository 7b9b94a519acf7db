"""The session and the membership behind a request, and the redirects for a request that has none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from litestar import Request, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException

from webapp import words
from webapp.access import badges, client, kept_words, troubles
from webapp.database import failing
from webapp.http import addresses, pages
from webapp.models.accounts import audit
from webapp.models.accounts.sessions import Beside, Session
from webapp.models.accounts.users import Membership, User
from webapp.rules.contacts import contact_zones

COOKIE = "textbank_session"
MODE_COOKIE = "textbank_mode"
LANGUAGE_COOKIE = "textbank_language"


class LoggedOut(HTTPException):
    """``kept``: the form that was sent, sealed for the cookie (kept_words.py)."""

    status_code = 401
    detail = "You are not logged in."

    def __init__(self, kept: str = "") -> None:
        super().__init__()
        self.kept = kept


class Waiting(HTTPException):
    """A member who may not text: not approved yet, or suspended."""

    status_code = 403
    detail = "An admin has to approve you first."


class SecondStepNeeded(HTTPException):
    """The campaign wants a second step of its staff, and this one of them has none yet. One they have was passed at the log-in."""

    status_code = 403
    detail = "Set up a second step first."


async def current_session(request: Request) -> Session | None:
    """The running session of this browser, noted as seen. Sets the page's language."""
    token = _prepare(request)
    return await _seen(request, await Session.of(token) if token else None)


def _prepare(request: Request) -> str:
    """Sets the language and the colours that every page shares; returns the session token of the cookie."""
    audit.origin.set(client.address(request))
    request.state.shared = {"mode": request.cookies.get(MODE_COOKIE, "")}
    words.language.set(language_of(request))
    return request.cookies.get(COOKIE, "")


def language_of(request: Request) -> str:
    """The language chosen in this browser, else the one it asks for (SPEC P3)."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in words.LANGUAGES else words.preferred(request.headers.get("accept-language", ""))


async def _seen(request: Request, session: Session | None) -> Session | None:
    """Notes that the session is used. A part of a page that reloads by itself does not show that somebody is there."""
    if session:
        if request.method != "GET" or not pages.is_partial(request):
            await _note(session.touch)
        state = request.state  # made again by each look at it
        state.session = session
        state.shared["user"] = session.user
        words.language.set(session.user.language or words.language.get())
    return session


def session_of(request: Request) -> Session:
    """The session behind this request, after one of the functions here found it."""
    session: Session = request.state.session
    return session


async def listener(request: Request) -> Session:
    """The session whose news an open page hears. It is not noted as used: a stream is no sign that somebody is there either."""
    session = await Session.of(_prepare(request))
    if session is None:
        raise LoggedOut
    return session


async def _note(seen: Callable[[], Awaitable[None]]) -> None:
    """That somebody is here can't be stored while the database takes no writes; they read on."""
    try:
        await seen()
    except Exception as error:
        if failing.why(error) is None:
            raise


async def current_user(request: Request) -> User:
    session = await current_session(request)
    if session is None:
        raise await _logged_out(request)
    return session.user


async def _logged_out(request: Request) -> LoggedOut:
    return LoggedOut(await kept_words.sealed_of(request, addresses.page_of(request), request.cookies.get(COOKIE, "")))


async def current_member(request: Request, slug: str) -> Membership:
    """The user's membership of the campaign in the path. 404 for a campaign they are no member of."""
    return await _member(request, slug, {})


async def _member(request: Request, slug: str, counts: dict[str, str], beside: Beside | None = None) -> Membership:
    """``counts``: the badges of the page (badges.py)."""
    token = _prepare(request)
    found = await Session.in_campaign(token, slug, counts, beside) if token else None
    if found is None:
        raise await _logged_out(request)
    session, member = found
    await _seen(request, session)
    if member is None:
        raise NotFoundException
    words.language.set(member.speaks)
    zone = contact_zones.zone_of_zip(member.zip) or member.campaign.timezone
    shared = {"member": member, "campaign": member.campaign, "zone": zone, "campaigns": session.campaigns}
    request.state.shared |= {**shared, "badges": session.counted} if counts else shared
    await _note(member.touch)
    return member


async def looker(request: Request, slug: str) -> Membership:
    """A member who may look, and text once their e-mail is confirmed."""
    member = await _member(request, slug, _of_volunteer(request))
    if not member.looks:
        raise Waiting
    return member


async def own(request: Request, slug: str) -> Membership:
    """For the account, which is the person's own: also while they wait for approval or are suspended (SPEC S9)."""
    return await _member(request, slug, _of_volunteer(request))


LOOKER = {"member": Provide(looker)}  # for pages that are open before the e-mail is confirmed
OWN = {"member": Provide(own)}


async def volunteer(request: Request, slug: str) -> Membership:
    """A member who may text now. A page gets the numbers of its masthead too."""
    return await volunteer_with(request, slug, None)


async def volunteer_with(request: Request, slug: str, beside: Beside | None) -> Membership:
    """As `volunteer`. ``beside``: rows read with the login; `session_of` has them."""
    member = await _member(request, slug, _of_volunteer(request), beside)
    if not member.active:
        raise Waiting
    return member


def _of_volunteer(request: Request) -> dict[str, str]:
    """None for a form: its answer shows no number, and the badge asks for its own."""
    return badges.of_volunteer() if request.method == "GET" else {}


async def staff(request: Request, slug: str) -> Membership:
    """An owner or admin; 404 for everyone else. The office is in English until it is translated (SPEC P3)."""
    member = await _member(request, slug, badges.of_office())
    if not member.is_staff or not member.active:
        raise NotFoundException
    if not opens_office(request, member):
        raise SecondStepNeeded
    words.language.set(words.in_office(member.speaks))
    if not pages.is_partial(request):  # a part of a page has no banner
        request.state.shared |= await troubles.shared(member.campaign)
    return member


def opens_office(request: Request, member: Membership) -> bool:
    """May this session see the campaign's office? Staff only, with the second step where the campaign wants one."""
    enough = not member.campaign.second_step_needed or session_of(request).second_at is not None
    return member.is_staff and member.active and enough


def to_login(request: Request, error: Exception) -> Response:
    """To the login page, and from there back to this page; a form goes back to the page it was on, and what it brought is
    kept. ``expired`` 2: what was pressed has not been done. Where htmx asked for a part of the page, 401: login_ended.js goes
    there, unless that would lose what is typed."""
    if pages.is_partial(request):
        return Response("", status_code=401, headers={"hx-reswap": "none"})
    back = addresses.page_of(request)
    expired = 1 if request.method == "GET" else 2
    path = f"/login?next={quote(back)}&expired={expired}" if back not in ("", "/") else "/login"
    answer = pages.go_to(request, path)
    if request.method == "POST":
        answer.cookies.append(kept_words.cookie(getattr(error, "kept", "")))
    return answer


def to_second_step(request: Request, _: Exception) -> Response:
    return pages.go_to(request, f"/c/{request.path_params['slug']}/account/second-step?needed=1")


def to_waiting(request: Request, _: Exception) -> Response:
    return pages.go_to(request, f"/c/{request.path_params['slug']}/waiting")


def speak_as(member: Membership) -> None:
    """To somebody who came by a letter of theirs, without a login."""
    words.language.set(member.speaks)
