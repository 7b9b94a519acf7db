"""Every page that writes to an address somebody gave, who may not have it, does so a few times an hour (SPEC V1)."""

from __future__ import annotations

import ast
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from limits import parse

from tests.cast import PASSWORD, Cast
from tests.cast.site import JOIN, OFFICE, Browser
from webapp import config, limiting
from webapp.database import transaction
from webapp.models.accounts import passwords
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.users import Membership
from webapp.models.actions import action_link
from webapp.models.joining.invites import Invite
from webapp.models.logins.passkeys import Passkey

WEBAPP = Path(__file__).parents[2] / "webapp"
WRITERS = {"write", "composed", "log_in_changed", "password_changed", "write_confirm", "write_raised"}
FEW, SOME = 5, 7  # letters to one e-mail; and, in these tests, from one address
Press = Callable[[int], Awaitable[httpx.Response]]

# Every place that writes a letter: the way below that presses it, or why it needs no limit of its own.
WRITTEN = {
    "letters.py:password_changed": "called by the two places below",
    "letters.py:log_in_changed": "a second step",
    "routes/volunteer/logins/passkeys.py:add_passkey": "called by a second step",
    "routes/volunteer/logins/passkeys.py:end_passkey": "called by a second step",
    "routes/volunteer/logins/second_step.py:confirm_app": "called by a second step",
    "routes/volunteer/logins/second_step.py:end_app": "called by a second step",
    "routes/volunteer/logins/second_step.py:renew_codes": "a second step",
    "routes/public/email_letters.py:write_raised": "a raised role",
    "routes/public/email_letters.py:write_confirm": "called by sign-up, send again and a new e-mail",
    "routes/public/email_letters.py:send_again": "send again",
    "routes/public/email_letters.py:confirm": "it answers a letter, which was counted",
    "routes/public/joining.py:_new_or_known": "sign-up",
    "routes/public/new_password.py:_write": "a reset",
    "routes/public/new_password.py:set_password": "it answers a letter, which was counted",
    "routes/volunteer/logins/email.py:change_email": "a new e-mail",
    "routes/volunteer/logins/password.py:change_password": "a new password",
    "routes/admin/accounts/invites.py:_write": "an invite",
    "routes/admin/accounts/user.py:_waits": "a raised role",
    "routes/admin/accounts/users.py:_write_approved": "once, when the member is approved",
    "workers/actions.py:_tell": "once for each time that staff chose",
    "workers/hooks/sending.py:_letters": "once, when an endpoint is turned off",
    "workers/notices/ways.py:write": "once for each user whom staff told",
    "commands/users.py:forget_second_step": "once, in the shell",
    "letters.py:write": "called by the others",
    "workers/nightly/fetching.py:_tell": "once a night for each plan",
}


def places() -> set[str]:
    """Each function that writes a letter."""
    return {
        f"{path.relative_to(WEBAPP)}:{function.name}"
        for path in WEBAPP.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and any(_writes(call.func, path) for call in ast.walk(function) if isinstance(call, ast.Call))
    }


def _writes(called: ast.expr, path: Path) -> bool:
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        return called.value.id in ("letters", "email_letters") and called.attr in WRITERS
    own = (path.name in ("letters.py", "email_letters.py") and "routes" in path.parts) or path.parent == WEBAPP
    return isinstance(called, ast.Name) and called.id in WRITERS and own


def test_every_place_that_writes_a_letter_is_known_here() -> None:
    assert places() == set(WRITTEN)


