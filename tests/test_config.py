from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from webapp import clock, config
from webapp.commands.misspelt import unknown
from webapp.config import REHEARSAL_FOLDER, ConfigError, Settings, from_environment, with_env_file

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


LINES = {
    "TEXTBANK_PORT=8100": "8100",
    "export TEXTBANK_PORT=8100  # behind nginx": "8100",
    'TEXTBANK_PORT="a b"': "a b",
    "TEXTBANK_PORT=$HOME`id`$(id)": "$HOME`id`$(id)",
    "TEXTBANK_PORT='it is #1'": "it is #1",
    "\ufeffTEXTBANK_PORT=1\r": "1",
    "PATH=/nowhere\nTEXTBANK_PORT=1": "1",
}


@pytest.mark.parametrize("line", LINES)
def test_the_file_is_read_without_a_shell(line: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(line + "\n")
    read = with_env_file(tmp_path / ".env")
    assert read["TEXTBANK_PORT"] == LINES[line] and read["PATH"] != "/nowhere"


def test_the_environment_goes_before_the_file_even_where_it_is_blank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("TEXTBANK_SMTP_URL=smtp://a\nTEXTBANK_PORT=1\n")
    monkeypatch.setenv("TEXTBANK_SMTP_URL", "")
    read = with_env_file(tmp_path / ".env")
    assert (read["TEXTBANK_SMTP_URL"], read["TEXTBANK_PORT"]) == ("", "1")


@pytest.mark.parametrize("text", ["TEXTBANK_PORT=1\nTEXTBANK_HOST\n", "TEXTBANK_PORT=1\n=secret\n"])
def test_a_line_that_cannot_be_read_is_named_and_not_shown(text: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(text)
    with pytest.raises(ConfigError, match="Line 2") as told:
        with_env_file(tmp_path / ".env")
    assert "secret" not in str(told.value)


def test_a_misspelt_variable_is_named_with_what_was_meant() -> None:
    [sentence] = unknown({"TEXTBANK_DATABSE_URL": "x", "TEXTBANK_PORT": "1", "TEXTBANK_TEST_BROWSER": "x", "PATH": "x"})
    assert "TEXTBANK_DATABSE_URL" in sentence and "TEXTBANK_DATABASE_URL?" in sentence
    assert "?" not in unknown({"TEXTBANK_NOTHING_LIKE_IT": "x"})[0]


def test_without_an_account_the_folder_is_the_rehearsals() -> None:
    assert from_environment({}).data_dir == REHEARSAL_FOLDER
    assert from_environment({"TEXTBANK_TWILIO_ACCOUNT_SID": "AC1"}).data_dir == Path("var")
    assert from_environment({"TEXTBANK_DATA_DIR": "/srv/x"}).data_dir == Path("/srv/x")


def test_without_a_public_address_links_lead_to_the_port_in_use() -> None:
    assert from_environment({"TEXTBANK_PORT": "8100"}).url("/join") == "http://127.0.0.1:8100/join"
    given = {"TEXTBANK_PORT": "8100", "TEXTBANK_PUBLIC_URL": "https://texts.example"}
    assert from_environment(given).url("/join") == "https://texts.example/join"


def test_a_childs_settings_are_its_parents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTBANK_DATABSE_URL", "x")
    parent = Settings(data_dir=REHEARSAL_FOLDER, twilio_account_sid="AC1", trusted_proxies="10.0.0.0/8")
    given = config.environment_of(parent)
    assert from_environment(given) == parent and "TEXTBANK_DATABSE_URL" not in given


def test_networks_that_are_none_are_refused_at_the_start() -> None:
    with pytest.raises(ConfigError, match="TEXTBANK_TRUSTED_PROXIES"):
        from_environment({"TEXTBANK_TRUSTED_PROXIES": "10.0.0.0/8, nginx"})
