"""Words against texts in columns that hold other things too (SPEC C1)."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.rules.contacts import contact_columns, contact_rows
from webapp.rules.contacts.words import notes

AGAINST = """
do not text; DO NOT TEXT!; Please don't text her; no texts please; No Text; STOP; stop; Said STOP 10/3; wrong number; Wrong #
number - wrong number; Bad number; not her number; do not contact; Do not call; DNC; opted out; Opted Out 2024-01-05; unsubscribe
asked us to stop texting; never text again; Deceased; remove from list; take me off; leave me alone; revoked consent
número equivocado; no enviar mensajes; no llamar; does not want texts; doesn't want to be contacted; phone disconnected
number is out of service; no more messages; quit texting me; dont ever call, dont text; no longer at this number - wrong person; Email only; E-mail only please; contact by email only; Mail only; only by e-mail; prefers e-mail only; Calls only
No me envíen más; no le manden textos; no me escriban; no desea recibir mensajes; Ya no quiere mensajes; No es su número; falleció
se murió; pidió baja; se mudó, numero de otra persona; moved, number belongs to someone else; asked to be removed; declined texts
wants off list; off our list; No longer in service; number not working; RIP; STOP - 10/12; sms stop; stopped
"""
# Said of these only where nothing stands before them
ALONE = (
    "stop",
    "text stop",
    "sms stop",
    "replied stop",
    "died",
    "dead",
    "rip",
    "email",
    "e-mail",
    "mail",
    "calls",
    "contact by",
    "only by",
    "prefers",
)
# One of each alternative that the patterns of notes.py know
EACH = """
not be texted; doesn't want to be contacted; never send her texts; stop messaging; no más textear; cease sms; please not msg; no further txts; no more sms
no more messages; no further contact; no enviar; no mandar; no molestar; no contactar; opted out; opts out; optout; unsub; unsubscribes
wrong person; wrong party; wrong cell; bad phone; bad no.; Bad#; not her #; incorrect num; invalid mobile; disconnected cell; number disconnected; phone is wrong
cell has been disconnected; mobile out of service; phone no good; cell is no good; mobile was not in service; not her cell; not his phone; not theirs - not their mobile
not the right phone; not the correct cell; not a working mobile; not a valid phone; not a valid cell; not in service; DNT; says stop; answered stop; wrote us STOP
removed - take me off; remove him; take this number; remove from; leave us alone; no consent; withdrew consent; without consent; off the list; off of our lists
Requested removal; wants removal; asks to be removed; wanted removed; requests taken off; asked removal; declined all texts; refuses to receive sms; declines messages
no longer in service; cell not working; phone is not working; mobile not working; text stop; replied stop; stop on 10 12; number is somebody else; number now belongs to another
no me envien; no les mande; no lo escriba; no la contacten; no nos molesten; no le vuelva a escribir; no desea mas mensajes; no acepta textos; no quieren recibir sms
no es su telefono; no es su celular; numero de otra persona; pidio la baja; numero equivocado; dio de baja; darse de baja; dado de baja
do not phone; don't dial; dont ever phone; never dial her; not want calls - do not call; no more calls; no phone calls; no llamen; no call list; stop dialing
passed away; has died; is dead; voter died; fallecida; fallecio; murio; died; dead; rip
"""
FREE = """
call after 5, 412-555-0100; don't call before 9; do not text before noon; text only, no calls; do not call - text instead
prefers text; No contact made; no contact info; left no message; no answer; not home; texted back; opted out of email
unsubscribed from newsletter; husband deceased; bus stop near Main St; moved to Ohio; wants yard sign; refused sign; not opted out
Roads; Stop & Shop; contact later; will call back; strong supporter; 10/12/2024; yes; no; Y; N; ; friend of Bob; end of street; votes by mail only; got the ballot by mail only; email only bounced once; members only; text or email
on the mailing list; from list 4; got name from the list; Stop 12 bus; no se envió; no me contestó; no se texteó todavía; Ripley
friend murió; apt #4; wants sign #2; Not home, #3; off the charts; no le mandó la boleta
"""


def test_words_against_texts_are_told_from_other_notes() -> None:
    for table, expected in ((AGAINST, True), (FREE, False)):
        for cell in table.strip().replace("\n", ";").split(";"):
            assert notes.against(cell.strip()) is expected, cell


def _phrases(table: str) -> list[str]:
    return [cell.strip() for cell in table.strip().replace("\n", ";").split(";")]


@pytest.mark.parametrize("note", _phrases(EACH) + _phrases(AGAINST))
def test_nobody_whose_notes_say_no_is_taken_from_a_list(note: str) -> None:
    """The whole way of a row: which cells are worth reading decides too."""
    columns = contact_columns.match(["Phone", "Notes", "First Name"], {})
    assert isinstance(columns, contact_columns.Columns)
    for cell in (note, note.upper(), f"12/4 - {note}") if not note.lower().startswith(ALONE) else (note, note.upper()):
        found = contact_rows.read(["4125550101", cell, "Ann"], columns, 3)
        assert isinstance(found, contact_rows.Refused) and found.reason == "notes_say_no", cell


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None, max_examples=300)
@given(st.one_of(*map(st.from_regex, (notes.AGAINST, notes.AGAINST_CALLS, notes.DEAD))))
def test_each_cell_that_the_patterns_know_is_looked_at(said: str) -> None:
    """Drawn from the patterns themselves: no word in them lacks its hint."""
    if len(said) < notes.LONGEST:
        assert notes.worth_reading(["Strong", said]) == [1]


def test_a_hundred_thousand_characters_cost_nothing() -> None:
    began = time.process_time()
    for piece in ("do not ", "no ", "stop ", "opt ", "not want to be ", "do nt send any ", "a", "wrong ", "\n", "é"):
        notes.against(piece * 100_000)
    assert time.process_time() - began < 0.5


def test_a_row_is_looked_at_whole_and_each_cell_that_says_so_is_found() -> None:
    saying = [cell.strip() for cell in AGAINST.strip().replace("\n", ";").split(";")] + [
        "No me envíen más",
        "别再发",
        "Huwag mag-text",
    ]
    for at, cell in enumerate(saying):
        row = ["12/4/2020", "José", *["Strong"] * (at % 5), cell, "", "Peña", "Lean D"]
        assert 2 + at % 5 in notes.worth_reading(row), cell
        assert 2 + at % 5 in notes.worth_reading(["Jose" if c == "José" else c for c in row[:-2]]), cell
        assert notes.against(cell), cell
    assert notes.worth_reading(["Strong", "", "4", "Lean D", "12/4/2020"]) == []
    assert notes.worth_reading([]) == []


def test_a_row_of_two_hundred_columns_costs_little() -> None:
    row = [f"{word} {n}" for n in range(50) for word in ("Strong voter", "Elm Avenue", "Household", "12/4/2020")]
    began = time.process_time()
    for n in range(1_000):
        notes.worth_reading([f"{n}", *row])
    assert time.process_time() - began < 1.5
