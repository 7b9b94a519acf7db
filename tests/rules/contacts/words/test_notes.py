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
"""
FREE = """
call after 5, 412-555-0100; don't call before 9; do not text before noon; text only, no calls; do not call - text instead
prefers text; No contact made; no contact info; left no message; no answer; not home; texted back; opted out of email
unsubscribed from newsletter; husband deceased; bus stop near Main St; moved to Ohio; wants yard sign; refused sign; not opted out
Roads; Stop & Shop; contact later; will call back; strong supporter; 10/12/2024; yes; no; Y; N; ; friend of Bob; end of street; votes by mail only; got the ballot by mail only; email only bounced once; members only; text or email
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
