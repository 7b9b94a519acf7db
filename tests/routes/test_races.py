"""Forms that change a unique column, pressed by several at once: one of them has it, the others are told, nobody gets a fault."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from tortoise.models import Model

from tests.cast import Cast
from tests.cast.notices import BrowserKeys
from tests.cast.site import JOIN, OFFICE, Browser, audited, here
from tests.cast.van import set_key
from webapp import models
from webapp.database import guards, transaction
from webapp.models.accounts import teams
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.users import Membership, User
from webapp.models.actions.action import DRAFT, Action
from webapp.models.contacts.lists import ContactList
from webapp.models.joining.email_letters import EmailLetter
from webapp.models.van import mapping

Press = Callable[[], Awaitable[httpx.Response]]
Form = dict[str, Any]
AT_ONCE = 4

# Each unique column or index that a form can meet -> the race below; of the others, why two of them never meet.
UNIQUE = {
    "user_account.email": "a new e-mail",
    "one_membership": "a second campaign",
    "one_action_list": "lists of an action",
    "one_action_limit": "limits of an action",
    "one_zip_district": "districts",
    "one_tag": "a tag",
    "one_field": "a custom field",
    "one_link": "a link",
    "one_place_on_user_list": "a user list",
    "one_opt_out": "an opt-out",
    "push_device.endpoint": "a browser for notices",
    "authenticator_app.user_id": "an authenticator app",
    "notice_choices.member_id": "what to be told",
    "notice.client_id": "a notice",
    "one_van_of_state": "a VAN key",
    "one_van_mapping": "VAN codes",
    "one_sharing": "a campaign to share opt-outs with",
}
# Drawn at random, or written by the shell, jobs and verbs that lock or say ON CONFLICT, as the tests of their rooms hold
OTHERS = """
    email_letter.token_hash invite.token_hash login_step.token_hash password_link.token_hash session.token_hash
    message.public_id one_action_link one_join_code one_team_code tracked_link.token
    account_number.sid campaign.slug phone_number.e164 zone_set.names one_event one_sid one_imported_contact one_list_place
    one_answer_tally one_code_tally one_script_tally one_spend_tally one_tally one_safeguard_hit one_tracked_link
    message.client_id one_first_text one_conversation one_contact one_contact_tag one_field_value one_action_user
    one_recipient one_picture one_kept_version passkey.credential_id
    one_carrier_warning one_work_of_a_form one_delivery_tally one_hour_tally
    one_van_fact one_van_kept one_van_thing one_van_list van_match.contact_id van_person.contact_id
    one_opt_in_form one_keyword one_sign_up one_ready_link sign_up.token opt_in_consent.client_id
    api_token.token_hash one_api_answer one_hook_event one_said_again nightly_folder.nightly_id
