"""A VAN's key, mode and states, typed by staff who show again who they are; Try it; a pause (SPEC B3)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import pages, queue, words
from webapp.access import connections, proving
from webapp.forms import Form
from webapp.models.accounts.users import Membership
from webapp.models.van import connection, places
from webapp.models.van.connection import MY_CAMPAIGN, MY_VOTERS, VanConnection
from webapp.models.van.places import Taken, Wish
from webapp.pages import page
from webapp.routes.admin.accounts import history
from webapp.rules.contacts import states

MODES = (str(MY_CAMPAIGN), str(MY_VOTERS))
LONGEST_KEY = 200


@get("/van/key")
async def key_page(request: Request, member: Membership, van: int = 0, new: bool = False) -> Response:
    """``new``: one more VAN."""
    return await _key(request, member, None if new else await connections.van_of(member, van), Form())


async def _key(
    request: Request, member: Membership, row: VanConnection | None, form: Form, status: int = 200
) -> Response:
    shown = await places.shown(member.campaign_id)
    return page(
        request,
        "admin/van/key.html",
        "admin/van/_connection.html",
        status_code=status,
        form=form,
        connection=row,
        places=shown,
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
        for state, name in stored.states.items():
            form.wrong("states", _taken(state, name))
        return await _key(request, member, row, form, status=422)
    await queue.ask_van(member.campaign_id)
    return _to(request, member, stored)


async def _wish(member: Membership, row: VanConnection | None, form: Form, new: bool) -> Wish:
    key, mode = form.password("key").strip(), form.choice("mode", words.gettext("Database"), MODES)
    if not key and not (row and row.key):
        form.wrong("key", words.gettext("The API key is missing."))
    if len(key) > LONGEST_KEY or not key.isprintable() or "|" in key:
        form.wrong("key", words.gettext("This is no API key: take it from VAN without the mode behind the |."))
    others = [place for place in await places.shown(member.campaign_id) if not row or place.row.id != row.id]
    if not row and len(others) >= places.MOST:
        form.wrong("key", words.gettext("A campaign may have %(n)s VANs.", n=places.MOST))
    name = form.text("name", words.gettext("Name"), 60, required=bool(others))
    if name and name.casefold() in {place.row.name.casefold() for place in others}:
        form.wrong("name", words.gettext("Another VAN of this campaign has this name."))
    return Wish(key, int(mode), name, _states(form), form.ticked("ids_too"), new)


def _states(form: Form) -> frozenset[str]:
    """Two letters each, with blanks or commas between; a blank field is for all states that no other VAN has."""
    typed = form.text("states", words.gettext("States"), 400)
    found = {one: states.abbreviation(one) for one in typed.replace(",", " ").split()}
    if unknown := [one for one, state in found.items() if state not in states.ABBREVIATIONS]:
        form.wrong("states", words.gettext("No state has these two letters: %(unknown)s.", unknown=", ".join(unknown)))
    return frozenset(found.values()) or frozenset([places.REST])


def _taken(state: str, name: str) -> str:
    if state == places.REST:
        return words.gettext("All other states go to %(name)s. Name the states of this VAN.", name=name or "VAN")
    return words.gettext("%(state)s goes to %(name)s. Take it out there first.", state=state, name=name or "VAN")


@post("/van/key/end", dependencies=proving.STAFF)
async def forget_key(request: Request, member: Membership, van: int = 0) -> Response:
    row = await connections.van_of(member, van)
    if row:
        await places.disconnect(member, row)
    return _to(request, member, row)


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


HANDLERS = [key_page, save_key, forget_key, try_it, pause, end_pause]
