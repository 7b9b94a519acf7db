"""A program that asks the API with a token of a campaign."""

from __future__ import annotations

from typing import Any

import httpx

from tests.cast.site import Browser
from webapp.models.accounts.users import Membership
from webapp.models.api import token as tokens
from webapp.rules.api import scopes

API = "/api/v1/campaigns/meyer"


async def program(browse: Browser, owner: Membership, *may: str, **headers: str) -> httpx.AsyncClient:
    """``may``: the token's scopes; all where none is named."""
    _, secret = await tokens.make(owner, "Data desk", list(may or scopes.SCOPES))
    return await browse(None, authorization=f"Bearer {secret}", **headers)


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The refusal, in the form of all refusals."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status and body["title"] and body["detail"] and "set-cookie" not in answer.headers
    return body
