"""Sign up: with a join code, with a campaign found by its name, or by an invite; a second campaign with the login one has
(SPEC V1, S9, S12, P1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Request, Response, Router, get, post
from tortoise.exceptions import IntegrityError

from webapp import limiting, words
from webapp.access import client, entering, letter_limits, login, right_password
from webapp.http import addresses
from webapp.http.forms import Form
from webapp.http.pages import go_to, page
from webapp.models.accounts import passwords
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership, User
from webapp.models.joining import door as doors
from webapp.models.joining.door import Door, InviteEnded
from webapp.models.joining.invites import Invite
from webapp.routes.public import email_letters, own_details
from webapp.rules.accounts import join_code


@get("/join")
async def join_page(request: Request, code: str = "", find: str = "", campaign: str = "") -> Response:
    """``find``: words of a campaign's name. ``campaign``: the slug of one that was found."""
    await login.current_session(request)
    form = Form(typed={"code": code[:20], "find": find[:80]})
    door = await _door(request, Form(), code, campaign)
    return await join_form(request, form, door)


async def join_form(request: Request, form: Form, door: Door | None, status: int = 200) -> Response:
    user: User | None = request.state.shared.get("user")
    find = str(form.typed.get("find", ""))
    return page(
        request,
        "public/join.html",
        status_code=status,
        form=form,
        door=door,
        user=user,
        known=await _last_place(user),
        may_search=await Campaign.exists(searchable=True),
        found=await _found(request, find) if find else [],
        next=addresses.safe_next(str(form.data.get("next", "") or request.query_params.get("next", ""))),
    )


async def _last_place(user: User | None) -> dict[str, str]:
    """The ZIP and language they gave last, to be offered again."""
    last = await Membership.filter(user=user).order_by("-id").first() if user else None
    return {"zip": last.zip, "language": last.language} if last else {"zip": "", "language": words.language.get()}


async def _found(request: Request, find: str) -> list[Campaign]:
    asks = await limiting.allowed(limiting.SEARCHES, "campaigns", client.address(request))
    return await doors.found(find) if asks else []


async def _door(request: Request, form: Form, code: str, slug: str) -> Door | None:
    """The campaign of the code, or the one that was found by its name."""
    if slug:
        campaign = await doors.searchable(slug)
        if campaign is None:
            form.wrong(
                "code", words.gettext("This campaign can't be found by its name. Ask your organizer for its code.")
            )
        return Door(campaign, found=True) if campaign else None
    read = join_code.read(code)
    if code and not read:
        form.wrong("code", words.gettext("A join code has six digits or eight letters."))
    campaign = await _campaign_of_code(request, form, read) if read else None
    return Door(campaign) if campaign else None


@post("/join")
async def join(request: Request) -> Response:
    await login.current_session(request)
    form = Form(await request.form())
    slug = form.text("campaign", words.gettext("Campaign"), 60)
    code = "" if slug else form.text("code", words.gettext("Join code"), 20_000, required=True)
    return await joined(request, form, await _door(request, form, code, slug))


@get("/invite/{token:str}")
async def invite_page(request: Request, token: str) -> Response:
    await login.current_session(request)
    invite = await Invite.of(token)
    if invite is None:
        return page(request, "public/invite_ended.html", status_code=404)
    return await join_form(request, Form(), Door(invite.campaign, invite))


@post("/invite/{token:str}")
async def accept_invite(request: Request, token: str) -> Response:
    await login.current_session(request)
    invite = await Invite.of(token)
    if invite is None:
        return page(request, "public/invite_ended.html", status_code=404)
    return await joined(request, Form(await request.form()), Door(invite.campaign, invite))


@dataclass(frozen=True)
class Newcomer:
    """``person``: columns of User; ``place``: ZIP and language, columns of Membership."""

    place: dict[str, str]
    person: dict[str, str] = field(default_factory=dict)
    password: str = ""


async def joined(request: Request, form: Form, door: Door | None) -> Response:
    """A new person, or a known one who joins another campaign: with their session, or with the password they have."""
    known: User | None = request.state.shared.get("user") if form.data.get("known") else None
    newcomer = await _newcomer(form, door, known)
    try:
        user = await _let_in(request, form, door, newcomer, known) if form and door else None
    except InviteEnded:
        return page(request, "public/invite_ended.html", status_code=404)
    if user is None or door is None:
        return await join_form(request, form, door, status=422)
    path = _next(form, door)
    return go_to(request, path) if known else await entering.let_in(request, user, path)


