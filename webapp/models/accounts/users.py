"""Users, and their role in each campaign (SPEC P1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp import clock, config, database
from webapp.database import packed, transactional
from webapp.database.statements import Statement
from webapp.models.accounts.campaign import Campaign
from webapp.rules import names
from webapp.rules.contacts import contact_zones

OWNER, ADMIN, VOLUNTEER = "owner", "admin", "volunteer"
ROLES = (OWNER, ADMIN, VOLUNTEER)
STAFF = (OWNER, ADMIN)


class User(Model):
    id = fields.IntField(primary_key=True)
    first_name = fields.CharField(60, default="")
    last_name = fields.CharField(60, default="")
    name_key = fields.CharField(100, default="", db_default="")  # as the search of users compares it
    email = fields.CharField(254, unique=True)
    phone = fields.CharField(20, default="")
    password_hash = fields.CharField(200, default="")
    language = fields.CharField(2, default="", db_default="")  # chosen for pages and letters (P3); "": as at sign-up
    created_at = fields.DatetimeField()
    confirmed_at = fields.DatetimeField(null=True)  # when a letter to this address was answered

    memberships: fields.ReverseRelation[Membership]

    class Meta:
        table = "user_account"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email

    @property
    def unknown(self) -> bool:
        """Made by somebody else, and has not said their own name and phone yet."""
        return not (self.first_name and self.phone)

    @property
    def just_confirmed(self) -> bool:
        """For as long as the next page may take: it says so."""
        return self.confirmed_at is not None and clock.now() - self.confirmed_at < timedelta(minutes=1)

    @classmethod
    async def with_email(cls, email: str) -> User | None:
        return await cls.get_or_none(email=normal_email(email))

    @classmethod
    @transactional
    async def sign_up(cls, email: str, **values: Any) -> User:
        return await cls.create(email=normal_email(email), created_at=clock.now(), **values)

    async def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = names.key(f"{self.first_name} {self.last_name}")
        await super().save(*args, **kwargs)

    @property
    def proven(self) -> bool:
        """Does the account certainly belong to the person with its e-mail? An account without a password opens by a
        letter alone."""
        return self.confirmed_at is not None or not self.password_hash

    async def locked(self) -> User:
        """As stored now. Nobody changes it until the caller's transaction ends."""
        return await User.filter(id=self.id).select_for_update().get()

    @transactional
    async def change(self, **values: str) -> None:
        """``values``: columns. Unsent texts contain the name, so open cards are shown again (A11)."""
        self.update_from_dict(values)
        self.name_key = names.key(f"{self.first_name} {self.last_name}")
        await User.filter(id=self.id).update(**values, name_key=self.name_key)


