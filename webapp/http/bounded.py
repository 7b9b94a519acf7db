"""How much a request may bring, before any code of ours looks at it (STYLE 28).

A handler whose form has a field for each column or custom field says so: ``opt=MANY_FIELDS``; one that takes pasted rows
says ``opt=LONG_VALUES``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request
from litestar._multipart import parse_multipart_form
from litestar.datastructures import FormMultiDict, State
from litestar.enums import RequestEncodingType, ScopeType
from litestar.exceptions import HTTPException, InternalServerException, NotFoundException, ValidationException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send
from litestar.types.empty import Empty

ANONYMOUS_BODY, BODY = 64_000, 2_000_000  # bytes: of who is not logged in; of who is, but for uploads
ADDRESS = 8_000  # bytes of path and query
FIELDS = 200  # names in a form or a query
VALUES = 2_000  # a list of ticked boxes is one name
NAME = 200  # characters of a field's name
LONGEST = 20_000  # characters of a value; a longer one is cut, and the field's own limit then refuses it
BOUNDARY = 200  # characters between the parts of a form with files

MANY_FIELDS = {"most_fields": 2_000}
LONG_VALUES = {"longest_value": 2_000_001}


class ClientGone(HTTPException):
    """The sender of the request went away before all of it was here. Nothing was done, and nobody is there to be told."""

    status_code = 400


class BoundedRequest(Request):
    """A request whose form is bounded: names, values, and the length of each."""

    _kept_state: State | None = None

    @property
    def state(self) -> State:
        """Litestar's own makes one at each look."""
        if self._kept_state is None:
            self._kept_state = super().state
        return self._kept_state

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """Raises ClientGone; Litestar's own would call it a fault of the site."""
        try:
            async for part in super().stream():
                yield part
        except InternalServerException as error:
            if "disconnected" in error.detail:
                raise ClientGone from None
            raise

    async def form(self) -> FormMultiDict:
        if self._form is Empty:
            if self._connection_state.form is Empty:
                self._connection_state.form = self._cut(await self._fields())
            self._form = FormMultiDict.from_form_data(self._connection_state.form)
        return self._form

    async def _fields(self) -> dict[str, Any]:
        kind, options = self.content_type
        if kind == RequestEncodingType.URL_ENCODED:
            return _decoded(await self.body())
        if kind != RequestEncodingType.MULTI_PART:
            return {}
        boundary = options.get("boundary", "")
        if not 0 < len(boundary) <= BOUNDARY or "\n" in boundary:
            raise ValidationException("no boundary between the parts of the form")
        try:
            return await parse_multipart_form(self.stream(), boundary.encode(), VALUES)
        except (UnicodeDecodeError, LookupError) as error:
            raise ValidationException("a part of the form is no text") from error

    def _cut(self, fields: dict[str, Any]) -> dict[str, Any]:
        opt = self.route_handler.opt
        if len(fields) > opt.get("most_fields", FIELDS):
            raise ValidationException("too many fields")
        longest = opt.get("longest_value", LONGEST)
        return {name[:NAME]: _shortened(value, longest) for name, value in fields.items()}


def _decoded(body: bytes) -> dict[str, Any]:
    """Not by Litestar's own function: it keeps the last 1,024 bodies, passwords too."""
    if body.count(b"&") >= VALUES:
        raise ValidationException("too many fields")
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in parse_qsl(body.decode("latin-1"), keep_blank_values=True):
        found[name].append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def _shortened(value: Any, longest: int) -> Any:
    if isinstance(value, list):
        return [_shortened(one, longest) for one in value]
    return value[:longest] if isinstance(value, str) else value


class BoundedAddresses(ASGIMiddleware):
    """Refuses an address that no page of ours has: longer, or with more names in its query."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        query: bytes = scope["query_string"]
        if "\x00" in scope["path"]:
            raise NotFoundException
        if b"%00" in query:
            raise HTTPException("a NUL in the query", status_code=400)
        if len(query) + len(scope["path"]) > ADDRESS or query.count(b"&") >= FIELDS:
            raise HTTPException("too long an address", status_code=414)
        await next_app(scope, receive, send)
