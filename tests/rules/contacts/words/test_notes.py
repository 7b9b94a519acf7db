"""Words against texts in columns that hold other things too (SPEC C1)."""

from __future__ import annotations

import time

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
FREE = """
call after 5, 412-555-0100; don't call before 9; do not text before noon; text only, no calls; do not call - text instead
prefers text; No contact made; no contact info; left no message; no answer; not home; texted back; opted out of email
unsubscribed from newsletter; husband deceased; bus stop near Main St; moved to Ohio; wants yard sign; refused sign; not opted out
Roads; Stop & Shop; contact later; will call back; strong supporter; 10/12/2024; yes; no; Y; N; ; friend of Bob; end of street; votes by mail only; got the ballot by mail only; email only bounced once; members only; text or email
on the mailing list; from list 4; got name from the list; Stop 12 bus; no se envió; no me contestó; no se texteó todavía; Ripley
friend murió; off the charts; no le mandó la boleta
"""


def test_words_against_texts_are_told_from_other_notes() -> None:
    for table, expected in ((AGAINST, True), (FREE, False)):
        for cell in table.strip().replace("\n", ";").split(";"):
            assert notes.against(cell.strip()) is expected, cell


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
