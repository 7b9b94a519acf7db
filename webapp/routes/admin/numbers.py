"""The campaign's numbers: imported, bought, paused, retired, given back; their rates and health (SPEC S3, X8)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import queue, words
from webapp.access import finding, proving, troubles
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import OWNER, Membership
from webapp.models.numbers import choice, managing, orders
from webapp.models.numbers.number import AccountNumber, PhoneNumber, free_in_account
from webapp.models.numbers.orders import NumberOrder
from webapp.routes.admin.accounts import history

MONTHLY = 11_500  # price of a local number at Twilio, in ten-thousandths of a dollar; shown before buying
RATES = (
    "1",
    "3",
    "10",
    "30",
    "100",
)  # segments a second: a long code, a toll-free number, and higher grants of carriers


@get("/numbers")
async def numbers_page(request: Request, member: Membership) -> Response:
    return await _numbers(request, member, Form())


async def _numbers(request: Request, member: Membership, form: Form, status: int = 200, wrong: int = 0) -> Response:
    mine = await PhoneNumber.filter(campaign_id=member.campaign_id).order_by("released_at", "retired_at", "e164")
    working = [n for n in mine if n.healthy]
    stopped = troubles.stop(await troubles.of(member.campaign))
    return page(
        request,
        "admin/numbers/numbers.html",
        "admin/numbers/_numbers.html",
        status_code=status,
        form=form,
        wrong=wrong,
        numbers=mine,
        rates=RATES,
        rate=sum(n.rate for n in working),
        working=len(working),
        queued=(await choice.snapshot(member.campaign)).queued,
        ahead=None if stopped else await choice.shortest_queue(member.campaign),
        in_account=await free_in_account() if member.role == OWNER else [],
        orders=await NumberOrder.filter(campaign_id=member.campaign_id).order_by("-id").limit(3),
        monthly=MONTHLY,
        history=await history.of_whole(request, member, "number"),
    )


@post("/numbers/listings")
async def list_account(request: Request, member: Membership) -> Response:
    """A job asks Twilio which numbers the account has; the page shows them once it has answered."""
    finding.owners_only(member)
    await queue.list_account()
    return _to(request, member)


@post("/numbers/imports")
async def import_number(request: Request, member: Membership) -> Response:
    """A number of the account becomes the campaign's; a job points its texts here. One number, one campaign."""
    finding.owners_only(member)
    form = Form(await request.form())
    found = await AccountNumber.get_or_none(sid=form.text("sid", "", 34))
    if found is None:
        finding.missing()
    number = await managing.import_number(found, member)
    if number is None:
        form.wrong("sid", words.gettext("This number already belongs to a campaign."))
        return await _numbers(request, member, form, status=422)
    await queue.point_number(number.id)
    return _to(request, member)


@post("/numbers/orders", dependencies=proving.STAFF)
async def buy(request: Request, member: Membership) -> Response:
    """A worker buys them one by one; the page shows how many it has."""
    finding.owners_only(member)
    form = Form(await request.form())
    code = form.text("area_code", words.gettext("Area code"), 3, required=True)
    wanted = form.integer("wanted", words.gettext("How many"), 1, orders.MOST)
    if form and not (len(code) == 3 and code.isdecimal() and code[0] not in "01"):
        form.wrong("area_code", words.gettext("An area code has three digits, such as 412."))
    if not form:
        return await _numbers(request, member, form, status=422)
    order = await orders.place(code, wanted, member)
    await queue.buy_numbers(order.id)
    return _to(request, member)


@post("/numbers/{number_id:int}/rate")
async def set_rate(request: Request, member: Membership, number_id: int) -> Response:
    number, form = await finding.number_of(member, number_id), Form(await request.form())
    rate = form.choice("rate", words.gettext("Segments a second"), RATES)
    limited = bool(form.text("daily_limit", words.gettext("New contacts a day"), 7))
    limit = form.integer("daily_limit", words.gettext("New contacts a day"), 1, 1_000_000) if limited else None
    if not form:
        return await _numbers(request, member, form, status=422, wrong=number.id)
    await managing.set_rate(number, rate, limit, member)
    return _to(request, member)


@post("/numbers/{number_id:int}/pause")
async def pause(request: Request, member: Membership, number_id: int) -> Response:
    await managing.pause(await finding.number_of(member, number_id), member)
    return _to(request, member)


@post("/numbers/{number_id:int}/pause/end")
async def resume(request: Request, member: Membership, number_id: int) -> Response:
    number = await finding.number_of(member, number_id)
    await managing.resume(number, member)
    await queue.drain(number.id)
    return _to(request, member)


@post("/numbers/{number_id:int}/retirement")
async def retire(request: Request, member: Membership, number_id: int) -> Response:
    await managing.retire(await finding.number_of(member, number_id), member)
    return _to(request, member)


@post("/numbers/{number_id:int}/retirement/end")
async def use_again(request: Request, member: Membership, number_id: int) -> Response:
    await managing.use_again(await finding.number_of(member, number_id), member)
    return _to(request, member)


@get("/numbers/{number_id:int}/release")
async def release_page(request: Request, member: Membership, number_id: int) -> Response:
    number = await finding.number_of(member, number_id)
    contacts = await managing.contacts_of(number)
    return page(request, "admin/numbers/release.html", number=number, contacts=contacts, owner=member.role == OWNER)


@post("/numbers/{number_id:int}/release")
async def release(request: Request, member: Membership, number_id: int) -> Response:
    """Gives a retired number back to Twilio: no text leaves by it any more, and texts sent to it are lost."""
    finding.owners_only(member)
    number = await finding.number_of(member, number_id)
    if await managing.note_release(number, member):
        await queue.release_number(number.id)
    return _to(request, member)


def _to(request: Request, member: Membership) -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/numbers")


HANDLERS = [
    numbers_page,
    list_account,
    import_number,
    buy,
    set_rate,
    pause,
    resume,
    retire,
    use_again,
    release_page,
    release,
]
