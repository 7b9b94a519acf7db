"""Columns that say whom not to text (SPEC C1)."""

from __future__ import annotations

import pytest

from webapp.rules.contacts.words import flags

FORBIDS = {
    "negative": "yes;Y;true;1;x;X;✓ yes;2024-03-01;do not call;Deceased;sí;opted out;Federal DNC;listed;active",
    "status": "unsubscribed;Opted Out;stopped;bouncing;spam complaint;inactive;Not subscribed;wrong number",
    "positive": "false;No;0;n;opted out;denied;unsubscribed;not opted in;nope;No thanks;nah;never;Not now",
}
ALLOWS = {
    "negative": ";Clean;not on list;subscribed;no;N;false;0;0.0;none;null;N/A;f",
    "status": ";subscribed;active;ok;none;opted in;valid",
    "positive": ";allowed;clear;true;yes;1;opted in;subscribed;2024-03-01",
}


@pytest.mark.parametrize(("kind", "cell"), [(k, c) for k, cells in FORBIDS.items() for c in cells.split(";")])
def test_a_wish_not_to_be_texted_is_read(kind: str, cell: str) -> None:
    assert flags.forbids(kind, cell)


@pytest.mark.parametrize(("kind", "cell"), [(k, c) for k, cells in ALLOWS.items() for c in cells.split(";")])
def test_nothing_is_read_into_other_cells(kind: str, cell: str) -> None:
    assert not flags.forbids(kind, cell)
