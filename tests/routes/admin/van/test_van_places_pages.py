"""The pages of a campaign with several VANs: which state goes where, and whose codes and lists are shown (SPEC B3)."""

from __future__ import annotations

import re

import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, audited
from tests.cast.van import WILL_VOTE, connects, go_on, maps, send, tag_of, the_van
from webapp.database import transaction
from webapp.models.accounts.audit import AuditAbout, AuditEvent
from webapp.models.contacts.contact import Contact
from webapp.models.reports import labelling
from webapp.models.van import connection, mapping, places
from webapp.models.van.connection import VanConnection
from webapp.models.van.fact import NO_ID, REFUSED, WAITING, VanFact
from webapp.models.van.mapping import VanMapping
from webapp.models.van.places import VanState
from webapp.models.van_lists.listed import VanList
from webapp.models.van_lists.loading import VanLoad
from webapp.simulator.van.store import KEY, Store
from webapp.workers.van import asking

VAN = OFFICE + "/van"
OHIO = {"key": KEY, "mode": "0", "name": "Ohio", "states": "oh, mi"}


@pytest.fixture
async def ohio(cast: Cast, van: Store, browse: Browser) -> VanConnection:
    """Gary adds a VAN for Ohio and Michigan beside the first."""
    await connects(cast)
    answer = await (await browse(cast.gary)).post(VAN + "/key?new=1", data=OHIO)
    assert answer.status_code == 303
    await asking.ask_van({}, cast.meyer.id)
    return await VanConnection.get(name="Ohio")


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


async def test_the_page_says_which_state_goes_to_which_van(cast: Cast, browse: Browser, ohio: VanConnection) -> None:
    gary = await browse(cast.gary)
    assert (await gary.get(VAN + "/key?new=1")).text.count('name="name"') == 1
    text = words((await gary.get(VAN + "/key")).text)
    assert re.search(r"Ohio MI, OH VAN All other states, and contacts without one", text)
    assert await places.covered(cast.meyer.id) == {"": (await the_van(cast)).id, "OH": ohio.id, "MI": ohio.id}
    await places.connect(cast.gary, await the_van(cast), places.Wish("", 1, "Penn", frozenset(["PA"])))
    assert "nothing is sent for them" in words((await gary.get(VAN + "/key")).text)
    assert await audited("van.connected") == 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"states": "OH"}, "OH goes to Ohio. To move it here, switch that on below and save again."),
        ({"states": "OH MI"}, "MI is all that goes to Ohio. Give that VAN another state first, or forget its key."),
        ({"states": "OH MI", "take": "1"}, "is all that goes to Ohio."),
        ({"states": ""}, "All other states go to VAN. Name the states of this VAN."),
        ({"states": "PA Nowhere XX"}, "No state has these two letters: Nowhere, XX."),
        ({"name": ""}, "Name"),
        ({"name": "Ohio"}, "Another VAN of this campaign has this name."),
        ({"name": "OHIO"}, "Another VAN of this campaign has this name."),
        ({"key": ""}, "The API key is missing."),
    ],
)
async def test_a_van_that_can_t_be_is_refused_with_the_reason_and_nothing_is_stored(
    cast: Cast, browse: Browser, ohio: VanConnection, change: dict[str, str], sentence: str
) -> None:
    answer = await (await browse(cast.gary)).post(
        VAN + "/key?new=1", data=OHIO | {"name": "P", "states": "PA"} | change
    )
    assert answer.status_code == 422 and sentence in answer.text and KEY not in answer.text
    assert await VanConnection.all().count() == 2 and "PA" not in await places.covered(cast.meyer.id)


