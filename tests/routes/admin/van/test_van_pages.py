"""The office's pages of VAN: the key, the codes, and what was sent (SPEC B3)."""

from __future__ import annotations

import html
import re
from datetime import timedelta

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, audited
from tests.cast.van import DO_NOT_TEXT, WILL_VOTE, connects, fact, maps_all, rating_of, said, send, set_key, tag_of
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.sessions import Session
from webapp.models.contacts.contact import Contact
from webapp.models.reports import labelling
from webapp.models.van import connection, mapping
from webapp.models.van.fact import DOUBT, STATES, WAITING, VanFact
from webapp.models.van.mapping import VanMapping
from webapp.simulator.van.store import KEY, Store
from webapp.workers.van import asking
from webapp.workers.van import sending as jobs

VAN = OFFICE + "/van"


async def tags(cast: Cast) -> None:
    await labelling.set_tag(await Contact.get(id=cast.lisa.id), await tag_of(cast), "volunteer", cast.amy.user)


async def test_a_key_is_kept_encrypted_shown_to_nobody_and_tried_at_once(
    cast: Cast, van: Store, browse: Browser
) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(VAN + "/key", data={"key": f" {KEY} ", "mode": "1"})
    assert answer.status_code == 303
    row = await connection.of(cast.meyer.id)
    assert row and row.asking and KEY not in row.key and row.secret() == KEY
    text = (await gary.get(VAN + "/key")).text
    assert "VAN is being asked" in text and KEY not in text
    await asking.ask_van({}, cast.meyer.id)
    assert "VAN answers." in (await gary.get(VAN + "/key")).text
    assert await audited("van.connected") == 1


