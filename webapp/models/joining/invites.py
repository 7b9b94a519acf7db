"""Invites: a link, or a letter with one, that lets one person into a campaign with a role (SPEC P1)."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts import audit, confirming, roles, tokens
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import VOLUNTEER, Membership, User, normal_email
from webapp.rules.accounts import powers

LIFE = timedelta(days=14)


class Invite(Model):
    """For one person. It ends when it is used or withdrawn, and at ``expires_at``. ``email``: whom the letter went to; blank
    where the link was handed over otherwise."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="invites", on_delete=fields.NO_ACTION
    )
    token_hash = fields.CharField(64, unique=True)
    role = fields.CharField(12, default=VOLUNTEER)
    email = fields.CharField(254, default="")
    made_by: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="invites_made", on_delete=fields.NO_ACTION
    )
    made_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    withdrawn_at: datetime | None = fields.DatetimeField(null=True)
    used_at = fields.DatetimeField(null=True)
    used_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="invites_used", null=True, on_delete=fields.NO_ACTION
    )

    campaign_id: int
    made_by_id: int

    class Meta:
        table = "invite"

    @classmethod
    @transactional
    async def make(cls, role: str, email: str, by: Membership) -> str:
        """The token for the link; "" where ``by`` may not give this role. ``email``: blank for a link that is handed over."""
        if powers.role_refused(VOLUNTEER, role, await roles.acting(by), False):
            return ""
        token, now = tokens.new(), clock.now()
        made = await cls.create(
            campaign_id=by.campaign_id,
            token_hash=tokens.hashed(token),
            role=role,
            email=normal_email(email),
            made_by_id=by.user_id,
            made_at=now,
            expires_at=now + LIFE,
        )
        await audit.record(by, "invite.made", {"invite": made.id}, email, role=role)
        return token

    @classmethod
    async def of(cls, token: str) -> Invite | None:
        """The open invite of this token, with its campaign."""
        found = await cls._open().filter(token_hash=tokens.hashed(token)).select_related("campaign").first()
        return found if found and await found._stands() else None

    @classmethod
    def open_of(cls, campaign_id: int) -> QuerySet[Invite]:
        """The newest first, with who made them."""
        return cls._open().filter(campaign_id=campaign_id).order_by("-id").select_related("made_by")

    @classmethod
    def _open(cls) -> QuerySet[Invite]:
        return cls.filter(used_at=None, withdrawn_at=None, expires_at__gt=clock.now())

    async def _stands(self) -> bool:
        """May who made it still give this role?"""
        by = await Membership.get_or_none(user_id=self.made_by_id, campaign_id=self.campaign_id)
        return bool(by and by.active and not powers.role_refused(VOLUNTEER, self.role, by.role, False))

    @transactional
    async def withdraw(self, by: Membership) -> None:
        if await Invite.filter(id=self.id, used_at=None, withdrawn_at=None).update(withdrawn_at=clock.now()):
            await audit.record(by, "invite.withdrawn", {"invite": self.id}, self.email, role=self.role)

    @transactional
    async def use(self, user: User, zip: str, language: str) -> bool:
        """Lets the user in without approval. Until their e-mail is confirmed they look only, and a role above a volunteer's
        waits; the letter with an invite confirms its own address. False where the invite has ended."""
        now = clock.now()
        used = await Invite._open().filter(id=self.id).update(used_at=now, used_by_id=user.id)
        if not used and await Invite.exists(id=self.id, used_by_id=user.id):
            return True  # the same form came twice at once
        if not used or not await self._stands() or self.email not in ("", user.email):
            return False
        if self.email:
            await confirming.confirm(user)
        member = await Membership.invited(user, self.campaign, zip, language)
        await roles.raise_to(member, self.role)
        about: audit.About = {"invite": self.id, "user": member.id}
        await audit.note(self.campaign, user, "invite.used", about, self.email, role=self.role)
        return True
