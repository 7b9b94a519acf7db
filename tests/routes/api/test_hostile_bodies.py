"""Hostile bodies, cursors and keys: each is a refusal in words or an answer, and nothing of it is half-stored (SPEC B6)."""

from __future__ import annotations

import json

import pytest

from tests.cast import Cast
from tests.cast.api import API, problem, program
from tests.cast.site import Browser
from webapp.models.api.answer import ApiAnswer
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ContactList
from webapp.models.opt_outs.opt_out import OptOut

pytestmark = pytest.mark.both

PERSON = '{"phone": "4125550150", "first_name": "Mina"'


def person(more: str) -> str:
    return f'{{"list": "A", "contacts": [{PERSON}, {more}}}]}}'


BODIES = {
    "no body": "",
    "a byte order mark": "\ufeff" + person('"zip": "15213"'),
    "a number of 5,000 digits": person('"zip": ' + "9" * 5_000),
    "a number of 4,000 digits": person('"zip": ' + "9" * 4_000),
    "a number of 25 digits": person('"zip": ' + "9" * 25),
    "no number": person('"zip": NaN'),
    "infinity": person('"zip": 1e999'),
    "half a letter": person('"last_name": "\\ud800"'),
    "half a letter as a field": person('"\\udc00": "x"'),
    "half a letter in a tag": person('"tags": ["\\ud800"]'),
    "a field named twice": person('"phone": "4125550151"'),
    "a field of spaces": person('"   ": "x"'),
    "a field of control characters": person('"\\u0007\\u202e": "\\u0007\\u202e"'),
    "100,000 arrays": '{"list": "A", "contacts": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "40,000 tags": person('"tags": [' + ", ".join('"a"' for _ in range(40_000)) + "]"),
    "40,000 other tags": person('"tags": [' + ", ".join(f'"{n}"' for n in range(40_000)) + "]"),
    "a list named with half a letter": '{"list": "\\ud800", "contacts": [{"phone": "4125550150"}]}',
    "a list named with a separator": '{"list": "a\\u2028b", "contacts": [{"phone": "4125550150"}]}',
    "a zone that climbs": person('"timezone": "../../etc/passwd"'),
    "a keeper of many": person('"keeper": "' + "a@b.c " * 1_000 + '"'),
    "a VAN ID of letters": person('"van_id": "1; DROP TABLE contact"'),
}


@pytest.mark.parametrize("name", BODIES)
async def test_a_hostile_batch_is_refused_in_words_or_stored_whole(cast: Cast, browse: Browser, name: str) -> None:
    desk = await program(browse, cast.selina)
    headers = {"content-type": "application/json", "idempotency-key": "k"}
    answer = await desk.post(f"{API}/contacts", content=BODIES[name].encode(), headers=headers)
    there = await Contact.filter(phone__in=["+14125550150", "+14125550151"], campaign=cast.meyer).count()
    if answer.status_code == 200:
        assert there == answer.json()["created"] and await ApiAnswer.all().count() == 1
    else:
        problem(answer, answer.status_code)
        assert answer.status_code < 500, answer.text
        assert there == await ApiAnswer.all().count() == await ContactList.filter(name="A").count() == 0
    after = await desk.post(f"{API}/contacts", json={"list": "B", "contacts": [{"phone": "4125550152"}]})
    assert after.json()["created"] == 1


@pytest.mark.parametrize(
    "phones",
    [["\ud800"], ["\x00"], ["٤١٢٥٥٥٠١٥٠"], ["+1412555015" + "0" * 50], ["4125550150"] * 500, ["tel:4125550150;ext=1"]],
    ids=["half a letter", "a NUL", "other digits", "long", "one 500 times", "an extension"],
)
async def test_hostile_phones_opt_out_nobody_else(cast: Cast, browse: Browser, phones: list[str]) -> None:
    desk = await program(browse, cast.selina)
    body = json.dumps({"phones": phones}).encode()
    answer = await desk.post(f"{API}/opt-outs", content=body, headers={"content-type": "application/json"})
    if answer.status_code != 200:
        assert answer.status_code < 500 and problem(answer, answer.status_code)
    assert {row.phone for row in await OptOut.all()} <= {"+14125550150"}


@pytest.mark.parametrize("key", ["é", "a" * 200, "\t", "' OR 1=1 --", '"quoted"'])
async def test_any_key_is_done_once_and_another_body_under_it_is_refused(cast: Cast, browse: Browser, key: str) -> None:
    desk, headers = await program(browse, cast.selina), {"idempotency-key": key.encode("latin-1")}
    first = await desk.post(f"{API}/lists", json={"name": "A"}, headers=headers)  # type: ignore[arg-type]
    again = await desk.post(f"{API}/lists", json={"name": "A"}, headers=headers)  # type: ignore[arg-type]
    if key.strip():
        assert first.status_code == again.status_code == 201 and first.json() == again.json()
        for path, body in (("lists", {"name": "B"}), ("opt-outs", {"phones": ["4125550150"]})):
            told = problem(await desk.post(f"{API}/{path}", json=body, headers=headers), 422)  # type: ignore[arg-type]
            assert "came with another request before" in told["detail"]
    assert await ContactList.filter(name="B").count() == await OptOut.all().count() == 0


@pytest.mark.parametrize("way", ["messages", "reports", "opt-outs"])
@pytest.mark.parametrize(
    "after", ["9" * 400, str(2**63), str(2**70), "1e3", "٣", "-0", "0x10", "1;drop", "%00", "null"]
)
async def test_a_hostile_cursor_is_refused_or_finds_nothing(cast: Cast, browse: Browser, way: str, after: str) -> None:
    desk = await program(browse, cast.selina)
    answer = await desk.get(f"{API}/{way}?after={after}&limit=500")
    if answer.status_code != 200:
        assert answer.status_code in (400, 404, 422) and problem(answer, answer.status_code)
