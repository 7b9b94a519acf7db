"""The Inbox, conversations and reports of the practice, on the pages of the real ones (SPEC H5, V5 to V8)."""

from __future__ import annotations

import uuid

from litestar import Request, Response, get, post

from webapp import words
from webapp.http import bounded
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.conversations.inbox import SHOWS
from webapp.routes.volunteer.practice import playing
from webapp.rules import segments
from webapp.rules.practice import personas
from webapp.rules.practice import play as rules
from webapp.rules.practice.play import SCRIPT, TYPED, Play

_THREAD, _PART = "volunteer/thread/thread.html", "volunteer/thread/_part.html"


@get("/inbox")
async def inbox_page(
    request: Request, member: Membership, play: Play, show: str = "attention", q: str = "", said: str = ""
) -> Response:
    of, show = await playing.shown(member, play), show if show in SHOWS else "attention"
    given = {"q": q[:80], "before": "", "more": False, "staff_view": False, "said": said[:20], "show": show}
    return await playing.show(
        request,
        member,
        play,
        "volunteer/inbox/inbox.html",
        "volunteer/inbox/_inbox.html",
        threads=of.threads(show, q[:80]),
        waiting=of.waiting(),
        **given,
    )


@get("/threads/{card:int}")
async def thread(
    request: Request, member: Membership, play: Play, card: int, follow: int = 0, q: str = "", said: str = ""
) -> Response:
    n = playing.person(card)
    play.talks[n].unread = False
    return await _thread(request, member, play, n, Form(), bool(follow), q[:80], said[:20])


async def _thread(
    request: Request,
    member: Membership,
    play: Play,
    n: int,
    form: Form,
    follow: bool = False,
    q: str = "",
    said: str = "",
    status: int = 200,
) -> Response:
    of = await playing.shown(member, play)
    given = {**of.thread(n, follow, q), "form": form, "said": said, "client_id": uuid.uuid4(), "status_code": status}
    return await playing.show(request, member, play, _THREAD, _PART, **given)


@post("/threads/{card:int}/messages")
async def reply(request: Request, member: Membership, play: Play, card: int) -> Response:
    """A response script or typed words; the person answers at once."""
    n, form = playing.person(card), Form(await request.form())
    kind, what = _written(member, play, form)
    if form and not rules.answer(play, n, kind, what, playing.seconds()):
        form.wrong("body", words.gettext("That is enough practice with this person. Nothing was sent. Try the next."))
    if not form:
        return await _thread(request, member, play, n, form, "script" in form.data, status=422)
    return playing.onward(request, member, play, f"/threads/{card}?said=sent#newest")


def _written(member: Membership, play: Play, form: Form) -> tuple[str, str]:
    """The number of the script, or the typed words. Errors are noted in the form."""
    chosen = str(form.data.get("script", ""))[:4]
    if chosen.isascii() and chosen.isdecimal() and 1 <= int(chosen) <= len(personas.answers(play.language)):
        return SCRIPT, str(int(chosen) - 1)
    typed = form.long_text("body", words.gettext("The text"), segments.LONGEST)
    if member.campaign.disable_custom_responses:
        form.wrong("body", words.gettext("This campaign uses scripts only. Choose one with Follow Up."))
    elif not typed:
        form.wrong("body", words.gettext("There is no text yet. Nothing was sent."))
    return TYPED, typed


@get("/threads/{card:int}/report")
async def report_page(request: Request, member: Membership, play: Play, card: int) -> Response:
    of = await playing.shown(member, play)
    here = f"/c/{of.shared()['campaign'].slug}/threads/{card}"
    given = {**of.report(playing.person(card)), "form": Form(), "back": f"{here}#newest", "address": f"{here}/reports"}
    return await playing.show(request, member, play, "volunteer/thread/report.html", **given)


@post("/threads/{card:int}/reports", opt=bounded.MANY_FIELDS)
async def file_report(request: Request, member: Membership, play: Play, card: int) -> Response:
    talk, form = play.talks[playing.person(card)], Form(await request.form())
    of = await playing.shown(member, play)
    rules.report(talk, form.many("tags", [tag.slug for tag in of.tags]), "")
    return playing.onward(request, member, play, f"/threads/{card}?said=reported#newest")


@post("/threads/{card:int}/tags")
async def add_tag(request: Request, member: Membership, play: Play, card: int) -> Response:
    talk, form = play.talks[playing.person(card)], await request.form()
    of = await playing.shown(member, play)
    known = [tag.slug for tag in of.tags if tag.slug == str(form.get("tag", "")) and not tag.opts_out]
    rules.tag(talk, known)
    return playing.onward(request, member, play, f"/threads/{card}?said={'tagged' if known else 'not_tagged'}#newest")


@post("/threads/{card:int}/opt-out")
async def opt_out(request: Request, member: Membership, play: Play, card: int) -> Response:
    rules.opt(play.talks[playing.person(card)])
    return playing.onward(request, member, play, f"/threads/{card}?said=opted_out#newest")


@post("/threads/{card:int}/opt-out-decision")
async def decide(request: Request, member: Membership, play: Play, card: int) -> Response:
    no_opt_out = "not" in await request.form()
    rules.decide(play.talks[playing.person(card)], no_opt_out)
    said = "no_opt_out" if no_opt_out else "opted_out"
    return playing.onward(request, member, play, f"/threads/{card}?said={said}#newest")


@post("/threads/{card:int}/block")
async def block(request: Request, member: Membership, play: Play, card: int) -> Response:
    rules.end(play.talks[playing.person(card)], "blocked")
    return playing.onward(request, member, play, f"/threads/{card}?said=blocked#newest")


@post("/threads/{card:int}/handover")
async def hand_over(request: Request, member: Membership, play: Play, card: int) -> Response:
    rules.end(play.talks[playing.person(card)], "handed")
    return playing.onward(request, member, play, "/inbox?said=handed_over")


@post("/segments")
async def count_segments(request: Request, member: Membership) -> Response:
    text = str((await request.form()).get("body", ""))[:4_000]
    return page(request, "components/_segment_count.html", counted=segments.count(text), text=text)


HANDLERS = [
    *(inbox_page, thread, reply, report_page, file_report, add_tag, opt_out, decide, block, hand_over, count_segments)
]
