"""Start and the queue of the practice, on the pages of the real one (SPEC H5, V4)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import words
from webapp.access import practising
from webapp.http import pages
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.routes.volunteer.practice import playing
from webapp.routes.volunteer.practice.shown import ACTION
from webapp.rules.practice import play as rules
from webapp.rules.practice.play import Play

QUEUE = f"/actions/{ACTION}/queue"


@get("/")
async def practice_page(request: Request, member: Membership, said: str = "") -> Response:
    """An explanation of practice, Start, and the successes so far. ``said``: "slow" after too many presses."""
    going = practising.of(request, member)
    lessons = (await playing.shown(member, going)).lessons() if going else []
    return page(
        request, "volunteer/practice/practice.html", lessons=lessons, going=going is not None, slow=said == "slow"
    )


@post("/actions/{action_id:int}/buckets")
async def begin(request: Request, member: Membership, action_id: int) -> Response:
    """Start, and Text Again: all of it from the beginning."""
    await playing.count(member)
    return playing.onward(request, member, rules.begin(words.language.get()), QUEUE)


@post("/end")
async def start_over(request: Request, member: Membership) -> Response:
    answer = pages.redirect(request, f"/c/{member.campaign.slug}/practice")
    answer.set_cookie(practising.ended(member))
    return answer


@get("/actions/{action_id:int}/queue")
async def queue_page(request: Request, member: Membership, play: Play, action_id: int, said: str = "") -> Response:
    return await _queue(request, member, play, said if said in ("skipped", "returned", "undone", "left") else "")


async def _queue(request: Request, member: Membership, play: Play, notice: str) -> Response:
    of = await playing.shown(member, play)
    given = {"why": "", "name": "", "moved": ("", ""), "closed": "", "action": of.action(), "notice": notice}
    kind = "queue" if play.next() is not None else "empty"
    return await playing.show(
        request,
        member,
        play,
        f"volunteer/queue/{kind}.html",
        f"volunteer/queue/_{kind}.html",
        shown=of.queue(),
        text=of.text(play.next()),
        ahead=[],
        asleep=[],
        **given,
    )


@post("/queue/{card:int}/messages")
async def send(request: Request, member: Membership, play: Play, card: int) -> Response:
    """Send: the next card at once, as in the real queue."""
    rules.send_first(play, playing.person(card), playing.seconds())
    return (
        await _queue(request, member, play, "")
        if pages.is_partial(request)
        else playing.onward(request, member, play, QUEUE)
    )


@post("/queue/{card:int}/skips")
async def skip(request: Request, member: Membership, play: Play, card: int) -> Response:
    said = rules.skip(play, playing.person(card))
    return playing.onward(request, member, play, f"{QUEUE}?said={said}")


@post("/messages/{card:int}/cancellation")
async def undo(request: Request, member: Membership, play: Play, card: int) -> Response:
    done = rules.undo(play, playing.person(card), playing.seconds(), member.campaign.undo_seconds)
    return playing.onward(request, member, play, f"{QUEUE}?said={'undone' if done else 'left'}")


@get("/badges")
async def unread_badge(request: Request, member: Membership, play: Play) -> Response:
    return await playing.show(request, member, play, "components/_unread_badge.html")


@get("/account")
async def account(request: Request, member: Membership) -> Response:
    """The masthead's own link: an account is real."""
    return pages.redirect(request, f"/c/{member.campaign.slug}/account")


FIRST = [practice_page, begin, start_over, account]
HANDLERS = [queue_page, send, skip, undo, unread_badge]