@pytest.fixture
def few(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a mail server; limits that all from one address share are small."""
    config.use(replace(config.settings(), smtp_url="smtp://127.0.0.1:9"))
    for name in ("LETTERS", "NEWCOMERS", "INVITES"):
        monkeypatch.setattr(limiting, name, parse(f"{SOME}/hour"))


Way = Callable[[Cast, Browser], Awaitable[Press]]


async def sign_up(cast: Cast, browse: Browser) -> Press:
    async def press(n: int) -> httpx.Response:
        return await (await browse()).post("/join", data=JOIN | {"email": f"victim{n}@example.org"})

    return press


async def sign_up_by_name(cast: Cast, browse: Browser) -> Press:
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(searchable=True))
    form = {name: value for name, value in JOIN.items() if name != "code"} | {"campaign": "meyer"}

    async def press(n: int) -> httpx.Response:
        return await (await browse()).post("/join", data=form | {"email": f"victim{n}@example.org"})

    return press


async def sign_up_by_an_action(cast: Cast, browse: Browser) -> Press:
    await action_link.renew(cast.action, cast.gary)

    async def press(n: int) -> httpx.Response:
        path = f"/a/{cast.action.link_token}"
        return await (await browse()).post(path, data=JOIN | {"email": f"victim{n}@example.org"})

    return press


async def sign_up_invited(cast: Cast, browse: Browser) -> Press:
    async def press(n: int) -> httpx.Response:
        path = f"/invite/{await Invite.make('volunteer', '', cast.gary)}"
        return await (await browse()).post(path, data=JOIN | {"email": f"victim{n}@example.org"})

    return press


async def send_again(cast: Cast, browse: Browser) -> Press:
    amy = await browse(cast.amy)
    return lambda n: amy.post("/email")


async def reset(cast: Cast, browse: Browser) -> Press:
    anyone = await browse()
    return lambda n: anyone.post("/password-reset", data={"email": "amy@example.org"})


async def resets_of_many(cast: Cast, browse: Browser) -> Press:
    anyone = await browse()
    whom = ["amy@example.org", "dan@example.org", "gary@example.org"]
    return lambda n: anyone.post("/password-reset", data={"email": whom[n % 3]})


async def with_password(cast: Cast, browse: Browser) -> httpx.AsyncClient:
    """Amy's browser; her password is set."""
    await passwords.set_password(cast.amy.user, await passwords.hashed(PASSWORD))
    return await browse(cast.amy)


async def new_email(cast: Cast, browse: Browser) -> Press:
    amy = await with_password(cast, browse)
    form = {"password": PASSWORD}
    return lambda n: amy.post("/c/meyer/account/email", data=form | {"new_email": "victim@example.org"})


async def new_emails(cast: Cast, browse: Browser) -> Press:
    amy = await with_password(cast, browse)
    form = {"password": PASSWORD}
    return lambda n: amy.post("/c/meyer/account/email", data=form | {"new_email": f"victim{n}@example.org"})


async def new_password(cast: Cast, browse: Browser) -> Press:
    amy = await with_password(cast, browse)
    old = [PASSWORD]

    async def press(n: int) -> httpx.Response:
        form = {"password": old[-1], "new_password": f"quite a long sentence {n}"}
        answer = await amy.post("/c/meyer/account/password", data=form)
        if answer.status_code == 303:
            old.append(form["new_password"])
        return answer

    return press


async def invite(cast: Cast, browse: Browser) -> Press:
    gary = await browse(cast.gary)
    return lambda n: gary.post(f"{OFFICE}/invites", data={"role": "volunteer", "email": "victim@example.org"})


async def invites(cast: Cast, browse: Browser) -> Press:
    both = [await browse(cast.gary), await browse(cast.selina)]
    form = {"role": "volunteer"}
    return lambda n: both[n % 2].post(f"{OFFICE}/invites", data=form | {"email": f"victim{n}@example.org"})


async def raised_role(cast: Cast, browse: Browser) -> Press:
    await (await browse()).post("/join", data=JOIN)
    carmen = await Membership.get(user__email="carmen@example.org")
    await transaction(lambda: Mail.all().delete())
    await transaction(lambda: Membership.filter(id=carmen.id).update(approved_at=cast.meyer.created_at))
    selina = await browse(cast.selina)

    async def press(n: int) -> httpx.Response:
        for role in ("volunteer", "admin"):
            form = {"role": role, "zip": "16503", "language": "es"}
            answer = await selina.post(f"{OFFICE}/users/{carmen.id}", data=form)
        return answer

    return press


async def second_step(cast: Cast, browse: Browser) -> Press:
    """New recovery codes. It is written in one place for all that changes a log-in."""
    await Passkey.add(cast.amy.user, "Phone", "one", "key", 0)
    amy = await browse(cast.amy)
    return lambda n: amy.post("/c/meyer/account/second-step/recovery-codes")


WAYS: dict[str, tuple[Way, int]] = {
    "sign-up": (sign_up, SOME),
    "sign-up by name": (sign_up_by_name, SOME),
    "sign-up by an action": (sign_up_by_an_action, SOME),
    "sign-up by an invite": (sign_up_invited, SOME),
    "send again": (send_again, FEW),
    "a reset": (reset, FEW),
    "resets of many": (resets_of_many, SOME),
    "a new e-mail": (new_email, FEW),
    "new e-mails": (new_emails, SOME),
    "a new password": (new_password, FEW),
    "an invite": (invite, FEW),
    "invites of many": (invites, SOME),
    "a raised role": (raised_role, FEW),
    "a second step": (second_step, FEW),
}


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("way", WAYS)
async def test_past_its_limit_no_letter_is_written(cast: Cast, browse: Browser, way: str) -> None:
    begin, most = WAYS[way]
    press = await begin(cast, browse)
    answers = [await press(n) for n in range(SOME + 3)]
    assert await Mail.all().count() == most
    assert max(answer.status_code for answer in answers) < 500
    told = answers[-1].status_code in (422, 429) or "so none was sent" in answers[-1].text
    assert told or way == "a second step", "and the page says so, where it spoke of a letter"


def test_each_way_named_above_is_pressed() -> None:
    named = {why for why in WRITTEN.values() if not why.startswith(("called by", "it answers", "once"))}
    assert named <= set(WAYS)
