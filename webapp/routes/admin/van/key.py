"""VAN's key and mode, typed by staff who show again who they are; Try it; a pause (SPEC B3)."""

from __future__ import annotations

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException

from webapp import pages, queue, words
from webapp.access import proving
from webapp.forms import Form
from webapp.models.accounts.users import Membership
from webapp.models.van import connection
from webapp.models.van.connection import MY_CAMPAIGN, MY_VOTERS
from webapp.pages import page

MODES = (str(MY_CAMPAIGN), str(MY_VOTERS))
LONGEST_KEY = 200


@get("/van/key")
async def key_page(request: Request, member: Membership) -> Response:
    return await _key(request, member, Form())


async def _key(request: Request, member: Membership, form: Form, status: int = 200) -> Response:
    found = await connection.of(member.campaign_id)
    return page(
        request, "admin/van/key.html", "admin/van/_connection.html", status_code=status, form=form, connection=found
    )


@post("/van/key", dependencies=proving.STAFF)
async def save_key(request: Request, member: Membership) -> Response:
    """Keeps it and asks VAN at once whether it works. A blank key keeps the one that is there."""
    form = Form(await request.form())
    key, mode = form.password("key").strip(), form.choice("mode", words.gettext("Database"), MODES)
    if not key and not await connection.of(member.campaign_id):
        form.wrong("key", words.gettext("The API key is missing."))
    if len(key) > LONGEST_KEY or not key.isprintable() or "|" in key:
        form.wrong("key", words.gettext("This is no API key: take it from VAN without the mode behind the |."))
    if not form:
        return await _key(request, member, form, status=422)
    await connection.connect(member, key, int(mode))
    await queue.ask_van(member.campaign_id)
    return _to(request, member)


@post("/van/key/end", dependencies=proving.STAFF)
async def forget_key(request: Request, member: Membership) -> Response:
    await connection.disconnect(member)
    return _to(request, member)


@post("/van/checks")
async def try_it(request: Request, member: Membership) -> Response:
    """A job asks VAN for its codes and lists; the page it was pressed on shows what VAN says."""
    await _connected(member)
    await connection.ask(member.campaign_id)
    await queue.ask_van(member.campaign_id)
    from_lists = Form(await request.form()).data.get("from") == "lists"
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/van/{'lists' if from_lists else 'key'}")


@post("/van/pause")
async def pause(request: Request, member: Membership) -> Response:
    await _connected(member)
    await connection.pause(member, True)
    return _to(request, member)


@post("/van/pause/end")
async def end_pause(request: Request, member: Membership) -> Response:
    await _connected(member)
    await connection.pause(member, False)
    await queue.send_to_van(member.campaign_id)
    return _to(request, member)


async def _connected(member: Membership) -> None:
    if not await connection.of(member.campaign_id):
        raise NotFoundException


def _to(request: Request, member: Membership) -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/van/key")


HANDLERS = [key_page, save_key, forget_key, try_it, pause, end_pause]