async def test_a_state_moves_between_vans_in_one_step_once_that_is_said(
    cast: Cast, browse: Browser, ohio: VanConnection
) -> None:
    gary, lakes = await browse(cast.gary), OHIO | {"name": "Lakes", "states": "MI"}
    asked = await gary.post(VAN + "/key?new=1", data=lakes)
    assert asked.status_code == 422 and 'name="take"' in asked.text
    assert "What you typed is kept, except passwords and keys." in asked.text
    assert (await gary.post(VAN + "/key?new=1", data=lakes | {"take": "1"})).status_code == 303
    made, first = await VanConnection.get(name="Lakes"), await the_van(cast)
    assert await places.covered(cast.meyer.id) == {"": first.id, "MI": made.id, "OH": ohio.id}
    entry = await AuditEvent.filter(what="van.connected").order_by("-id").first()
    assert entry and entry.detail["moved"] == "MI"
    about = AuditAbout.filter(event_id=entry.id).order_by("object_id")
    assert [row.object_id for row in await about] == [ohio.id, made.id], (
        "the VAN that lost it has it in its history too"
    )


async def test_a_van_without_a_key_can_be_changed_and_removed(cast: Cast, browse: Browser, ohio: VanConnection) -> None:
    gary, first = await browse(cast.gary), await the_van(cast)
    page = (await gary.get(f"{VAN}/key?van={ohio.id}")).text
    assert "Forget the key of this VAN?" in page and "Remove this VAN" not in page, "it asks first"
    with_key = await gary.post(f"{VAN}/end?van={ohio.id}")
    assert with_key.headers["location"].endswith(f"?van={ohio.id}") and await VanState.filter(van=ohio.id).count() == 2
    await gary.post(f"{VAN}/key/end?van={ohio.id}")
    renamed = await gary.post(
        f"{VAN}/key?van={ohio.id}", data={"key": "", "mode": "0", "name": "Great Lakes", "states": "OH"}
    )
    assert renamed.status_code == 303
    await ohio.refresh_from_db()
    assert (ohio.name, ohio.key) == ("Great Lakes", "")
    page = (await gary.get(f"{VAN}/key?van={ohio.id}")).text
    assert "Remove this VAN from the pages?" in page and "Forget the key of this VAN?" not in page
    await gary.post(f"{VAN}/end?van={ohio.id}")
    assert await places.covered(cast.meyer.id) == {"": first.id}
    assert "Great Lakes" not in words((await gary.get(VAN + "/key")).text).partition("History")[0]
    assert await audited("van.removed") == 1


async def test_the_only_van_may_have_a_name(cast: Cast, van: Store, browse: Browser) -> None:
    await connects(cast)
    gary = await browse(cast.gary)
    await gary.post(VAN + "/key", data={"key": "", "mode": "1", "name": "Penn", "states": ""})
    assert (await the_van(cast)).name == "Penn"
    assert 'value="Penn"' in (await gary.get(VAN + "/key")).text


async def test_each_van_has_its_own_codes(cast: Cast, browse: Browser, ohio: VanConnection) -> None:
    gary, first, tag = await browse(cast.gary), await the_van(cast), await tag_of(cast)
    await mapping.note_things(ohio, [("result", 5, 0, "Ohio's own code")])
    assert "Ohio&#39;s own code" in (await gary.get(f"{VAN}/mapping?van={ohio.id}")).text
    assert "own code" not in (await gary.get(f"{VAN}/mapping?van={first.id}")).text
    await gary.post(f"{VAN}/mapping?van={ohio.id}", data={f"tag-{tag.id}": "result:5"})
    assert [(m.van, m.target) for m in await VanMapping.all()] == [(ohio.id, "result:5")]


async def test_a_list_is_brought_from_the_van_that_was_chosen_and_its_contacts_know_whose_their_ids_are(
    cast: Cast, browse: Browser, ohio: VanConnection
) -> None:
    gary = await browse(cast.gary)
    saved = await VanList.get(van=ohio.id, saved_list_id=9_001)
    page = (await gary.get(f"{VAN}/lists?van={ohio.id}")).text
    assert f"/van/lists/{saved.id}/imports" in page
    await gary.post(f"{VAN}/lists/{saved.id}/imports")
    await go_on(await VanLoad.get())
    dan = await Contact.get(van_id="102")
    assert dan.van == ohio.id and (await VanLoad.get()).van == ohio.id
    assert "Of the VAN Ohio." in (await gary.get(f"{OFFICE}/contacts/{dan.id}")).text
    first = await the_van(cast)
    await maps(cast, mapping.TAG, WILL_VOTE, (await tag_of(cast)).id, van=first.id)
    await labelling.set_tag(dan, await tag_of(cast), "volunteer", cast.amy.user)
    await send(cast)
    assert (await VanFact.get()).state == NO_ID, "without a state the first VAN would have been told of another person"
    text = words((await gary.get(VAN + "?show=no_id")).text)
    assert "This VAN ID is of Ohio, and nobody's in the VAN of their state." in text


