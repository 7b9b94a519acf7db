"""Requests and answers of the API, as JSON (SPEC B6). Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, field

from webapp.models.api.taking_in import MOST

Value = str | int | bool | list[str] | None
Person = dict[Annotated[str, Meta(min_length=1, max_length=200)], Value]


class ContactsIn(Struct, forbid_unknown_fields=True):
    """People for a list, which is made where there is none of this name. Each has fields and their values, named like
    the columns of an uploaded list: phone, first_name, last_name, email, state_abbrev, zip, van_id, timezone, tags, a
    custom field's slug."""

    list_name: Annotated[str, Meta(max_length=120, pattern=r"[^\s\x00]")] = field(name="list")
    contacts: Annotated[list[Person], Meta(min_length=1, max_length=MOST)]


class Refused(Struct):
    """``index``: the place in the batch, counted from 0."""

    index: int
    reason: str


class ValueLeftOut(Struct):
    field: str
    value: str
    rows: int


class ContactsTaken(Struct):
    """``merged``: people of a phone that stood in the batch before. ``left_out``: fields that go nowhere. ``opted_out``: stored,
    and never texted."""

    import_id: int
    list_id: int
    created: int
    updated: int
    merged: int
    opted_out: int
    nameless: int
    zoneless: int
    landlines: int
    unknown_keepers: int
    said_no: int
    refused: list[Refused]
    left_out: list[str]
    values_left_out: list[ValueLeftOut]


class ListIn(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(max_length=120, pattern=r"[^\s\x00]")]


class ListOut(Struct):
    id: int
    name: str
    size: int


class OptOutsIn(Struct, forbid_unknown_fields=True):
    """Phones that are never texted again. Nothing takes one back."""

    phones: Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(min_length=1, max_length=MOST)]


class OptOutsTaken(Struct):
    opted_out: int
    opted_out_before: int
    refused: list[Refused]


class CampaignOut(Struct):
    name: str
    slug: str
    timezone: str
    scopes: list[str]


class ActionOut(Struct):
    """``state``: draft, running, paused or archived."""

    id: int
    title: str
    state: str


class ResultsOut(Struct):
    """The figures of View Results. ``counts``: over texts and reports; ``users``: over users."""

    action: ActionOut
    at: str
    users: dict[str, int]
    counts: dict[str, int]


class MessageOut(Struct):
    """``phone``: masked where the token lacks phones:read. ``status``: ours; ``delivery``: what carriers report."""

    id: int
    contact_id: int | None
    conversation_id: int | None
    action_id: int | None
    script_id: int | None
    user_id: int | None
    direction: str
    kind: str
    phone: str
    body: str
    segments: int
    status: str
    delivery: str
    error_code: int | None
    created_at: str
    taken_at: str | None


class ReportOut(Struct):
    id: int
    contact_id: int
    conversation_id: int | None
    action_id: int | None
    user_id: int
    filed_at: str
    tags: list[str]
    answers: dict[str, Any]
    phone: str
    van_id: str


class OptOutOut(Struct):
    id: int
    phone: str
    source: str
    at: str


class Lists(Struct):
    items: list[ListOut]


class Actions(Struct):
    items: list[ActionOut]


class Messages(Struct):
    """``next``: the ``after`` of the next page; keep it. ``more``: there is another page now; a page may be empty all the same."""

    items: list[MessageOut]
    next: int
    more: bool


class Reports(Struct):
    """As Messages."""

    items: list[ReportOut]
    next: int
    more: bool


class OptOuts(Struct):
    """As Messages."""

    items: list[OptOutOut]
    next: int
    more: bool