async def test_who_logged_in_long_ago_proves_again_who_they_are(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    long_ago = clock.now() - timedelta(days=1)
    await transaction(lambda: Session.filter(user_id=cast.gary.user_id).update(proved_at=long_ago))
    for path in ("/key", "/key/end"):
        answer = await gary.post(VAN + path, data={"key": KEY, "mode": "1"})
        assert answer.status_code == 403 and "password" in answer.text
    assert await connection.of(cast.meyer.id) is None


async def test_a_wrong_key_is_said_in_words_with_what_to_look_at(cast: Cast, van: Store, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await set_key(cast.gary, "wrong", 0)
    await asking.ask_van({}, cast.meyer.id)
    text = (await gary.get(VAN + "/key")).text
    assert "VAN does not accept this key." in text and "API key is not valid (HTTP 401)" in text
    assert "does not accept the key" in (await gary.get(VAN)).text


async def test_a_van_that_is_away_is_said_with_when_it_is_tried_again(cast: Cast, van: Store, browse: Browser) -> None:
    await set_key(cast.gary, KEY, 1)
    van.faults.append("503")
    await asking.ask_van({}, cast.meyer.id)
    text = (await (await browse(cast.gary)).get(VAN + "/key")).text
    assert "VAN does not answer." in text and "It is tried again at" in text


async def test_why_nothing_goes_to_van_is_said_as_it_is(cast: Cast, van: Store, browse: Browser) -> None:
    gary = await browse(cast.gary)
    for trouble, sentence in (
        (connection.KEY, "VAN does not accept the key."),
        (connection.SECRET, "this site can't read the key any more."),
        (connection.AWAY, "VAN does not answer."),
    ):
        row = await set_key(cast.gary, KEY, 1)
        await connection.failed(row, trouble, "Because")
        text = html.unescape((await gary.get(VAN)).text)
        assert sentence in text and "Because" in text and text.count("VAN does not") == (trouble != connection.SECRET)


async def test_a_blank_key_keeps_the_one_that_is_there(cast: Cast, van: Store, browse: Browser) -> None:
    await connects(cast)
    await (await browse(cast.gary)).post(VAN + "/key", data={"key": "", "mode": "0"})
    row = await connection.of(cast.meyer.id)
    assert row and row.secret() == KEY and row.mode == connection.MY_VOTERS


async def test_a_forgotten_key_is_gone(cast: Cast, van: Store, browse: Browser) -> None:
    await connects(cast)
    gary = await browse(cast.gary)
    assert (await gary.post(VAN + "/key/end")).status_code == 303
    assert await connection.of(cast.meyer.id) is None and "No key is set" in (await gary.get(VAN)).text
    assert (await gary.post(VAN + "/pause")).status_code == 404


async def test_codes_are_chosen_from_van_s_own_lists(cast: Cast, van: Store, browse: Browser) -> None:
    await connects(cast)
    gary = await browse(cast.gary)
    text = (await gary.get(VAN + "/mapping")).text
    for words in ("Will Vote 2026", "Senate ID 2026: 1 Strong Support", "Do Not Text", "Support Rating: Supporter"):
        assert words in text
    tag = await tag_of(cast)
    answer = await gary.post(VAN + "/mapping", data={"opt_out": DO_NOT_TEXT, f"tag-{tag.id}": WILL_VOTE})
    assert answer.headers["location"].endswith("&saved=2")
    stored = {(m.kind, m.subject_id): m.target for m in await VanMapping.all()}
    assert stored == {("opt_out", 0): DO_NOT_TEXT, ("tag", tag.id): WILL_VOTE}
    await gary.post(VAN + "/mapping", data={"opt_out": ""})
    assert await VanMapping.filter(kind="opt_out").count() == 0 and await audited("van.mapped") == 2


async def test_a_retired_code_is_said_and_may_stay_until_somebody_chooses(
    cast: Cast, van: Store, browse: Browser
) -> None:
    await connects(cast)
    await maps_all(cast)
    van.retire("activistCode", 4_003)
    await asking.ask_van({}, cast.meyer.id)
    gary = await browse(cast.gary)
    text = (await gary.get(VAN + "/mapping")).text
    assert "Will Vote 2026 (retired in VAN)" in re.sub(r"\s+", " ", text)
    tag = await tag_of(cast)
    answer = await gary.post(VAN + "/mapping", data={f"tag-{tag.id}": WILL_VOTE, "opt_out": DO_NOT_TEXT})
    assert answer.headers["location"].endswith("&saved=0")


async def test_what_contacts_have_already_is_sent_too_where_staff_say_so(
    cast: Cast, van: Store, browse: Browser
) -> None:
    await connects(cast)
    await tags(cast)
    stranger = await cast.add_contact("+14125550177")  # without a VAN ID
    await labelling.set_field(cast.lisa.id, await rating_of(cast), "Supporter", cast.amy.user_id)
    await labelling.set_tag(stranger, await tag_of(cast), "volunteer", cast.amy.user)
    tag = await tag_of(cast)
    gary = await browse(cast.gary)
    await gary.post(VAN + "/mapping", data={f"tag-{tag.id}": WILL_VOTE, "known_too": "1"})
    await jobs.sweep_van({})
    assert await VanFact.all().count() == 1
    await send(cast)
    assert len(said(van)) == 1 and await VanMapping.filter(known_cursor__isnull=False).count() == 0


async def test_the_page_shows_each_fact_and_finds_them_by_state(cast: Cast, van: Store, browse: Browser) -> None:
    await connects(cast)
    await maps_all(cast)
    await tags(cast)
    await labelling.set_field(cast.lisa.id, await rating_of(cast), "Neutral", cast.amy.user_id)
    await send(cast)
    gary = await browse(cast.gary)
    text = (await gary.get(VAN)).text
    for words in ("Lisa Ng", "VAN ID 101", "Will Vote", "VAN took it (HTTP 204)", "leads to no code in use"):
        assert words in text
    assert "VAN took it" not in (await gary.get(VAN + "?show=no_code")).text
    assert "leads to no code" not in (await gary.get(VAN + "?kind=tag")).text.split("<tbody>")[1]
    assert "Nothing here" in (await gary.get(VAN + "?show=doubt")).text


async def test_a_fact_in_doubt_is_sent_again_or_found_there_by_hand(cast: Cast, van: Store, browse: Browser) -> None:
    await connects(cast)
    await maps_all(cast)
    await tags(cast)
    van.faults += ["", "lost"]
    await send(cast)
    assert (await fact()).state == DOUBT
    gary = await browse(cast.gary)
    assert "answer was lost" in (await gary.get(VAN)).text
    assert (await gary.post(f"{VAN}/facts/{(await fact()).id}/sending")).status_code == 303
    assert (await fact()).state == WAITING
    await transaction(lambda: VanFact.all().update(state=DOUBT))
    await gary.post(VAN + "/sendings", data={"state": "doubt"})
    assert (await fact()).state == WAITING
    await transaction(lambda: VanFact.all().update(state=DOUBT))
    await gary.post(f"{VAN}/facts/{(await fact()).id}/found")
    assert (await fact()).there == WILL_VOTE and await audited("van.found_there") == 1


async def test_the_page_shows_facts_of_every_state_with_whatever_is_not_known_yet(cast: Cast, browse: Browser) -> None:
    for n, state in enumerate(STATES):
        subject = {"campaign_id": cast.meyer.id, "contact_id": cast.lisa.id, "kind": "tag", "subject_id": n}
        await transaction(lambda subject=subject, state=state: VanFact.create(**subject, state=state, tries=1))  # type: ignore[misc]
    answer = await (await browse(cast.gary)).get(VAN)
    assert answer.status_code == 200 and answer.text.count("Lisa Ng") == len(STATES)


async def test_what_was_taken_out_of_van_is_not_said_to_be_there(cast: Cast, van: Store, browse: Browser) -> None:
    await connects(cast)
    await maps_all(cast)
    await tags(cast)
    await send(cast)
    van.faults.append("lost")
    await labelling.take_tag(cast.lisa, await tag_of(cast), cast.amy.user)
    await send(cast)
    gary = await browse(cast.gary)
    text = (await gary.get(VAN)).text
    assert "May still be in VAN" in text and "It is gone from VAN" in text and "It is in VAN" not in text
    await gary.post(f"{VAN}/facts/{(await fact()).id}/found")
    assert "Taken out of VAN" in (await gary.get(VAN)).text


async def test_a_pause_keeps_facts_and_its_end_sends_them(cast: Cast, van: Store, browse: Browser) -> None:
    await connects(cast)
    gary = await browse(cast.gary)
    await gary.post(VAN + "/pause")
    assert "Paused: facts are kept and wait." in (await gary.get(VAN + "/key")).text
    await gary.post(VAN + "/pause/end")
    row = await connection.of(cast.meyer.id)
    assert row and row.paused_at is None


async def test_another_campaign_s_facts_and_codes_are_not_there(cast: Cast, van: Store, browse: Browser) -> None:
    await connects(cast)
    await maps_all(cast)
    await tags(cast)
    await mapping.note_things(await set_key(cast.jonah, KEY, 1), [("result", 5, 0, "Ryan's own code")])
    gary, jonah = await browse(cast.gary), await browse(cast.jonah)
    theirs = (await jonah.get("/c/ryan/admin/van")).text
    assert "Lisa" not in theirs and "Ryan's own code" not in (await gary.get(VAN + "/mapping")).text
    answer = await jonah.post(f"/c/ryan/admin/van/facts/{(await fact()).id}/sending")
    assert answer.status_code == 404
