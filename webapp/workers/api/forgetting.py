"""Answers that were kept for their idempotency keys are forgotten (SPEC B6)."""

from __future__ import annotations

from typing import Any

from webapp.models.api import answer


async def forget_answers(ctx: dict[str, Any]) -> None:
    await answer.forget_old()