""".split()  # noqa: SIM905


def unique_columns() -> set[str]:
    """Guards by their names, columns of models by theirs."""
    named = {guard.name for guard in guards.GUARDS if guard.sqlite.startswith("CREATE UNIQUE")}
    for model in vars(models).values():
        if isinstance(model, type) and issubclass(model, Model):
            for name, field in model._meta.fields_map.items():
                if field.unique and not field.pk and not hasattr(field, "model_name"):
                    named.add(f"{model._meta.db_table}.{name}")
    return named


def test_every_unique_column_has_its_race_or_needs_none(cast: Cast) -> None:
    assert set(UNIQUE.values()) == set(RACES)
    assert unique_columns() == {*UNIQUE, *OTHERS}


async def everyone(cast: Cast, browse: Browser) -> list[httpx.AsyncClient]:
    return [await browse(who) for who in (cast.gary, cast.selina, cast.gary, cast.selina)]


async def office(cast: Cast, browse: Browser, path: str, form: Form, files: Any = None) -> list[Press]:
    return [pressed(one, path, form, files) for one in await everyone(cast, browse)]


def pressed(browser: httpx.AsyncClient, path: str, form: Form, files: Any = None) -> Press:
    return lambda: browser.post(path, data=form, files=files)


async def a_new_email(cast: Cast, browse: Browser) -> list[Press]:
    """Amy and Dan, and Amy on a second device, confirm one address that nobody has yet."""
    tokens = {who.id: await EmailLetter.write(who.user, "new@example.org") for who in (cast.amy, cast.dan)}
    return [pressed(await browse(who), f"/email/{tokens[who.id]}", {}) for who in (cast.amy, cast.dan, cast.amy)]


async def a_sign_up(cast: Cast, browse: Browser) -> list[Press]:
    return [pressed(await browse(), "/join", JOIN) for _ in range(AT_ONCE)]


async def a_second_campaign(cast: Cast, browse: Browser) -> list[Press]:
    form = {"known": "1", "code": cast.ryan.join_code, "zip": "15213", "language": "en"}
    return [pressed(await browse(cast.amy), "/join", form) for _ in range(AT_ONCE)]


async def lists_of_an_action(cast: Cast, browse: Browser) -> list[Press]:
    other = await transaction(lambda: ContactList.make(cast.meyer, "Other", ""))
    form = {"title": "Plan", "description": "", "instructions": "", "ends_on": "", "lists": str(other.id)}
    return await office(cast, browse, here(cast), form)


async def limits_of_an_action(cast: Cast, browse: Browser) -> list[Press]:
    await transaction(lambda: Action.filter(id=cast.action.id).update(state=DRAFT))
    return await office(cast, browse, f"{here(cast)}/limits", {"language": "en", "states": "OH, PA"})


async def districts(cast: Cast, browse: Browser) -> list[Press]:
    rows = "".join(f"15{n:03},PA-{n % 18}\n" for n in range(400))
    file = {"file": ("cd.csv", ("zip,district\n" + rows).encode(), "text/csv")}
    return await office(cast, browse, f"{OFFICE}/districts", {}, file)


async def a_tag(cast: Cast, browse: Browser) -> list[Press]:
    return await office(cast, browse, f"{OFFICE}/settings/tags", {"name": "Needs a Ride", "display_order": "6"})


async def a_custom_field(cast: Cast, browse: Browser) -> list[Press]:
    form = {"title": "Shoe size", "type": "TextField", "display_order": "1"}
    return await office(cast, browse, f"{OFFICE}/settings/fields", form)


async def a_link(cast: Cast, browse: Browser) -> list[Press]:
    form = {"slug": "plan", "title": "Plan", "url": "https://meyer.example/plan"}
    return await office(cast, browse, f"{OFFICE}/settings/links", form)


async def a_user_list(cast: Cast, browse: Browser) -> list[Press]:
    made = await teams.create_list("Texters", cast.gary)
    form = {"members": [str(cast.amy.id), str(cast.dan.id)], "user_list": str(made.id)}
    return await office(cast, browse, f"{OFFICE}/users/places", form)


async def an_opt_out(cast: Cast, browse: Browser) -> list[Press]:
    return await office(cast, browse, f"{OFFICE}/opt-outs", {"phone": "412-555-0142"})


async def a_browser_for_notices(cast: Cast, browse: Browser) -> list[Press]:
    keys = BrowserKeys()
    form = {"endpoint": "https://push.example.org/a", "p256dh": keys.p256dh, "auth": keys.auth}
    return [pressed(await browse(who), "/push-devices", form) for who in (cast.amy, cast.dan, cast.amy, cast.dan)]


async def an_authenticator_app(cast: Cast, browse: Browser) -> list[Press]:
    amy = await browse(cast.amy)
    return [pressed(amy, "/c/meyer/account/second-step/app", {}) for _ in range(AT_ONCE)]


async def what_to_be_told(cast: Cast, browse: Browser) -> list[Press]:
    amy, form = await browse(cast.amy), {"push_replies": "1", "quiet_from": "20:00", "quiet_until": "07:30"}
    return [pressed(amy, "/c/meyer/notice-choices", form) for _ in range(AT_ONCE)]


async def a_van_key(cast: Cast, browse: Browser) -> list[Press]:
    return await office(cast, browse, f"{OFFICE}/van/key", {"key": "0123-4567", "mode": "1"})


async def van_codes(cast: Cast, browse: Browser) -> list[Press]:
    row = await set_key(cast.selina, "0123-4567", 1)
    await mapping.note_things(row, [("activist_code", 8_001, 0, "Will Vote")])
    [code] = await mapping.things(row)
    return await office(cast, browse, f"{OFFICE}/van/mapping", {"opt_out": str(code.target)})


async def a_campaign_to_share_with(cast: Cast, browse: Browser) -> list[Press]:
    selina = await browse(cast.selina)
    return [pressed(selina, f"{OFFICE}/opt-outs/sharing", {"slug": "ryan"}) for _ in range(AT_ONCE)]


async def a_notice(cast: Cast, browse: Browser) -> list[Press]:
    """The same form in one campaign, and its id in a form of another one."""
    await transaction(lambda: Membership.filter(id=cast.jonah.id).update(role="admin"))
    form = {"kind": "message", "title": "Tonight", "body": "At six", "client_id": str(uuid.uuid4()), "scope": "all"}
    presses = await office(cast, browse, f"{OFFICE}/notices", form)
    return [*presses, pressed(await browse(cast.jonah), "/c/ryan/admin/notices", form)]


RACES: dict[str, Callable[[Cast, Browser], Awaitable[list[Press]]]] = {
    "a new e-mail": a_new_email,
    "a second campaign": a_second_campaign,
    "lists of an action": lists_of_an_action,
    "limits of an action": limits_of_an_action,
    "districts": districts,
    "a tag": a_tag,
    "a custom field": a_custom_field,
    "a link": a_link,
    "a user list": a_user_list,
    "an opt-out": an_opt_out,
    "a browser for notices": a_browser_for_notices,
    "an authenticator app": an_authenticator_app,
    "what to be told": what_to_be_told,
    "a notice": a_notice,
    "a VAN key": a_van_key,
    "VAN codes": van_codes,
    "a campaign to share opt-outs with": a_campaign_to_share_with,
}


@pytest.mark.parametrize("race", [*RACES, "a sign-up"])
async def test_of_several_at_once_nobody_gets_a_fault(cast: Cast, browse: Browser, race: str) -> None:
    begin = RACES.get(race, a_sign_up)
    presses = await begin(cast, browse)
    answers = await asyncio.gather(*(press() for press in presses))
    assert {answer.status_code for answer in answers} <= {200, 303, 404, 409, 422}, [a.status_code for a in answers]
    assert {answer.status_code for answer in answers} & {200, 303}, "one of them has done it"


async def test_of_two_who_confirm_one_address_at_once_one_has_it_and_the_other_is_told(
    cast: Cast, browse: Browser
) -> None:
    answers = await asyncio.gather(*(press() for press in (await a_new_email(cast, browse))[:2]))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert await User.filter(email="new@example.org").count() == 1
    kept = await EmailLetter.filter(email="new@example.org", used_at=None).select_related("user")
    assert [one.user.email for one in kept] != ["new@example.org"], "the other's letter is not used up"


async def test_two_who_approve_somebody_at_once_write_one_letter(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Membership.filter(id=cast.dan.id).update(approved_at=None))
    presses = await office(cast, browse, f"{OFFICE}/users/{cast.dan.id}/approval", {})
    assert {answer.status_code for answer in await asyncio.gather(*(press() for press in presses))} == {303}
    assert await Mail.filter(to="dan@example.org").count() == 1 and await audited("user.approved") == 1
