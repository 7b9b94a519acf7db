from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from webapp import clock, config
from webapp.config import ConfigError, Settings, from_environment

EXAMPLE = (Path(__file__).parents[1] / ".env.example").read_text()


def test_every_setting_is_in_the_example_and_nothing_else() -> None:
    named = set(re.findall(r"^(TEXTBANK_\w+)=", EXAMPLE, re.MULTILINE))
    assert named == {"TEXTBANK_" + field.name.upper() for field in fields(Settings)}


def test_a_setting_is_read_from_the_environment_and_a_blank_one_is_not_there() -> None:
    read = from_environment({"TEXTBANK_PORT": "8100", "TEXTBANK_SECRET_KEY": "  "})
    assert read.port == 8100 and read.secret_key == ""


def test_a_port_that_is_none_is_refused_with_its_name() -> None:
    with pytest.raises(ConfigError, match="TEXTBANK_PORT"):
        from_environment({"TEXTBANK_PORT": "http"})


def test_a_clock_is_refused_beside_a_real_twilio() -> None:
    with pytest.raises(ConfigError, match="TEXTBANK_CLOCK"):
        from_environment({"TEXTBANK_CLOCK": "2026-11-03T14:30:00-05:00"})


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(ConfigError, match="zone"):
        from_environment({"TEXTBANK_CLOCK": "2026-11-03T14:30:00", "TEXTBANK_TWILIO_API_URL": "http://127.0.0.1:8001"})


def test_in_production_nothing_moves_the_clock(tmp_path: Path) -> None:
    clock.freeze(None)
    config.use(Settings(data_dir=tmp_path))
    (tmp_path / "clock").write_text("86400")
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_rehearsal_runs_on_from_the_instant_it_was_set_to(tmp_path: Path) -> None:
    clock.freeze(None)
    config.use(Settings(data_dir=tmp_path, twilio_api_url="http://127.0.0.1:8001"))
    clock.set_to(datetime(2026, 11, 3, 19, 30, tzinfo=UTC))
    assert abs(clock.now() - datetime(2026, 11, 3, 19, 30, tzinfo=UTC)) < timedelta(seconds=5)
    clock.set_to(datetime.now(UTC))  # for the tests after this one


def test_a_public_address_is_built_from_the_setting() -> None:
    assert Settings(public_url="https://texts.example/").url("/live") == "https://texts.example/live"
