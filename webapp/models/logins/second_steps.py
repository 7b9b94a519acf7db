"""The second steps of a user, and the changes when they get their first or lose their last (SPEC V1)."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.passwords import PasswordLink
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import STAFF, Membership, User
from webapp.models.logins.app_codes import AuthenticatorApp, RecoveryCode
from webapp.models.logins.passkeys import Passkey
from webapp.models.logins.steps import LoginStep


@dataclass(frozen=True)
class Has:
    app: bool
    passkeys: int

    def __bool__(self) -> bool:
        return self.app or bool(self.passkeys)


async def of(user_id: int) -> Has:
    return Has(await AuthenticatorApp.of(user_id) is not None, await Passkey.filter(user_id=user_id).count())


async def staff_with_and_without(campaign_id: int) -> tuple[list[str], list[str]]:
    """Names of the campaign's staff, by whether they have a second step."""
    own = Membership.filter(campaign_id=campaign_id, role__in=STAFF, suspended_at=None).select_related("user")
    people = [member.user for member in await own.order_by("id").limit(500)]
    ids = [user.id for user in people] or [0]
    apps = await AuthenticatorApp.filter(user_id__in=ids).exclude(confirmed_at=None).select_related("user")
    some = {row.user.id for row in apps} | {row.user_id for row in await Passkey.filter(user_id__in=ids)}
    return [u.name for u in people if u.id in some], [u.name for u in people if u.id not in some]


async def opens(user_id: int, code: str) -> bool:
    """Takes a right code of the app, or a recovery code; each once."""
    return await AuthenticatorApp.accepts(user_id, code) or await RecoveryCode.accepts(user_id, code)


@transactional
async def confirm_app(user: User, code: str, session: Session) -> list[str] | None:
    """The app counts from now on: its first code is right. Recovery codes, to be shown once; None where it is not right."""
    if not await AuthenticatorApp.confirm(user, code):
        return None
    await added(user, session)
    return await RecoveryCode.renew(user)


@transactional
async def add_passkey(
    user: User, session: Session, name: str, credential_id: str, public_key: str, sign_count: int
) -> list[str]:
    """Recovery codes, to be shown once, where the user has none."""
    await Passkey.add(user, name, credential_id, public_key, sign_count)
    await added(user, session)
    return await RecoveryCode.renew(user) if not await RecoveryCode.left(user.id) else []


async def added(user: User, session: Session) -> None:
    """Notes that this session has passed the new step, and ends the user's other sessions, which have not. Called in a
    verb's transaction."""
    await session.passed_second()
    await Session.end_all(user, but=session.id)


@transactional
async def end_app(user: User) -> bool:
    """False where there was none that counted."""
    counted = await AuthenticatorApp.of(user.id) is not None
    await AuthenticatorApp.end(user)
    await _ended(user)
    return counted


@transactional
async def end_passkey(passkey: Passkey, user: User) -> bool:
    """False where it was removed meanwhile."""
    removed = await Passkey.filter(id=passkey.id).delete()
    await _ended(user)
    return bool(removed)


async def _ended(user: User) -> None:
    """Without any second step left, no session has one and recovery codes open nothing."""
    if not await of(user.id):
        await RecoveryCode.filter(user=user).delete()
        await Session.filter(user=user).update(second_at=None)


@transactional
async def require(campaign: Campaign, wanted: bool, by: Membership) -> None:
    """Whether staff of the campaign need a second step for every page of the office."""
    await Campaign.filter(id=campaign.id).update(second_step_needed=wanted)
    await audit.record(by, "second_step.required" if wanted else "second_step.not_required", {"campaign": campaign.id})


@transactional
async def set_password(link: PasswordLink, password_hash: str, **person: str) -> bool:
    """Uses the link, as `PasswordLink.use` says. Removes second steps added before the address was proven: a stranger
    who signed up with it may have added them."""
    unproven = (await User.get(id=link.user.id)).confirmed_at is None
    if not await link.use(password_hash, **person):
        return False
    if unproven:
        await _end_all(link.user)
    return True


async def _end_all(user: User) -> None:
    await AuthenticatorApp.end(user)
    await Passkey.filter(user=user).delete()
    await LoginStep.filter(user=user).delete()
    await _ended(user)


@transactional
async def forget(user: User) -> None:
    """Removes all second steps, so that only the password is left. For a user who lost them all and whom the people of
    the server know."""
    await _end_all(user)
    await Session.end_all(user)
    for member in await Membership.filter(user=user).select_related("campaign"):
        await audit.note(member.campaign, None, "second_step.forgotten_from_shell", {"user": member.id}, user.email)
