"""The API described for programs, as OpenAPI, from this site alone (SPEC B6)."""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Request, Response, get
from litestar._openapi.plugin import OpenAPIPlugin
from litestar.config.app import AppConfig
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

PREFIX = "/api/v1/campaigns/"
_TOKEN = SecurityScheme(type="http", scheme="bearer", description="Made by an owner in Settings, API; shown once.")
_CONFIG = OpenAPIConfig(
    title="Textbank API",
    version="1",
    description=(
        "In and out by program. Each answer says by RateLimit how often the token may ask. Each refusal is"
        " application/problem+json. A POST with an Idempotency-Key is done once, however often it is sent."
    ),
    use_handler_docstrings=True,
    components=Components(security_schemes={"token": _TOKEN}),
)


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi(request: Request) -> Response[dict[str, Any]]:
    return Response(described(request.app), headers={"cache-control": "no-cache"})


def described(app: Litestar) -> dict[str, Any]:
    """Of the API's own routes only. Litestar would describe every page, and serve what needs other sites' scripts."""
    found: dict[str, Any] | None = app.state.get("openapi")
    if found is None:
        plugin = OpenAPIPlugin(app)
        plugin.on_app_init(AppConfig(openapi_config=_CONFIG))
        for route in app.routes:
            if route.path.startswith(PREFIX):
                plugin.receive_route(route)
        found = app.state["openapi"] = plugin.provide_openapi_schema()
    return found


HANDLERS = [openapi]
