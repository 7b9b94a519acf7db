"""A VAN's key, mode and states, typed by staff who show again who they are; Try it; a pause (SPEC B3)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import queue, words
from webapp.access import connections, proving
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.van import connection, places, whose_ids
from webapp.models.van.connection import MY_CAMPAIGN, MY_VOTERS, VanConnection
from webapp.models.van.places import Taken, Wish
from webapp.routes.admin.accounts import history
from webapp.rules.contacts import states

MODES = (str(MY_CAMPAIGN), str(MY_VOTERS))
LONGEST_KEY = 200


@get("/van/key")
async def key_page(request: Request, member: Membership, van: int = 0, new: bool = False) -> Response:
    """``new``: one more VAN."""
    return await _key(request, member, None if new else await connections.van_of(member, van), Form())


async def _key(
    request: Request,
    member: Membership,
    row: VanConnection | None,
    form: Form,
    status: int = 200,
    movable: bool = False,
) -> Response:
    """``movable``: the states that another VAN has may move here."""
    shown = await places.shown(member.campaign_id)
    return page(
        request,
        "admin/van/key.html",
        "admin/van/_connection.html",
        status_code=status,
        form=form,
        connection=row,
        places=shown,
        movable=movable,
        mine=next((place for place in shown if row and place.row.id == row.id), None),
        history=await history.of_whole(request, member, "van", row.id if row else 0),
    )


@post("/van/key", dependencies=proving.STAFF)
async def save_key(request: Request, member: Membership, van: int = 0, new: bool = False) -> Response:
    """Keeps it and asks VAN at once whether it works. A blank key keeps the one that is there."""
    row = None if new else await connections.van_of(member, van)
    form = Form(await request.form())
    wish = await _wish(member, row, form, new)
    if not form:
        return await _key(request, member, row, form, status=422)
    stored = await places.connect(member, row, wish)
    if isinstance(stored, Taken):
        for state in sorted(stored.states, key=lambda state: state not in stored.last):
            form.wrong("states", _taken(state, stored.states[state], state in stored.last))
        return await _key(request, member, row, form, status=422, movable=not stored.last)
    await queue.ask_van(member.campaign_id)
    return _to(request, member, stored)


async def _wish(member: Membership, row: VanConnection | None, form: Form, new: bool) -> Wish:
    key, mode = form.password("key").strip(), form.choice("mode", words.gettext("Database"), MODES)
    others = [place for place in await places.shown(member.campaign_id) if not row or place.row.id != row.id]
    if not key and not (row and (row.key or others)):
        form.wrong("key", words.gettext("The API key is missing."))
    if len(key) > LONGEST_KEY or not key.isprintable() or "|" in key:
        form.wrong("key", words.gettext("This is no API key: take it from VAN without the mode behind the |."))
    if not row and len(others) >= places.MOST:
        form.wrong("key", words.gettext("A campaign may have %(n)s VANs.", n=places.MOST))
    name = form.text("name", words.gettext("Name"), 60, required=bool(others))
    if name and name.casefold() in {place.row.name.casefold() for place in others}:
        form.wrong("name", words.gettext("Another VAN of this campaign has this name."))
    return Wish(key, int(mode), name, _states(form), form.ticked("ids_too"), new, form.ticked("take"))


def _states(form: Form) -> frozenset[str]:
    """Two letters each, with blanks or commas between; a blank field is for all states that no other VAN has."""
    typed = form.text("states", words.gettext("States"), 400)
    found = {one: states.abbreviation(one) for one in typed.replace(",", " ").split()}
    if unknown := [one for one, state in found.items() if state not in states.ABBREVIATIONS]:
        form.wrong("states", words.gettext("No state has these two letters: %(unknown)s.", unknown=", ".join(unknown)))
    return frozenset(found.values()) or frozenset([whose_ids.REST])


def _taken(state: str, name: str, last: bool) -> str:
    """``last``: the other VAN has nothing else, so that it can't move."""
    name = name or "VAN"
    if state == whose_ids.REST:
        return words.gettext("All other states go to %(name)s. Name the states of this VAN.", name=name)
    if last:
        sentence = words.gettext(
            "%(state)s is all that goes to %(name)s. Give that VAN another state first, or forget its key."
        )
    else:
        sentence = words.gettext("%(state)s goes to %(name)s. To move it here, switch that on below and save again.")
    return sentence % {"state": state, "name": name}


@post("/van/key/end", dependencies=proving.STAFF)
async def forget_key(request: Request, member: Membership, van: int = 0) -> Response:
    row = await connections.van_of(member, van)
    if row:
        await places.disconnect(member, row)
    return _to(request, member, row)


@post("/van/end", dependencies=proving.STAFF)
async def remove(request: Request, member: Membership, van: int = 0) -> Response:
    """A VAN whose key was forgotten. With a key that somebody set meanwhile it stays, and its page is shown."""
    row = await connections.van_of(member, van)
    stays = row is not None and not await places.remove(member, row)
    return _to(request, member, row if stays else None)


@post("/van/checks")
async def try_it(request: Request, member: Membership, van: int = 0) -> Response:
    """A job asks the campaign's VANs for their codes and lists; the page it was pressed on shows what they say."""
    row = await connections.van_with_key(member, van)
    await connection.ask(member.campaign_id)
    await queue.ask_van(member.campaign_id)
    from_lists = Form(await request.form()).data.get("from") == "lists"
    return _to(request, member, row, "lists" if from_lists else "key")


@post("/van/pause")
async def pause(request: Request, member: Membership, van: int = 0) -> Response:
    row = await connections.van_with_key(member, van)
    await connection.pause(member, row, True)
    return _to(request, member, row)


@post("/van/pause/end")
async def end_pause(request: Request, member: Membership, van: int = 0) -> Response:
    row = await connections.van_with_key(member, van)
    await connection.pause(member, row, False)
    await queue.send_to_van(member.campaign_id)
    return _to(request, member, row)


def _to(request: Request, member: Membership, row: VanConnection | None, tab: str = "key") -> Response:
    which = f"?van={row.id}" if row else ""
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/van/{tab}{which}")


HANDLERS = [key_page, save_key, forget_key, remove, try_it, pause, end_pause]
