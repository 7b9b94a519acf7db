"""The answer to a program where something was refused or went wrong: application/problem+json (RFC 9457, SPEC B6)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

PROBLEM = "application/problem+json"
_DETAILS = {
    400: "This is no JSON that could be read. Nothing was changed.",
    404: "There is nothing at this address for this token.",
    405: "This address does not take this method.",
    413: "The body is too large: send at most 500 people, or 1 MB, at a time. Nothing was changed.",
    414: "The address is too long.",
    422: "Something in the body or the query is missing or wrong. Nothing was changed.",
}


def wanted(request: Request) -> bool:
    """Does a program ask?"""
    return request.url.path.startswith("/api/")


def of(error: HTTPException) -> Response[dict[str, Any]]:
    status, more = error.status_code, {}
    if isinstance(error, ValidationException) and isinstance(error.extra, list) and error.extra:
        status, more = 422, {"errors": [_wrong(one) for one in error.extra]}
    detail = error.detail if _is_ours(error) else _DETAILS.get(status, "")
    return answer(status, detail, error.headers, **more, **_members(error))


def _is_ours(error: HTTPException) -> bool:
    """A sentence of ours, not Litestar's."""
    return type(error) in (HTTPException, Problem) and error.status_code != 414


def _wrong(one: Any) -> dict[str, str]:
    return {"field": str(one.get("key", "")), "message": str(one.get("message", ""))[:300]}


def _members(error: HTTPException) -> dict[str, Any]:
    return error.members if isinstance(error, Problem) else {}


def too_deep(_: Request, __: RecursionError) -> Response[dict[str, Any]]:
    """Of the API's routes, where nothing but a body of arrays in arrays goes so deep."""
    return answer(400, _DETAILS[400])


def answer(status: int, detail: str, headers: Any = None, **members: Any) -> Response[dict[str, Any]]:
    """``members``: what else stands in it."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **members}
    return Response(body, status_code=status, media_type=PROBLEM, headers=headers)


class Problem(HTTPException):
    """``members``: what else stands in the answer."""

    def __init__(self, status: int, detail: str, **members: Any) -> None:
        super().__init__(detail, status_code=status)
        self.members = members
