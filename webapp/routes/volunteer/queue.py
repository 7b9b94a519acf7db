"""The queue: one contact, one text, one button (SPEC V4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import Provide

from webapp import clock, queue, words
from webapp.access import finding, login
from webapp.http import bounded, forms, pages
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.assignments import assigning, going_back
from webapp.models.cards import card
from webapp.models.cards.closed import asleep
from webapp.models.cards.following import OnPage
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import INITIAL
from webapp.models.scripts import first_card
from webapp.models.sending import click, click_sql, first_text, undo

_CARD, _CARD_PART = "volunteer/queue/queue.html", "volunteer/queue/_queue.html"
_AHEAD_PART = "volunteer/queue/_one_more.html"
_EMPTY, _EMPTY_PART = "volunteer/queue/empty.html", "volunteer/queue/_empty.html"


@get("/actions/{action_id:int}/queue")
async def queue_page(request: Request, member: Membership, action_id: int, said: str = "") -> Response:
    """``said``: what became of the contact that was skipped just now."""
    action = await finding.open_action(member, action_id)
    return await _queue(request, member, action, notice=said if said in going_back.SKIPPED else "")


async def sender(request: Request, slug: str, conversation_id: int) -> Membership:
    """The volunteer. The rows of their press are read with the login, after the whole form has come: however slow the line is,
    the press is judged by rows that are newer than its form."""
    await request.form()
    return await login.volunteer_with(request, slug, click_sql.beside(finding.row_id(conversation_id)))


@post(
    "/queue/{conversation_id:int}/messages",
    dependencies={"member": Provide(sender)},
    request_max_body_size=bounded.ANONYMOUS_BODY,
)
async def send(request: Request, member: Membership, conversation_id: int) -> Response:
    """Send. The card's hash says which text the volunteer read; the server renders it again (A11)."""
    form = await request.form()
    client_id = forms.uuid_of(str(form.get("client_message_id", "")))
    if client_id is None:
        return await _again(request, member, conversation_id)
    session, seen = login.session_of(request), str(form.get("hash", ""))
    read = click_sql.with_login(session.row, session.found, member)
    shown = _on_page(form) if pages.is_partial(request) else OnPage()
    outcome = await first_text.send_first(member, finding.row_id(conversation_id), client_id, seen, read, shown)
    if isinstance(outcome, click.Queued):
        await queue.drain_when_due(outcome.message.number_id or 0, member.campaign.undo_seconds)
        return await _next(request, member, outcome, shown.ahead)
    return await _refused(request, member, await finding.once_held(member, conversation_id), outcome)


async def _again(request: Request, member: Membership, conversation_id: int) -> Response:
    """The form came without the id of a click, so the page with the form is shown once more."""
    conversation = await finding.once_held(member, conversation_id)
    return await _queue(request, member, conversation.action, notice="again", status=422)


async def _next(request: Request, member: Membership, sent: click.Queued, ahead: Sequence[int]) -> Response:
    """The next card at once, in place of this one; without htmx by a redirect. Where the page shows that one already
    (``ahead``), how far the bucket is and one more card for the end of the deck."""
    action_id = sent.message.action_id or 0
    if not pages.is_partial(request):
        return pages.redirect(request, _path(member, action_id))
    action = sent.action or await finding.open_action(member, action_id)
    action.campaign = member.campaign
    if not ahead or action.first_texts_stopped(clock.now()):
        return await _queue(request, member, action)
    shown, more = await first_card.after_tap(member, action, sent.following, ahead)
    if shown is None:
        return await _queue(request, member, action)
    said: dict[str, Any] = {"newest_alone": shown is sent.following, "notice": "", "closed": ""}
    return page(request, _CARD, _AHEAD_PART, action=action, shown=shown, ahead=more, **said)


def _on_page(form: FormMultiDict) -> OnPage:
    typed = str(form.get("ahead", ""))[:99].split(",")
    ahead = [finding.row_id(int(one[:17])) for one in typed if one.isdecimal()]
    return OnPage(ahead[: card.AHEAD], str(form.get("shows", "")))


async def _refused(
    request: Request, member: Membership, conversation: Conversation, outcome: click.Outcome
) -> Response:
    """Why nothing was sent, above the next card."""
    action, more = conversation.action, dict[str, Any]()
    match outcome:
        case click.Changed():
            notice, more = "changed", {"first": conversation.id}
        case click.Moved():
            notice, more = "moved", {"moved": await assigning.whereabouts(conversation.id)}
        case click.Reused():
            notice, more = "reused", {"first": conversation.id}
        case click.Declined(_):
            why = words.gettext(outcome.sentence)
            notice, more = "declined", {"why": why, "name": conversation.contact.first_name}
        case click.Stopped(why):
            notice = why
        case _:
            raise AssertionError(outcome)
    return await _queue(request, member, action, notice=notice, status=409, **more)


@post("/queue/{conversation_id:int}/skips")
async def skip(request: Request, member: Membership, conversation_id: int) -> Response:
    """To the end of the bucket; the second time back to the pool. ``skips``: how often the card's contact had been skipped
    when it was shown, so that the same press twice is one skip."""
    conversation, form = await finding.once_held(member, conversation_id), await request.form()
    shown = str(form.get("skips", ""))
    skipped = await going_back.skip(conversation, member, int(shown[:4]) if shown.isdecimal() else None)
    return pages.redirect(request, f"{_path(member, conversation.action_id)}?said={skipped}")


@post("/messages/{message_id:int}/cancellation")
async def undo_send(request: Request, member: Membership, message_id: int) -> Response:
    message = await finding.own_message(member, message_id)
    became = await undo.what_became(member, message)
    if message.kind != INITIAL:
        thread = f"/c/{member.campaign.slug}/threads/{message.conversation_id}"
        return pages.redirect(request, f"{thread}?said={became}&message={message.id}#newest")
    conversation = await finding.once_held(member, message.conversation_id or 0)
    if became != "undone":
        return await _queue(request, member, conversation.action, notice=became, status=409)
    return await _queue(request, member, conversation.action, notice="undone", first=conversation.id)


async def _queue(
    request: Request,
    member: Membership,
    action: Action,
    notice: str = "",
    status: int = 200,
    first: int = 0,
    **context: Any,
) -> Response:
    """The next card; or that the bucket is finished, or everybody in it asleep."""
    action.campaign = member.campaign
    shown, text = await first_card.queue_of(member, action, first)
    if shown is None:
        return pages.go_to(request, f"/c/{member.campaign.slug}/actions/{action.id}")
    closed = action.first_texts_stopped(clock.now())
    given: dict[str, Any] = {
        "why": "",
        "name": "",
        "moved": ("", ""),
        **context,
        "action": action,
        "notice": notice,
        "closed": closed,
    }
    if shown.card is None:
        given["asleep"] = await asleep(action, member.user)
        return page(request, _EMPTY, _EMPTY_PART, status_code=status, shown=shown, **given)
    given["closed"] = closed or (text.stopped if text else "script")
    given["ahead"] = [] if given["closed"] else await first_card.ahead_of(member, action, shown.card)
    return page(request, _CARD, _CARD_PART, status_code=status, shown=shown, text=text, **given)


def _path(member: Membership, action_id: int) -> str:
    return f"/c/{member.campaign.slug}/actions/{action_id}/queue"


HANDLERS = [queue_page, send, skip, undo_send]
