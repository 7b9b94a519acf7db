"""Asks a browser for a passkey, and says whether its answer is right (WebAuthn). The person shows who they are to the
device (a finger, a face, a PIN), so a passkey alone is two factors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from litestar import Request
from tortoise.exceptions import IntegrityError

from webapp import config
from webapp.access import login
from webapp.http.forms import Form
from webapp.models.accounts.users import User
from webapp.models.logins import second_steps
from webapp.models.logins.passkeys import Passkey
from webapp.models.logins.steps import LoginStep
from webapp.rules import late

if TYPE_CHECKING:
    import webauthn
    from webauthn import helpers
    from webauthn.helpers import exceptions, structs
else:
    webauthn, helpers = late.module("webauthn"), late.module("webauthn.helpers")
    exceptions, structs = late.module("webauthn.helpers.exceptions"), late.module("webauthn.helpers.structs")

FIELD = "credential"


def _wrong(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """The errors that the library raises of a wrong answer, and ``more``."""
    return exceptions.WebAuthnException, ValueError, KeyError, TypeError, *more


def _site() -> tuple[str, str]:
    """The relying party's id and origin: the public address, never a request's Host."""
    parts = urlsplit(config.settings().public_url)
    return parts.hostname or "", f"{parts.scheme}://{parts.netloc}"


async def asked_to_make(user: User, challenge: str) -> str:
    """JSON for `navigator.credentials.create`."""
    options = webauthn.generate_registration_options(
        rp_id=_site()[0],
        rp_name="Textbank",
        user_name=user.email,
        user_display_name=user.name,
        user_id=str(user.id).encode(),
        challenge=helpers.base64url_to_bytes(challenge),
        exclude_credentials=_descriptors(await Passkey.of(user.id)),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    return webauthn.options_to_json(options)


def asked_to_show(challenge: str, own: list[Passkey]) -> str:
    """JSON for `navigator.credentials.get`. ``own``: of the person who logs in; none where the passkey says who they are."""
    options = webauthn.generate_authentication_options(
        rp_id=_site()[0],
        challenge=helpers.base64url_to_bytes(challenge),
        allow_credentials=_descriptors(own),
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def _descriptors(passkeys: list[Passkey]) -> list[structs.PublicKeyCredentialDescriptor]:
    return [structs.PublicKeyCredentialDescriptor(id=helpers.base64url_to_bytes(one.credential_id)) for one in passkeys]


async def made(request: Request, form: Form, step: LoginStep, name: str) -> list[str] | None:
    """Keeps the new passkey of the user logged in. Recovery codes to show, if they have none; None where it is not right."""
    rp_id, origin = _site()
    try:
        found = webauthn.verify_registration_response(
            credential=_credential(form),
            expected_challenge=helpers.base64url_to_bytes(step.challenge),
            expected_rp_id=rp_id,
            expected_origin=origin,
            require_user_verification=True,
        )
        session, key = login.session_of(request), helpers.bytes_to_base64url(found.credential_public_key)
        passkey = (name, helpers.bytes_to_base64url(found.credential_id), key, found.sign_count)
        return await second_steps.add_passkey(session.user, session, *passkey) if await step.use() else None
    except _wrong(IntegrityError):
        return None


async def owner(form: Form, step: LoginStep, field: str = FIELD) -> User | None:
    """The user whose passkey has signed this step's challenge; None where the answer is wrong. The step is used up, so the same answer opens nothing again."""
    credential = _credential(form, field)
    own = {"user_id": step.user_id} if step.user_id else {}
    passkey = (
        await Passkey.filter(credential_id=str(credential.get("id", ""))[:1_400], **own).select_related("user").first()
    )
    if passkey is None or not await step.use():
        return None
    rp_id, origin = _site()
    try:
        found = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=helpers.base64url_to_bytes(step.challenge),
            expected_rp_id=rp_id,
            expected_origin=origin,
            credential_public_key=helpers.base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _wrong():
        return None
    return passkey.user if await passkey.used(found.new_sign_count) else None


def _credential(form: Form, field: str = FIELD) -> dict[str, Any]:
    """The object that our script put into the hidden field; {} where there is none."""
    try:
        found = json.loads(form.password(field))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
