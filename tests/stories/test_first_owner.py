"""From nothing to a green set-up check, as README says under "For real" (SPEC S9, S10)."""

from __future__ import annotations

import asyncio
import re
import shlex
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from tests.cast import PASSWORD
from tests.cast.site import over_asgi
from tests.cast.stand_ins.simulated import HERE, Simulated
from tests.cast.texting import new_sid
from webapp import config, live
from webapp.gateways.twilio import Twilio
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.numbers.number import PhoneNumber
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND
from webapp.workers import numbers
from webapp.workers.sending import draining

ROOT = Path(__file__).parents[2]
OFFICE = "/c/meyer/admin"


def steps() -> list[list[str]]:
    """The words of each textbank command in README's numbered steps."""
    told = (ROOT / "README.md").read_text().partition("## For real")[2].partition("\n## ")[0]
    found = re.findall(r"^\d\. `\.venv/bin/textbank ([^`]+)`", told, re.MULTILINE)
    assert len(found) == 3
    return [shlex.split(words) for words in found]


async def run(words: list[str]) -> str:
    command = [sys.executable, "-m", "webapp.cli", *words]
    environment = config.environment_of(config.settings()) | {"PYTHONPATH": str(ROOT)}
    folder = config.settings().data_dir
    folder.mkdir(exist_ok=True)
    done = await asyncio.to_thread(subprocess.run, command, env=environment, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.both
async def test_readmes_steps_followed_word_for_word_end_in_a_green_check(
    db: None, site: Litestar, twilio: Simulated
) -> None:
    site.state.hub = live.Hub()
    twilio.carrier.store.add_number("+14125550188", HERE)
    printed = "".join([await run(words) for words in steps()])
    link = re.search(r"http://texts.example(/password/\S+)", printed)
    assert link
    async with httpx.AsyncClient(transport=over_asgi(site), base_url="http://texts.example") as selina:
        assert 'name="phone"' not in (await selina.get(link[1])).text, "name and phone are known by now"
        inside = await selina.post(link[1], data={"password": PASSWORD})
        assert (
            "Before the first text: 1 of 6 done"
            in (await selina.get(inside.headers["location"], follow_redirects=True)).text
        )
        await _set_up(selina)
        page = (await selina.get(OFFICE + "/setup")).text
        assert (await Campaign.get(slug="meyer")).set_up and page.count('class="oval wrong"') == 0
        assert "Before the first text: 2 of 6 done" in (await selina.get(OFFICE + "/actions")).text
    assert (await User.get()).name == "Selina Meyer"


async def _set_up(selina: httpx.AsyncClient) -> None:
    """Step 6; what the worker does for it is done here."""
    gateway, meyer, number = Twilio(config.settings()), await Campaign.get(slug="meyer"), await PhoneNumber.get()
    assert (await selina.post(OFFICE + "/setup/checks")).status_code == 303
    await numbers.check_setup({"twilio": gateway}, meyer.id)
    registered = await selina.post(OFFICE + "/setup/registration", data={"registration": "10dlc"})
    assert registered.status_code == 303
    [form_id] = re.findall(r'name="client_message_id" value="([^"]+)"', (await selina.get(OFFICE + "/setup")).text)
    asked = await selina.post(OFFICE + "/setup/round-trips", data={"client_message_id": form_id})
    assert asked.status_code == 303, asked.text
    await draining.drain({"twilio": gateway}, number.id)
    await gateway.close()
    reply = {"MessageSid": new_sid(), "From": "+14125550177", "To": number.e164, "Body": "OK"}
    event = await applying.keep(INBOUND, reply)
    assert event
    await applying.apply(event)
