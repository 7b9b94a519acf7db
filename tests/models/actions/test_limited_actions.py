"""A volunteer outside an action's limits neither sees it nor sends in it (SPEC A9)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.site import audited
from webapp.database import transaction
from webapp.models.accounts.users import Membership
from webapp.models.actions import limit_settings, limits
from webapp.models.actions.action import DRAFT, PRIVATE, PUBLIC, Action, ActionUser
from webapp.models.actions.limits import ZipDistrict
from webapp.models.sending.click import Queued, Stopped


async def limit(cast: Cast, language: str = "", *areas: tuple[str, str], state: str = PUBLIC) -> Action:
    """The cast's action with these limits. The volunteers live in 15213 and speak English."""
    await transaction(lambda: Action.filter(id=cast.action.id).update(state=DRAFT))
    assert await limit_settings.save(cast.action, language, areas, cast.gary)
    await transaction(lambda: Action.filter(id=cast.action.id).update(state=state))
    return await Action.get(id=cast.action.id).select_related("campaign")


async def upload(
    cast: Cast, text: str = "zip,district\n15213,PA-12\n15213,PA-18\n44101,OH-11\n"
) -> limit_settings.Report:
    return await limit_settings.take_districts(text.encode(), cast.gary)


@pytest.mark.both
@pytest.mark.parametrize(
    ("language", "areas", "open_to_amy"),
    [
        ("", [], True),
        ("es", [], False),
        ("en", [("state", "PA")], True),
        ("", [("state", "OH")], False),
        ("", [("county", "Allegheny County, PA")], True),
        ("", [("district", "PA-18")], True),
        ("", [("district", "OH-11")], False),
        ("", [("district", "OH-11"), ("state", "PA")], True),
    ],
)
async def test_home_shows_an_action_to_those_within_its_limits(
    cast: Cast, language: str, areas: list[tuple[str, str]], open_to_amy: bool
) -> None:
    await upload(cast)
    action = await limit(cast, language, *areas)
    assert bool(await Action.open_to(cast.amy)) is open_to_amy
    assert bool(await limits.within(action, [cast.amy])) is open_to_amy
    assert bool(await Action.open_to(cast.amy, id=action.id)) is open_to_amy


@pytest.mark.both
async def test_a_card_that_is_open_when_one_moves_out_of_the_limits_does_not_send(cast: Cast) -> None:
    await limit(cast, "", ("state", "PA"))
    await cast.start(cast.amy)
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(zip="44101"))
    cast.amy = await Membership.get(id=cast.amy.id).select_related("user", "campaign")
    outcome = await cast.click(cast.amy)
    assert isinstance(outcome, Stopped) and outcome.why == "limits"
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(zip="15213"))
    cast.amy = await Membership.get(id=cast.amy.id).select_related("user", "campaign")
    assert isinstance(await cast.click(cast.amy), Queued)


async def test_an_action_is_sent_only_to_those_within_its_limits(cast: Cast) -> None:
    action = await limit(cast, "", ("state", "PA"), state=PRIVATE)
    await transaction(lambda: Membership.filter(id=cast.dan.id).update(zip="44101"))
    dan = await Membership.get(id=cast.dan.id).select_related("user", "campaign")
    assert await action.send_to([cast.amy, dan], cast.gary) == {cast.amy.user_id}
    [sent] = await ActionUser.filter(action=action)
    assert sent.user_id == cast.amy.user_id
    await transaction(lambda: ActionUser.create(action=action, user=dan.user, sent_at=action.created_at))
    assert await Action.open_to(dan) == [], "sent before they moved, it is closed to them now"


async def test_limits_stay_once_the_action_is_published(cast: Cast) -> None:
    for state in (PUBLIC, PRIVATE):
        action = await limit(cast, "en", ("state", "PA"), state=state)
        assert not await limit_settings.save(action, "es", [], cast.gary)
        assert (await limits.of([action]))[action.id].areas == {("state", "PA")}
    assert await audited("action.limited") == 2


@pytest.mark.both
async def test_a_list_of_districts_replaces_the_one_before(cast: Cast) -> None:
    report = await upload(cast)
    assert (report.error, report.zips, report.districts) == ("", 2, 3)
    assert await limit_settings.districts(cast.meyer.id) == [("OH-11", 1), ("PA-12", 1), ("PA-18", 1)]
    await upload(cast, "zip,district\n15213,PA-12\n")
    assert await limit_settings.districts(cast.meyer.id) == [("PA-12", 1)]
    assert await limit_settings.districts(cast.ryan.id) == []
    assert await limit_settings.unknown_districts(cast.meyer.id, ["PA-12", "PA-18"]) == ["PA-18"]


async def test_a_list_without_a_district_that_an_action_needs_changes_nothing(cast: Cast) -> None:
    await upload(cast)
    await limit(cast, "", ("district", "PA-18"))
    report = await upload(cast, "zip,district\n15213,PA-12\n")
    assert "“Make a plan to vote” is limited to PA-18" in report.error
    assert await ZipDistrict.filter(campaign=cast.meyer).count() == 3


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"\x89PNG\r\n", "This is a picture"), (b"PK\x03\x04abc", "a packed file"), (b"\x00\x01\x02" * 99, "not text")],
)
async def test_a_file_is_told_by_its_content(cast: Cast, data: bytes, words: str) -> None:
    report = await limit_settings.take_districts(data, cast.gary)
    assert words in report.error and await ZipDistrict.all().count() == 0


async def test_letters_of_other_encodings_are_read(cast: Cast) -> None:
    await limit_settings.take_districts("zip,district\n00601,Peñuelas\n".encode("cp1252"), cast.gary)
    assert await limit_settings.districts(cast.meyer.id) == [("Peñuelas", 1)]
