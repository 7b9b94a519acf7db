"""Opt-outs go over to the campaigns they are shared with (SPEC B9)."""

from __future__ import annotations

from typing import Any

from webapp.models.sharing import sharing


async def share_opt_outs(ctx: dict[str, Any]) -> None:
    await sharing.pass_on()
