"""SFTP folders of nightly imports, as the office makes and confirms them; strangers turned away (SPEC B8)."""

from __future__ import annotations

import asyncssh
import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, audited
from webapp.models.accounts.audit import AuditEvent
from webapp.models.logins import sealed
from webapp.models.nightly import folder, plan
from webapp.models.nightly.folder import NightlyFolder
from webapp.models.nightly.plan import NightlyImport

PAGE = OFFICE + "/nightly-imports"
SECRET = "s3cret-of-the-server"
WANTED = {
    "from": "folder",
    "host": "SFTP.example.org",
    "port": "2222",
    "user_name": "meyer",
    "folder": "/outgoing",
    "pattern": "voters*.csv",
    "by": "password",
    "password": SECRET,
    "name": "From the folder",
    "hour": "4",
}


def shown() -> tuple[str, str]:
    """A server's key, and its fingerprint."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    return key.export_public_key().decode().strip(), key.get_fingerprint()


async def test_staff_make_one_confirm_its_server_and_see_no_secret(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    form = (await gary.get(PAGE + "?from=folder")).text
    assert 'name="host"' in form and 'name="url"' not in form and 'name="url"' in (await gary.get(PAGE)).text
    made = await gary.post(PAGE, data=WANTED)
    row, its = await NightlyImport.get(), await NightlyFolder.get()
    here = f"{PAGE}/{row.id}"
    assert made.status_code == 303 and made.headers["location"].endswith(here)
    assert (row.host, row.hour, its.port, its.folder) == ("sftp.example.org", 4, 2222, "/outgoing")
    assert SECRET not in its.secret and sealed.opened(its.secret) == SECRET and its.public_key == ""
    assert "asked for its key" in (await gary.get(here)).text
    key, fingerprint = shown()
    assert "Nobody has confirmed" in await folder.note_shown(its, key)
    page = (await gary.get(here)).text
    assert fingerprint in page and "Is this the server?" in page and "voters*.csv" in page
    assert (await gary.post(here + "/server-key", data={"fingerprint": "SHA256:another"})).status_code == 303
    assert (await NightlyFolder.get()).server_key == ""
    assert (await gary.post(here + "/server-key", data={"fingerprint": fingerprint})).status_code == 303
    its = await NightlyFolder.get()
    assert (its.fingerprint, its.shown_key) == (fingerprint, "")
    for where in (PAGE, here, OFFICE + "/audit"):
        assert SECRET not in (await gary.get(where)).text
    assert [await audited(f"nightly.{what}") for what in ("made", "key_confirmed")] == [1, 1]
    noted = await AuditEvent.get(what="nightly.key_confirmed")
    assert noted.detail == {"server": "sftp.example.org", "key": fingerprint}


async def test_a_changed_key_is_shown_beside_the_one_before(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await gary.post(PAGE, data=WANTED)
    row, (first, before), (second, now) = await NightlyImport.get(), shown(), shown()
    await folder.note_shown(await NightlyFolder.get(), first)
    await folder.confirm(cast.gary, row, before)
    assert f"{before} before, {now} now" in await folder.note_shown(await NightlyFolder.get(), second)
    text = (await gary.get(f"{PAGE}/{row.id}")).text
    assert "key changed" in text and before in text and now in text


async def test_a_key_pair_is_made_and_its_public_part_shown(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert (await gary.post(PAGE, data={**WANTED, "by": "key", "password": ""})).status_code == 303
    row, its = await NightlyImport.get(), await NightlyFolder.get()
    private = sealed.opened(its.secret) or ""
    text = (await gary.get(f"{PAGE}/{row.id}")).text
    assert its.public_key in text and "data-copy" in text and "PRIVATE" not in text
    made = asyncssh.import_private_key(private).export_public_key().decode().split()
    assert its.public_key.split()[:2] == made[:2] and its.public_key.endswith(" textbank-meyer")


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": ""},
        {"host": "10.0.0.7"},
        {"host": "nas.local"},
        {"host": "https://sftp.example.org"},
        {"port": "25"},
        {"port": "x"},
        {"port": "70000"},
        {"user_name": ""},
        {"user_name": "a\x1bb"},
        {"folder": ""},
        {"folder": "x" * 401},
        {"pattern": ""},
        {"pattern": "../*.csv"},
        {"by": "magic"},
        {"password": ""},
        {"password": "x" * 501},
        {"name": ""},
        {"hour": "25"},
    ],
)
async def test_a_wrong_form_makes_none(cast: Cast, browse: Browser, wrong: dict[str, str]) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(PAGE, data={**WANTED, **wrong})
    assert answer.status_code == 422 and await NightlyImport.all().count() == await NightlyFolder.all().count() == 0
    assert SECRET not in answer.text and "except passwords and keys" in answer.text and 'name="host"' in answer.text


async def test_an_empty_form_and_a_wrong_method_make_none(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert (await gary.post(PAGE, data={"from": "folder"})).status_code == 422
    row = await plan.make(cast.gary, "https://data.example.org/x.csv", "data.example.org", "L", 3)
    assert (await gary.get(f"{PAGE}/{row.id}/server-key")).status_code in (404, 405)
    assert (await gary.post(f"{PAGE}/{row.id}/server-key")).status_code == 303, "of an address: nothing to confirm"


async def test_another_campaign_and_volunteers_confirm_none(cast: Cast, browse: Browser) -> None:
    wanted = folder.Wanted("sftp.example.org", 22, "meyer", ".", "*.csv", SECRET)
    row = await folder.make(cast.gary, wanted, "From the folder", 3)
    key, fingerprint = shown()
    await folder.note_shown(await NightlyFolder.get(), key)
    amy, jonah = await browse(cast.amy), await browse(cast.jonah)
    for who, page in ((amy, PAGE), (jonah, PAGE), (jonah, PAGE.replace("meyer", "ryan"))):
        assert (await who.post(f"{page}/{row.id}/server-key", data={"fingerprint": fingerprint})).status_code == 404
        assert (await who.get(f"{page}/{row.id}")).status_code == 404
    assert (await NightlyFolder.get()).server_key == ""
