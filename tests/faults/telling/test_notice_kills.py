"""Workers that send a long notice are killed at seeded moments: each person has it once at most (SPEC P2)."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.cast import Cast, forked
from tests.cast.notices import told
from tests.cast.stand_ins.letters import mailbox
from tests.faults.bank import ROOT, SEED
from webapp import clock, config
from webapp.database import transaction
from webapp.models.accounts.users import Membership, User
from webapp.models.notices.notice import EMAIL, UNKNOWN, Notice, Recipient
from webapp.simulator.mailbox import Mailbox
from webapp.workers.notices import telling as jobs

pytestmark = [pytest.mark.both, pytest.mark.timeout(300)]
PEOPLE, KILLS = 60, 4


@pytest.fixture
def mail() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


async def long_notice(cast: Cast) -> Notice:
    clock.freeze(None)
    people = [User(first_name="Ann", email=f"ann{n}@example.org", created_at=clock.now()) for n in range(PEOPLE)]
    await transaction(lambda: User.bulk_create(people))
    users = await User.filter(email__startswith="ann")
    members = [
        Membership(user=one, campaign=cast.meyer, approved_at=clock.now(), joined_at=clock.now()) for one in users
    ]
    await transaction(lambda: Membership.bulk_create(members))
    return await told(cast.gary, await Membership.filter(user_id__in=[one.id for one in users]), EMAIL)


def send(notice: Notice, mail: Mailbox, die: str = "", broken: str = "") -> int:
    """A worker until it dies or the notice is over. Returns its exit code."""
    assert mail.controller
    url = f"smtp://127.0.0.1:{mail.controller.port}"
    command = [
        sys.executable,
        "-m",
        "tests.faults.telling.notice_worker",
        config.settings().database,
        url,
        str(notice.id),
    ]
    environment = os.environ | {"DIE": die, "BROKEN": broken, "PYTHONPATH": str(ROOT)}
    return forked.run(command, environment).returncode


async def killed_often(notice: Notice, mail: Mailbox, broken: str = "") -> Counter[str]:
    """How many letters each address got."""
    dice, died = random.Random(SEED), 0
    for n in range(KILLS):
        die = f"{('claimed', 'called')[n % 2]}:{dice.randint(1, 3)}"
        died += await asyncio.to_thread(send, notice, mail, die, broken) < 0
    assert died == KILLS and await asyncio.to_thread(send, notice, mail, "", broken) == 0
    return Counter(letter.to for letter in mail.letters)


async def test_a_notice_whose_workers_are_killed_reaches_each_person_once_at_most(cast: Cast, mail: Mailbox) -> None:
    notice = await long_notice(cast)
    letters = await killed_often(notice, mail)
    assert max(letters.values()) == 1, f"seed {SEED}"
    rows = await Recipient.filter(notice=notice).select_related("member__user")
    became = Counter(row.why or row.status for row in rows)
    most = KILLS * jobs.AT_ONCE[EMAIL]
    assert became.keys() <= {"sent", UNKNOWN} and 0 < became[UNKNOWN] <= most, f"seed {SEED}: {became}"
    assert {row.member.user.email for row in rows if row.status == "sent"} <= set(letters), f"seed {SEED}"
    notice = await Notice.get(id=notice.id)
    assert (notice.status, notice.done) == ("done", PEOPLE)


async def test_the_judge_catches_a_build_that_tells_again_whom_a_dead_worker_had_claimed(
    cast: Cast, mail: Mailbox
) -> None:
    assert max((await killed_often(await long_notice(cast), mail, broken="yes")).values()) > 1