class Membership(Model):
    """A user in a campaign. Only an admin changes the ZIP and language given at sign-up (A9). ``state``: of the ZIP. A removed
    user is suspended too, and no member any more: the row stays for history. ``raised_role``: the role that waits until
    the user's e-mail is confirmed. ``waits_for_letter``: the member counts once the e-mail is confirmed, and needs no approval.
    ``brought_by``: the action whose link brought them while they could not text yet (A10)."""

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="memberships", on_delete=fields.NO_ACTION
    )
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="memberships", on_delete=fields.NO_ACTION
    )
    role = fields.CharField(12, default=VOLUNTEER)
    raised_role = fields.CharField(12, default="", db_default="")
    zip = fields.CharField(10, default="")
    state = fields.CharField(2, default="", db_default="")
    language = fields.CharField(2, default="en")
    may_export = fields.BooleanField(default=False)
    may_look_up = fields.BooleanField(default=False, db_default=False)
    joined_at = fields.DatetimeField()
    approved_at = fields.DatetimeField(null=True)
    waits_for_letter = fields.BooleanField(default=False, db_default=False)
    suspended_at = fields.DatetimeField(null=True)
    suspended_for = fields.CharField(12, default="", db_default="")  # "opt_outs" where too many did it (V9), not staff
    removed_at = fields.DatetimeField(null=True)
    brought_by = fields.IntField(null=True)
    last_here_at = fields.DatetimeField(null=True)

    user_id: int
    campaign_id: int

    class Meta:
        table = "membership"

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF

    @property
    def speaks(self) -> str:
        """The language of their pages and letters: their choice, else the one of their sign-up (P3). Actions are limited by
        the latter alone (A9)."""
        return self.user.language or self.language

    @property
    def exports(self) -> bool:
        """May they export contacts? Owners always; others by a right of its own (R5)."""
        return self.role == OWNER or self.may_export

    @property
    def looks_up(self) -> bool:
        """May they look up any contact of the campaign? Staff always; volunteers by a right of its own (B5)."""
        return self.is_staff or self.may_look_up

    @property
    def active(self) -> bool:
        """Approved and not suspended: they may text."""
        return self.approved_at is not None and self.suspended_at is None

    @property
    def looks(self) -> bool:
        """May they look: see Home, the pages of actions and their own account? A user who waits for the letter may (P1)."""
        let_in = self.approved_at is not None or self.waits_for_letter
        return let_in and self.suspended_at is None and self.removed_at is None

    @classmethod
    @transactional
    async def join(
        cls,
        user: User,
        campaign: Campaign,
        role: str = VOLUNTEER,
        zip: str = "",
        language: str = "en",
        by_letter: bool = False,
        approval: bool = False,
    ) -> Membership:
        """The user's membership, created if there is none. Staff need no approval. ``by_letter``: without approval the
        member counts only once the user's e-mail is confirmed. ``approval``: they wait for it whatever the campaign's
        setting is. A user who was removed always does."""
        if existing := await cls.filter(user=user, campaign=campaign).select_for_update().first():
            await existing._come_back()
            return existing
        waits = (campaign.approval_needed or approval) and role == VOLUNTEER
        letter = by_letter and not waits and user.confirmed_at is None
        now = clock.now()
        return await cls.create(
            user=user,
            campaign=campaign,
            role=role,
            zip=zip,
            state=contact_zones.state_of_zip(zip),
            language=language,
            joined_at=now,
            approved_at=None if waits or letter else now,
            waits_for_letter=letter,
        )

    async def _come_back(self) -> None:
        if self.removed_at:
            self.removed_at = self.suspended_at = self.approved_at = None
            self.role, self.waits_for_letter, self.suspended_for = VOLUNTEER, False, ""
            self.may_export = self.may_look_up = False
            await self.save()

    @classmethod
    @transactional
    async def invited(cls, user: User, campaign: Campaign, zip: str = "", language: str = "en") -> Membership:
        """As `join`, without waiting for approval: staff or the shell have let them in beforehand."""
        await user.locked()
        member = await cls.join(user, campaign, zip=zip, language=language)
        if member.suspended_at is None:
            await member.approve()
        return await cls.get(id=member.id).select_related("user", "campaign")

    async def touch(self) -> None:
        """Notes that the user is here, at most once a minute."""
        now = clock.now()
        if self.last_here_at is None or now - self.last_here_at > timedelta(minutes=1):
            await self._here(now)

    async def _here(self, now: datetime) -> None:
        """One statement, since many come at once when an evening begins."""
        await database.alone("UPDATE membership SET last_here_at = ? WHERE id = ?", packed.sql_time(now), self.id)

    @transactional
    async def approve(self) -> None:
        """Lets the user in. With a mail server they still wait for the letter until their e-mail is confirmed (P1). The
        caller has locked the user, and the membership after it."""
        user = await User.get(id=self.user_id)
        if self.approved_at is None and config.settings().smtp_url and not user.proven:
            self.waits_for_letter = True
        else:
            self.approved_at, self.waits_for_letter = self.approved_at or clock.now(), False
        await self.save(update_fields=["approved_at", "waits_for_letter"])


def normal_email(email: str) -> str:
    return email.strip().lower()


async def who_may_text(campaign_id: int, user_ids: Iterable[int], lock: bool = False) -> list[int]:
    """Those of the users who may text in this campaign now, in order of id. ``lock``: nobody can suspend them until the
    transaction ends."""
    text, values = may_text(campaign_id, user_ids, lock)
    return [row["user_id"] for row in await database.query(text, *values)]


def may_text(campaign_id: int, user_ids: Iterable[int], lock: bool = False) -> Statement:
    """`who_may_text` as a SELECT."""
    share = packed.for_update("membership", "SHARE") if lock else ""
    text = (
        f"SELECT user_id FROM membership WHERE campaign_id = ? AND {packed.among('user_id')} AND suspended_at IS NULL"
        f" AND approved_at IS NOT NULL ORDER BY user_id{share}"
    )
    return text, [campaign_id, packed.values(user_ids)]
