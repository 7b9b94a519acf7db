"""Lets a program in: its token in the header, the token's campaign, scope and rate, before anything is read (SPEC B6).

A handler names the scope it needs: ``opt={"scope": scopes.MESSAGES}``. No cookie counts here, so no browser can be made to ask.
"""

from __future__ import annotations

import math

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler

from webapp import limiting
from webapp.access import client
from webapp.access.finding import small_id
from webapp.models.accounts import audit
from webapp.models.actions.action import Action
from webapp.models.api import token as tokens
from webapp.models.api.token import ApiToken

JSON = "application/json"
_WHO = (
    "Send the header “Authorization: Bearer” with a token that an owner made in Settings, API, and that has not ended."
)


async def guard(connection: ASGIConnection, handler: BaseRouteHandler) -> None:
    """Raises 401 without a token in use, 429 too often, 404 for another campaign's, 403 without the scope, 415 for a body that
    says it is something else than JSON."""
    assert isinstance(connection, Request)
    audit.origin.set(client.address(connection))
    token = await _token(connection)
    await _rate(connection, token)
    if connection.path_params.get("slug") != token.campaign.slug:
        raise HTTPException("There is nothing here for this token.", status_code=404)
    if (scope := handler.opt.get("scope")) and scope not in token.scopes:
        raise HTTPException(f"This token may not do that: it lacks the scope {scope}.", status_code=403)
    if connection.method == "POST" and _kind(connection) != JSON:
        raise HTTPException(f"Send JSON, with the header “Content-Type: {JSON}”.", status_code=415)
    await tokens.note_use(token)
    connection.state.api_token = token


def _kind(connection: Request) -> str:
    return connection.headers.get("content-type", "").split(";")[0].strip().lower()


async def _token(connection: Request) -> ApiToken:
    """Only failures are limited, by their address. A program with a valid token is let through, so that another one at
    the same address, with a token that has ended, can't lock it out."""
    scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
    found = await tokens.found(secret.strip()[:200]) if scheme.lower() == "bearer" else None
    if found is not None:
        return found
    limit = limiting.API_FAILURES
    if not await limiting.allowed(limit, client.address(connection)):
        raise HTTPException(
            "Too many requests without a token in use came from this address.",
            status_code=429,
            headers={"retry-after": str(limit.get_expiry())},
        )
    raise HTTPException(_WHO, status_code=401, headers={"www-authenticate": "Bearer"})


async def _rate(connection: Request, token: ApiToken) -> None:
    """Each answer says how much is left (draft-ietf-httpapi-ratelimit-headers)."""
    limit = limiting.API
    taken, left, seconds = await limiting.taken(limit, str(token.id))
    wait = max(1, math.ceil(seconds))
    connection.state.more_headers = [
        (b"ratelimit-policy", f'"default";q={limit.amount};w={limit.get_expiry()}'.encode()),
        (b"ratelimit", f'"default";r={left};t={wait}'.encode()),
    ]
    if not taken:
        raise HTTPException(
            f"This token may ask {limit.amount} times in {limit.get_expiry()} seconds. Ask again in {wait} seconds.",
            status_code=429,
            headers={"retry-after": str(wait)},
        )


def token_of(connection: Request) -> ApiToken:
    """After the guard."""
    found: ApiToken = connection.state.api_token
    return found


async def action_of(token: ApiToken, action_id: int) -> Action:
    """An action of the token's campaign."""
    row = await Action.get_or_none(id=small_id(action_id), campaign_id=token.campaign_id, of_opt_in=False)
    if row is None:
        raise HTTPException("There is no such action in this campaign.", status_code=404)
    return row
