"""Answers as VAN writes them: errors in a list with code and text, lists with items and the address of the next page."""

from __future__ import annotations

from typing import Any

from aiohttp import web

WORDS = {
    400: ("INVALID_PARAMETER", "A parameter is not valid"),
    401: ("UNAUTHORIZED", "The specified API key is not valid"),
    403: ("FORBIDDEN", "The specified API key has no access to this endpoint"),
    404: ("NOT_FOUND", "The specified resource could not be found"),
    429: ("TOO_MANY_REQUESTS", "Rate limit exceeded"),
    500: ("INTERNAL_SERVER_ERROR", "An unknown error occurred"),
    503: ("SERVICE_UNAVAILABLE", "The service is not available"),
}


def error(status: int, text: str = "", *properties: str) -> web.Response:
    code, words = WORDS.get(status, WORDS[500])
    said: dict[str, Any] = {"code": code, "text": text or words}
    if properties:
        said["properties"] = list(properties)
    headers = {"Retry-After": "1"} if status == 429 else {}
    return web.json_response({"errors": [said]}, status=status, headers=headers)


def paged(request: web.Request, items: list[dict[str, Any]], most: int = 50) -> web.Response:
    """One page of a list; $top and $skip choose it."""
    try:
        top, skip = int(request.query.get("$top", most)), int(request.query.get("$skip", 0))
    except ValueError:
        return error(400, "'$top' and '$skip' are numbers", "$top")
    if not 1 <= top <= most or skip < 0:
        return error(400, f"'$top' must be between 1 and {most}", "$top")
    page, more = items[skip : skip + top], len(items) > skip + top
    onward = str(request.url.update_query({"$top": top, "$skip": skip + top})) if more else None
    return web.json_response({"items": page, "nextPageLink": onward, "count": len(items)})
