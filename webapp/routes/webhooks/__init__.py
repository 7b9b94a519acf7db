"""Addresses that other systems call."""

from __future__ import annotations

from litestar import Router

from webapp.routes.webhooks import twilio


def routers() -> list[Router]:
    return [twilio.router]
