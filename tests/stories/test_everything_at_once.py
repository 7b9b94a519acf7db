"""Admins, volunteers and workers do what there is to do, at once and at random."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cast import Cast, send_card
from tests.cast.bulk import assign, on, work
from tests.cast.lists import import_file, take_all, write
from tests.cast.texting import next_in_queue
from webapp import clock, database
from webapp.database import transaction
from webapp.models.accounts.users import Membership
from webapp.models.actions import audience
from webapp.models.actions.action import Action
from webapp.models.assignments import going_back, start
from webapp.models.bulk.job import ASSIGN, FIELD, LIST, OPT_OUT, TAG, UNLIST, UNTAG
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.conversations.conversation import Conversation
from webapp.models.imports import importing
from webapp.models.opt_outs import blocking
from webapp.models.results import recount


class Office:
    """Admins, volunteers and workers who do at random what there is to do, with the same sixty people."""

    def __init__(self, cast: Cast, dice: random.Random, folder: Path) -> None:
        self.cast, self.dice, self.folder = cast, dice, folder
        self.phones = [f"412555{n}" for n in range(1000, 1060)]
        self.errors: list[str] = []
        self.steps: list[Callable[[int], Awaitable[Any]]] = [
            lambda _: self.some(TAG, {"tag": self.tag.id}),
            lambda _: self.some(UNTAG, {"tag": self.tag.id}),
            lambda _: self.some(LIST, on(self.dice.choice([self.out, cast.voters]))),
            lambda _: self.some(UNLIST, on(self.dice.choice([self.out, cast.voters]))),
            lambda _: self.some(FIELD, {"field": self.notes.id, "value": self.dice.choice(["no", "NO", "yes", ""])}),
            self.assign,
            lambda _: start.assign_bucket(self.action, self.volunteer().user),
            lambda _: going_back.return_all(self.action, cast.gary),
            self.text,
            self.upload,
            lambda _: cast.make(),
            self.opt_out,
            lambda _: audience.changed(self.action.id),
            self.block,
        ]

    async def open(self) -> None:
        cast = self.cast
        self.tag = await Tag.get(campaign=cast.meyer, name="Wrong Number")
        self.notes = await CustomField.get(campaign=cast.meyer, slug="notes")
        self.out = await transaction(
            lambda: ContactList.create(campaign=cast.meyer, name="Out", created_at=clock.now())
        )
        await cast.action.leave_out([self.out], [self.tag], [(self.notes, "no")])
        rows = "".join(f"{phone},A\n" for phone in self.phones)
        await import_file(cast, write(self.folder, "phone,first_name\n" + rows), "Voters")
        await cast.make()
        self.people = [c.id for c in await Contact.filter(phone__startswith="+1412555")]
        self.action = await Action.get(id=cast.action.id).select_related("campaign")

    def volunteer(self) -> Membership:
        return self.dice.choice([self.cast.amy, self.cast.dan])

    async def some(self, kind: str, what: dict[str, Any]) -> None:
        await work(self.cast, kind, what, self.dice.sample(self.people, 15))

    async def assign(self, _: int) -> None:
        mode = self.dice.choice(["all", "unsent", "attention"])
        await self.some(ASSIGN, assign(self.cast.amy, self.cast.dan, mode=mode))

    async def text(self, _: int) -> None:
        who = self.volunteer()
        for _ in range(3):
            if card := await next_in_queue(self.action, who.user):
                await send_card(who, card)

    async def upload(self, n: int) -> None:
        pick, path = self.dice.choice, self.folder / f"{n}.csv"
        known = [*self.phones, *(f"412555{m}" for m in range(2000, 2020))]
        rows = [
            f"{phone},{pick(['no', 'yes', ''])},{pick(['', 'Wrong Number', 'Opt Out' if self.dice.random() < 0.1 else ''])},{pick(['', '96720'])}"
            for phone in self.dice.sample(known, 25)
        ]
        path.write_text("\n".join(["phone,notes,tags,zip", *rows]) + "\n")
        job = await importing.begin(self.cast.meyer, pick(["Voters", "Out"]), path, "x", None)
        await take_all(job.id)

    async def opt_out(self, _: int) -> None:
        if self.dice.random() < 0.2:
            await self.some(OPT_OUT, {})

    async def block(self, _: int) -> None:
        if talk := await Conversation.filter(contact_id=self.dice.choice(self.people)).first():
            await blocking.block(talk, self.cast.amy.user)
            await blocking.unblock(talk.contact_id, self.cast.gary.user)

    async def at_work(self, numbers: Any) -> None:
        """One after the other, of the numbers that are left."""
        for n in numbers:
            try:
                await self.dice.choice(self.steps)(n)
            except Exception as error:
                self.errors.append(repr(error)[:300])


@pytest.mark.both
async def test_whatever_the_office_does_at_once_nobody_is_open_who_should_not_be(
    cast: Cast, tmp_path: Path, db_kind: str
) -> None:
    office = Office(cast, random.Random(11), tmp_path)
    await office.open()
    numbers = iter(range(90))
    together = 4 if db_kind == "postgres" else 2
    await asyncio.wait_for(asyncio.gather(*(office.at_work(numbers) for _ in range(together))), 100)
    is_in = audience.is_in("v.action_id", "v.contact_id")
    strangers = await database.query(
        f"SELECT v.id, v.closed_code FROM conversation v WHERE v.texted_at IS NULL AND v.closed_code IS NULL AND NOT {is_in}"
    )
    unmarked = await database.query(
        "SELECT c.id FROM contact c JOIN opt_out o ON o.phone = c.phone AND o.campaign_id = c.campaign_id"
        " WHERE c.opted_out_at IS NULL"
    )
    opted_out = await database.query(
        "SELECT v.id FROM conversation v JOIN contact c ON c.id = v.contact_id"
        " WHERE c.opted_out_at IS NOT NULL AND v.texted_at IS NULL AND v.closed_code IS NULL"
    )
    assert (office.errors, strangers, unmarked, opted_out, await recount.differences()) == ([], [], [], [], [])
    for made in await ContactList.all():
        uncounted = int(made.name == "Voters")  # the cast puts Lisa on without counting
        assert made.size == await ListMembership.filter(contact_list=made).count() - uncounted, made.name
