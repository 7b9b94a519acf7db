"""Users found by a filter: each filter alone, several together, page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Cast, member
from tests.cast.texting import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts import teams, user_search
from webapp.models.accounts.teams import UserList
from webapp.models.accounts.users import Membership, User
from webapp.models.actions.action import ActionUser
from webapp.models.actions.limits import ZipDistrict
from webapp.rules.accounts import user_filter
from webapp.rules.accounts.user_filter import UserFilter

pytestmark = pytest.mark.both


async def found(cast: Cast, **typed: Any) -> list[str]:
    """The first names."""
    only_active = typed.pop("only_active", False)
    wanted = user_filter.read({name: str(value) for name, value in typed.items()})
    ids = await user_search.ids(cast.meyer, wanted, only_active=only_active)
    assert await user_search.count(cast.meyer, wanted, only_active) == len(ids)
    return [m.user.first_name for m in await user_search.loaded(ids)]


async def change(who: Membership, **values: Any) -> None:
    await transaction(lambda: Membership.filter(id=who.id).update(**values))


@pytest.mark.parametrize(
    ("filter", "who"),
    [
        ({}, ["Selina", "Gary", "Amy", "Dan"]),
        ({"role": "admin"}, ["Gary"]),
        ({"q": "brook"}, ["Amy"]),
        ({"q": "AMY BRO"}, ["Amy"]),
        ({"q": "rook"}, []),
        ({"q": "%"}, []),
        ({"q": "dan@example"}, ["Dan"]),
        ({"q": "d_n@example"}, []),
        ({"q": "412-555-0177"}, ["Selina", "Gary", "Amy", "Dan"]),
        ({"state": "PA"}, ["Selina", "Gary", "Amy", "Dan"]),
        ({"state": "NY"}, []),
        ({"zip": "152"}, ["Selina", "Gary", "Amy", "Dan"]),
        ({"zip": "5213"}, []),
        ({"zip": "9,15213"}, ["Selina", "Gary", "Amy", "Dan"]),
        ({"language": "es"}, []),
        ({"joined_since": "2026-11-24"}, ["Selina", "Gary", "Amy", "Dan"]),
        ({"joined_since": "2026-11-25"}, []),
        ({"joined_until": "2026-11-23"}, []),
        ({"active_until": "2026-11-25"}, []),  # nobody came yet
        ({"role": "volunteer", "q": "d"}, ["Dan"]),
    ],
)
async def test_a_filter_finds_whom_it_names(cast: Cast, filter: dict[str, str], who: list[str]) -> None:
    assert await found(cast, **filter) == who


async def test_a_language_is_that_of_the_sign_up_and_not_of_the_pages(cast: Cast) -> None:
    await change(cast.amy, language="es")
    await transaction(lambda: User.filter(id=cast.dan.user_id).update(language="es"))
    assert await found(cast, language="es") == ["Amy"]
    assert await found(cast, language="en") == ["Selina", "Gary", "Dan"]
    assert await found(cast, language="es", role="admin") == []


async def test_names_are_found_without_accents(cast: Cast) -> None:
    await transaction(lambda: member(cast.meyer, "José", "Álvarez", "volunteer"))
    assert await found(cast, q="jose alv") == ["José"] and await found(cast, q="JOSÉ") == ["José"]
    [jose] = await user_search.loaded(await user_search.ids(cast.meyer, UserFilter(q="jose")))
    await jose.user.change(first_name="Pepe")
    assert await found(cast, q="jose") == [] and await found(cast, q="pepe") == ["Pepe"]


async def test_lists_and_teams_are_those_of_the_campaign_alone(cast: Cast) -> None:
    group, team = await teams.create_list("Texters", cast.gary), await teams.create_team("Erie", cast.gary)
    await teams.add_members(group, [cast.amy], cast.gary)
    await teams.add_members(await UserList.get(id=team.user_list_id), [cast.dan], cast.gary)
    assert await found(cast, list=group.id) == ["Amy"] and await found(cast, team=team.id) == ["Dan"]
    assert await found(cast, list=group.id, team=team.id) == []
    theirs = await teams.create_list("Ryan's", cast.jonah)
    await transaction(lambda: Membership.join(cast.amy.user, cast.ryan))
    await teams.add_members(theirs, [cast.amy], cast.jonah)
    assert await found(cast, list=theirs.id) == []


async def test_a_district_is_that_of_the_user_s_zip_in_this_campaign(cast: Cast) -> None:
    async def districts() -> None:
        await ZipDistrict.create(campaign=cast.meyer, zip="15213", district="PA-12")
        await ZipDistrict.create(campaign=cast.meyer, zip="16501", district="PA-16")
        await ZipDistrict.create(campaign=cast.ryan, zip="15213", district="PA-99")

    await transaction(districts)
    await change(cast.amy, zip="16501-0001")
    assert await found(cast, district="PA-16") == ["Amy"] and await found(cast, district="PA-99") == []
    assert await found(cast, district="PA-12", role="volunteer") == ["Dan"]


async def test_how_far_a_user_is_in_an_action(cast: Cast) -> None:
    await ActionUser.mark([cast.action.id], cast.amy.user_id, "seen_at", "started_at")
    await ActionUser.mark([cast.action.id], cast.dan.user_id)
    own = {"action": cast.action.id}
    assert await found(cast, **own) == ["Amy", "Dan"]
    assert await found(cast, **own, step="seen") == ["Amy"] == await found(cast, **own, step="started")
    assert await found(cast, **own, step="completed") == []
    assert await found(cast, **own, step="not_received") == ["Selina", "Gary"]
    assert await found(cast, **own, step="not_seen") == ["Selina", "Gary", "Dan"]


async def test_whose_replies_need_attention(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Yes")
    assert await found(cast, attention="yes") == ["Amy"]
    assert await found(cast, attention="yes", action=cast.action.id) == ["Amy"]
    assert await found(cast, attention="yes", action=cast.action.id + 1) == []
    assert await found(cast, attention="no") == ["Selina", "Gary", "Dan"]


async def test_each_status_and_who_is_written_to(cast: Cast) -> None:
    now = clock.now()
    await change(cast.dan, suspended_at=now)
    await change(cast.amy, suspended_at=now, removed_at=now)
    await change(cast.gary, approved_at=None)
    assert await found(cast) == ["Selina", "Dan"] and await found(cast, status="active") == ["Selina"]
    assert await found(cast, only_active=True) == ["Selina"]
    assert await found(cast, status="suspended") == ["Dan"] and await found(cast, status="removed") == ["Amy"]
    assert await found(cast, status="waiting") == ["Gary"] and await found(cast, status="unconfirmed") == []
    await change(cast.gary, waits_for_letter=True)
    assert await found(cast, status="waiting") == [] and await found(cast, status="unconfirmed") == ["Gary"]
    assert await found(cast, status="removed", only_active=True) == []


async def test_days_are_the_campaign_s(cast: Cast) -> None:
    await change(cast.amy, last_here_at=clock.now().replace(hour=3))  # the evening before in New York
    assert await found(cast, active_since="2026-11-24") == []
    assert await found(cast, active_since="2026-11-23", active_until="2026-11-23") == ["Amy"]


async def test_pages_follow_each_other_both_ways_and_miss_nobody(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_search, "PAGE", 2)

    async def more() -> None:
        for n in range(3):
            await member(cast.meyer, f"User{n}", "More", "volunteer")

    await transaction(more)
    everyone = await user_search.ids(cast.meyer, UserFilter())
    seen, at = [], user_search.Found([], more=0)
    for _ in range(4):
        at = await user_search.page(cast.meyer, UserFilter(), after=at.more)
        seen += [m.id for m in at.members]
    assert seen == everyone and len(seen) == 7 and at.more == 0
    back = []
    while at.less:
        at = await user_search.page(cast.meyer, UserFilter(), before=at.less)
        back.append([m.id for m in at.members])
    assert back == [everyone[4:6], everyone[2:4], everyone[0:2]]


async def test_a_form_is_about_the_ticked_of_this_campaign_or_all_that_the_filter_finds(cast: Cast) -> None:
    ticked = [cast.amy.id, cast.jonah.id, 10**15]
    assert await user_search.chosen(cast.meyer, UserFilter(), ticked) == [cast.amy.id]
    assert await user_search.chosen(cast.meyer, UserFilter(), []) == []
    everyone = await user_search.chosen(cast.meyer, UserFilter(role="volunteer"), None)
    assert everyone == [cast.amy.id, cast.dan.id]
    await change(cast.dan, suspended_at=clock.now() - timedelta(days=1))
    assert await user_search.chosen(cast.meyer, UserFilter(role="volunteer"), None, only_active=True) == [cast.amy.id]