async def test_an_id_that_is_typed_is_of_the_van_of_the_contact_s_state(
    cast: Cast, browse: Browser, ohio: VanConnection
) -> None:
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(van=ohio.id))
    await (await browse(cast.gary)).post(
        f"{OFFICE}/contacts/{cast.lisa.id}", data={"first_name": "Lisa", "van_id": "103"}
    )
    await cast.lisa.refresh_from_db()
    assert (cast.lisa.van_id, cast.lisa.van) == ("103", None)


async def test_a_pause_and_a_forgotten_key_are_one_van_s_alone(
    cast: Cast, browse: Browser, ohio: VanConnection
) -> None:
    gary, first = await browse(cast.gary), await the_van(cast)
    await gary.post(f"{VAN}/pause?van={ohio.id}")
    assert [one.name for one in await connection.all_of(cast.meyer.id) if one.paused_at] == ["Ohio"]
    assert "Ohio</b>: Paused" in re.sub(r"\s+", " ", (await gary.get(VAN)).text)
    await gary.post(f"{VAN}/key/end?van={ohio.id}")
    assert [one.id for one in await connection.all_of(cast.meyer.id)] == [first.id]
    assert "No key is set, so nothing is sent." in (await gary.get(VAN + "/key")).text


async def test_another_campaign_s_van_is_not_there(cast: Cast, browse: Browser, ohio: VanConnection) -> None:
    jonah = await browse(cast.jonah)
    for path in ("/key", "/mapping", "/lists", ""):
        assert (await jonah.get(f"/c/ryan/admin/van{path}?van={ohio.id}")).status_code == 404
    for path in ("/key", "/key/end", "/end", "/mapping", "/pause", "/pause/end", "/checks"):
        assert (await jonah.post(f"/c/ryan/admin/van{path}?van={ohio.id}", data=OHIO)).status_code == 404
    await ohio.refresh_from_db()
    assert ohio.key and not ohio.paused_at


@pytest.mark.parametrize("only", ["van", "kind"])
async def test_all_of_these_are_those_that_the_page_shows(
    cast: Cast, browse: Browser, ohio: VanConnection, only: str
) -> None:
    gary, first = await browse(cast.gary), await the_van(cast)
    rows = [("tag", ohio.id), ("opt_out", first.id)]
    for kind, van in rows:
        await transaction(
            lambda kind=kind, van=van: VanFact.create(  # type: ignore[misc]
                campaign_id=cast.meyer.id, contact_id=cast.lisa.id, kind=kind, van=van, state=REFUSED
            )
        )
    text = (await gary.get(f"{VAN}?show=refused&" + (f"van={ohio.id}" if only == "van" else "kind=tag"))).text
    form = text[text.index('/van/sendings"') :].partition("</form>")[0]
    sent = dict(re.findall(r'name="(state|kind|van)" value="([^"]*)"', form))
    assert (await gary.post(f"{VAN}/sendings", data=sent)).status_code == 303
    assert {one.kind: one.state for one in await VanFact.all()} == {"tag": WAITING, "opt_out": REFUSED}
    for wrong in ({"kind": "other"}, {"van": "999999"}, {"van": "x"}):
        assert (await gary.post(f"{VAN}/sendings", data={"state": "refused"} | wrong)).status_code == 404
    assert await VanFact.filter(state=REFUSED).count() == 1
