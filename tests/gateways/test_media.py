"""Pictures are fetched from Twilio alone, and never from this machine."""

from __future__ import annotations

import pytest

from tests.cast.stand_ins.simulated import Simulated
from webapp import config
from webapp.config import Settings
from webapp.gateways import media
from webapp.gateways import media as media_gateway
from webapp.gateways.media import Later, PublicOnly, Refused
from webapp.simulator import account as simulator

AT = f"https://api.twilio.com/2010-04-01/Accounts/{simulator.ACCOUNT}/Messages/MM1/Media/ME1"
REAL = Settings(twilio_account_sid="AC1", twilio_auth_token="secret")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.twilio.com/x",
        "https://api.twilio.com.evil.example/x",
        "https://evil.example/api.twilio.com",
        "https://api.twilio.com@evil.example/x",
        "https://api.twilio.com:8443/x",
        "https://127.0.0.1/x",
        "file:///etc/passwd",
        "https://169.254.169.254/latest/meta-data",
        "",
        "https://media.twiliocdn.com/first",
        "https://[::1]/x",
    ],
)
async def test_nothing_but_twilio_s_api_is_asked_first(url: str) -> None:
    assert await media.fetch(REAL, url) == Refused("address")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("10.0.0.1", False),
        ("127.0.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("::1", False),
        ("::ffff:10.0.0.1", False),
        ("fd00::1", False),
        ("0.0.0.0", False),
        ("100.64.0.1", False),
        ("2002:7f00:1::", False),
        ("224.0.0.1", False),
        ("2606:4700::1111", True),
        ("nonsense", False),
    ],
)
def test_private_addresses_are_known_however_they_are_written(address: str, public: bool) -> None:
    assert media.is_public(address) is public


async def test_a_name_that_leads_to_this_machine_leads_nowhere() -> None:
    with pytest.raises(OSError, match="no public address"):
        await PublicOnly().resolve("localhost", 443)


async def test_twilio_s_redirect_is_followed_without_the_login(twilio: Simulated, db: None) -> None:
    found = await media.fetch(config.settings(), AT + ".png")
    assert isinstance(found, bytes) and found.startswith(b"\x89PNG")


async def test_what_is_too_large_is_not_read_to_its_end(twilio: Simulated, db: None) -> None:
    assert await media.fetch(config.settings(), AT + ".big") == Refused("large")


async def test_what_is_gone_is_not_asked_for_again_and_what_is_not_there_yet_is(twilio: Simulated, db: None) -> None:
    assert await media.fetch(config.settings(), AT + ".vanished") == Refused("gone")
    for ending in (".down", ".later"):  # a 503; a 404, as Twilio answers until its store has the file
        with pytest.raises(Later):
            await media.fetch(config.settings(), AT + ending)


async def test_a_twilio_that_is_not_there_is_trouble(settings: Settings) -> None:
    with pytest.raises(Later):
        await media.fetch(settings, AT + ".png")  # the settings of tests name a port nobody listens on


@pytest.mark.parametrize(
    "address", ["64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "::7f00:1", "::ffff:0:7f00:1", "fec0::1", "64:ff9b:1::a00:1"]
)
def test_private_addresses_are_known_behind_a_translation(address: str) -> None:
    assert media_gateway.is_public(address) is False
