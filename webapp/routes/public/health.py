"""Whether this process is alive, and whether it can serve; for supervisors and load balancers."""

from __future__ import annotations

from litestar import Response, Router, get

from webapp import database, queue
from webapp.database import guards


@get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}


@get("/ready")
async def ready() -> Response[dict[str, object]]:
    """200 where the database, its guards and Valkey answer, else 503. ``why``: the class of the error."""
    checks: dict[str, object] = {"database": False, "guards": False, "valkey": False}
    try:
        await database.query("SELECT 1 AS one")
        checks["database"] = True
        checks["guards"] = not await guards.wrong()
        checks["valkey"] = bool(await queue.pool().ping())
    except Exception as error:
        checks["why"] = type(error).__name__
    fine = all(checks[name] for name in ("database", "guards", "valkey"))
    return Response({"ready": fine, **checks}, status_code=200 if fine else 503)


router = Router("/", route_handlers=[health, ready])