def _next(form: Form, door: Door) -> str:
    """The page of this campaign that they came for, else the campaign's first page."""
    if door.link:
        return door.link
    home, wanted = f"/c/{door.campaign.slug}", addresses.safe_next(str(form.data.get("next", "")))
    return wanted if wanted.startswith(home + "/") else home


async def _newcomer(form: Form, door: Door | None, known: User | None) -> Newcomer:
    """Of somebody with an account the password they have is read, which may be of earlier rules."""
    place = {
        "zip": form.zip_code("zip"),
        "language": form.choice("language", words.gettext("Language"), words.LANGUAGES),
    }
    if known:
        return Newcomer(place)
    invited = door.invite.email if door and door.invite else ""
    person = {**own_details.read(form), "email": invited or form.email()}
    if await User.with_email(person["email"]) is None:
        form.new_password("password", [*person.values(), door.campaign.name if door else ""])
    return Newcomer(place, person, form.password())


async def _campaign_of_code(request: Request, form: Form, code: str) -> Campaign | None:
    """A wrong code counts, for this address and for everybody together; a right one never does. A right one of eight letters
    is taken however many others were wrong: nobody finds one by trying (S9)."""
    if not join_code.easily_guessed(code) and (found := await Campaign.get_or_none(join_code=code)):
        return found
    address = client.address(request)
    try:
        campaign = await limiting.unless_failed(
            lambda: Campaign.get_or_none(join_code=code),
            (limiting.JOIN_CODE, ("join", address)),
            everybody=(limiting.JOIN_CODE_ALL, ("join",)),
            counts=lambda: limiting.allowed(limiting.SAME_CODE, "code", address, code),
        )
    except limiting.TooMany:
        form.wrong("code", words.gettext("Too many wrong codes. Wait an hour, then try again."))
        return None
    if campaign is None:
        form.wrong("code", words.gettext("No campaign has this code. Ask your organizer for it."))
    return campaign


async def _let_in(request: Request, form: Form, door: Door, newcomer: Newcomer, known: User | None) -> User | None:
    async def enter() -> User | None:
        if known:
            return await _enter(form, door, known, newcomer)
        return await _new_or_known(request, form, door, newcomer)

    try:
        return await enter()
    except IntegrityError:  # the same form came twice at once: by now the person is known, or a member
        return await enter()


async def _new_or_known(request: Request, form: Form, door: Door, newcomer: Newcomer) -> User | None:
    email = newcomer.person["email"]
    if await User.with_email(email) is None:
        if not await _may_write(request, door, email):
            form.wrong(
                "email",
                words.gettext("Too many people signed up from here just now. Nothing was stored. Wait an hour."),
            )
            return None
        more: dict[str, Any] = {"password_hash": await passwords.hashed(newcomer.password), **newcomer.person}
        user = await doors.new_user(door, newcomer.place, **more)
        if user.confirmed_at is None:
            await email_letters.write_confirm(user, newcomer.place["language"])
        return user
    if user_ := await right_password.user_of(request, form, email):
        return await _enter(form, door, user_, newcomer)
    form.wrong(
        "email", words.gettext("This e-mail already has an account. Type its password, or log in and ask for a link.")
    )
    return None


async def _may_write(request: Request, door: Door, email: str) -> bool:
    """An invite's own letter has confirmed the address, so that no other is written."""
    if door.invite and door.invite.email:
        return True
    return await letter_limits.may_write("sign-up", email, letter_limits.from_here(request, limiting.NEWCOMERS))


async def _enter(form: Form, door: Door, user: User, newcomer: Newcomer) -> User | None:
    if door.invite and door.invite.email not in ("", user.email):
        form.wrong("email", words.gettext("This invite is for another e-mail. Log out, then open it again."))
        return None
    await doors.enter(door, user, newcomer.place)
    return user


router = Router("/", route_handlers=[join_page, join, invite_page, accept_invite])
