"""Tokens of the API: a campaign's, with scopes, made and ended by its owners (SPEC B6)."""

from __future__ import annotations

from datetime import timedelta

from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts import audit, tokens
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership, User
from webapp.rules.api import scopes as all_scopes

PREFIX = "textbank_"  # whoever finds one in a file knows what it is
MOST = 50  # tokens in use in one campaign
_USED_NOTED = timedelta(minutes=1)


class ApiToken(Model):
    """``token_hash``: the token itself is shown once and kept nowhere. ``hint``: its last four characters."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="api_tokens", on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="api_tokens", on_delete=fields.NO_ACTION
    )
    name = fields.CharField(80)
    scopes: list[str] = fields.JSONField(default=list)
    token_hash = fields.CharField(64, unique=True)
    hint = fields.CharField(4)
    made_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    campaign_id: int
    user_id: int

    class Meta:
        table = "api_token"

    @property
    def called(self) -> str:
        """Its name on rows that it brought."""
        return f"API: {self.name}"


async def in_use(campaign_id: int) -> list[ApiToken]:
    found = ApiToken.filter(campaign_id=campaign_id, ended_at=None)
    return await found.order_by("-id").select_related("user")


@transactional
async def make(by: Membership, name: str, scopes: list[str]) -> tuple[ApiToken, str]:
    """The row, and the token, which can't be shown again."""
    secret = PREFIX + tokens.new()
    row = await ApiToken.create(
        campaign=by.campaign,
        user=by.user,
        name=name,
        scopes=all_scopes.kept(scopes),
        token_hash=tokens.hashed(secret),
        hint=secret[-4:],
        made_at=clock.now(),
    )
    await audit.record(by, "api_token.made", {"api_token": row.id}, name, scopes=row.scopes)
    return row, secret


@transactional
async def end(by: Membership, row: ApiToken) -> None:
    """For good. A token that ended before keeps its time."""
    if await ApiToken.filter(id=row.id, ended_at=None).update(ended_at=clock.now()):
        await audit.record(by, "api_token.ended", {"api_token": row.id}, row.name)


async def found(secret: str) -> ApiToken | None:
    """The token in use, with its campaign."""
    if not secret.startswith(PREFIX):
        return None
    row = ApiToken.filter(token_hash=tokens.hashed(secret), ended_at=None)
    return await row.select_related("campaign").first()


async def note_use(row: ApiToken) -> None:
    """Once a minute at most; on the first use of a day with an entry in the audit log."""
    if row.used_at is None or clock.now() - row.used_at >= _USED_NOTED:
        await _note_use(row)


@transactional
async def _note_use(row: ApiToken) -> None:
    now, local = clock.now(), row.campaign.local
    fresh = await ApiToken.filter(id=row.id).select_for_update().get()
    if fresh.used_at is None or local(fresh.used_at).date() != local(now).date():
        await audit.note(row.campaign, None, "api_token.used", {"api_token": row.id}, row.name)
    await ApiToken.filter(id=row.id).update(used_at=now)
