"""One slice of a list's rows into contacts: new ones, changed ones, merged ones, refused ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from webapp import clock, database
from webapp.models import making
from webapp.models.contacts import Contact, sql_time
from webapp.models.imports import ContactImport, ImportedPhone, RefusedRow
from webapp.models.labels import CustomField
from webapp.models.opt_outs import OptOut
from webapp.models.people import Membership
from webapp.rules import contact_columns, contact_zones, list_file, phone, states

LONGEST = {"first_name": 100, "last_name": 100, "email": 254, "van_id": 40, "timezone": 64}
LONGEST_CUSTOM = 5_000


@dataclass
class Person:
    """What the rows of one phone say, the first row first. ``filled``: what earlier rows of the file gave already."""

    phone: str
    values: dict[str, str]
    custom: dict[str, str]
    filled: set[str] = field(default_factory=set)

    def names(self) -> set[str]:
        return {*self.values, *(f"custom:{slug}" for slug in self.custom)}


async def store(job: ContactImport, part: list[list_file.Record], columns: contact_columns.Columns) -> Counter[str]:
    """Inside the slice's transaction. Returns what is to be added to the import's counts."""
    counted: Counter[str] = Counter()
    people: dict[str, Person] = {}
    refused = []
    for record in part:
        if record.blank:
            continue
        read = _read(record, columns, len(job.header))
        if isinstance(read, str):
            refused.append(_refused(job, record, columns, read))
        elif read.phone in people:
            _fill(people[read.phone], read)
            counted["merged"] += 1
        else:
            people[read.phone] = read
    await RefusedRow.bulk_create(refused)
    counted["refused"] = len(refused)
    counted += await _store_people(job, people)
    return counted


def _read(record: list_file.Record, columns: contact_columns.Columns, width: int) -> Person | str:
    """The person of a row, or the reason it is refused."""
    if any(cell.strip() for cell in record.cells[width:]):
        return "ragged_row"
    cells = dict(enumerate(record.cells))
    values = {name: cells.get(n, "").strip() for n, name in columns.fields.items()}
    parsed = phone.textable(values.pop("phone"))
    if isinstance(parsed, phone.InvalidPhone):
        return parsed.reason
    custom = {slug: cells.get(n, "").strip() for n, slug in columns.custom.items()}
    if any(len(values.get(name, "")) > most for name, most in LONGEST.items()):
        return "field_too_long"
    if any(len(value) > LONGEST_CUSTOM for value in custom.values()):
        return "field_too_long"
    values["state_abbrev"] = states.abbreviation(values.get("state_abbrev", ""))
    values["zip"] = contact_zones.five_digits(values.get("zip", "")) or values.get("zip", "")[:10]
    return Person(parsed.e164, {k: v for k, v in values.items() if v}, {k: v for k, v in custom.items() if v})


def _refused(job: ContactImport, record: list_file.Record, columns: contact_columns.Columns, reason: str) -> RefusedRow:
    at = next(n for n, name in columns.fields.items() if name == "phone")
    raw = record.cells[at] if at < len(record.cells) else ""
    return RefusedRow(
        contact_import=job, line=record.line, reason=reason, raw_phone=raw[:200], cells=[c[:5000] for c in record.cells]
    )


def _fill(first: Person, later: Person) -> None:
    """A later row of the same phone only fills what the first left blank."""
    first.values = {**later.values, **first.values}
    first.custom = {**later.custom, **first.custom}


async def _store_people(job: ContactImport, people: dict[str, Person]) -> Counter[str]:
    if not people:
        return Counter()
    counted = await _leave_what_earlier_rows_gave(job, people)
    known = {
        c.phone: c for c in await Contact.filter(campaign=job.campaign, phone__in=list(people)).select_for_update()
    }
    counted["created"], counted["updated"] = 0, 0
    await _assign(job, people)
    for number, person in sorted(people.items()):
        again = bool(person.filled)
        if contact := known.get(number):
            await _update(contact, person)
            counted["updated"] += not again
        else:
            known[number] = await _create(job, person)
            counted["created"] += 1
        if not again:
            counted["nameless"] += not known[number].first_name
            counted["zoneless"] += known[number].zone_set_id is None
    counted["opted_out"] += await _keep_opted_out(job, known, people)
    await _put_on_list(job, known, people)
    await _store_custom(job, known, people)
    return counted


async def _leave_what_earlier_rows_gave(job: ContactImport, people: dict[str, Person]) -> Counter[str]:
    """Rows of phones that earlier slices brought: merged, and only what is still blank is taken."""
    counted: Counter[str] = Counter()
    earlier = {row.phone: row for row in await ImportedPhone.filter(import_id=job.id, phone__in=list(people))}
    for number, row in earlier.items():
        person = people[number]
        person.filled = {"phone", *row.filled.split()}
        person.values = {k: v for k, v in person.values.items() if k not in person.filled}
        person.custom = {k: v for k, v in person.custom.items() if f"custom:{k}" not in person.filled}
        row.filled = " ".join(sorted(person.filled | person.names()))
        await row.save(update_fields=["filled"])
        counted["merged"] += 1
    new = [p for number, p in people.items() if number not in earlier]
    await ImportedPhone.bulk_create(
        [ImportedPhone(import_id=job.id, phone=p.phone, filled=" ".join(sorted(p.names()))) for p in new]
    )
    return counted


async def _create(job: ContactImport, person: Person) -> Contact:
    contact = Contact(campaign=job.campaign, phone=person.phone, created_at=clock.now(), **_plain(person))
    await contact.derive_zones()
    await contact.save()
    return contact


async def _update(contact: Contact, person: Person) -> None:
    """Non-blank values replace, blank ones never do. Every import derives anew where the person lives (S1)."""
    changed = {k: v for k, v in _plain(person).items() if getattr(contact, k) != v}
    contact.update_from_dict(changed)
    before = (contact.zone_set_id, contact.zone_source)
    await contact.derive_zones()
    if contact.zone_set_id != before[0]:
        await making.zones_changed(contact.id, contact.zone_set_id)
    if changed or (contact.zone_set_id, contact.zone_source) != before:
        await contact.save(update_fields=[*changed, "zone_set_id", "zone_source"])


def _plain(person: Person) -> dict:
    return {k: v for k, v in person.values.items() if k != "assigned_user_email"}


async def _assign(job: ContactImport, people: dict[str, Person]) -> None:
    """assigned_user_email names the contact's keeper, where it is a user of the campaign."""
    emails = {p.values["assigned_user_email"].lower() for p in people.values() if p.values.get("assigned_user_email")}
    if not emails:
        return
    members = await Membership.filter(campaign=job.campaign, user__email__in=list(emails)).select_related("user")
    keepers = {member.user.email: member.user_id for member in members}
    for person in people.values():
        keeper = keepers.get(person.values.get("assigned_user_email", "").lower())
        if keeper:
            person.values["keeper_id"] = keeper  # type: ignore[assignment]


async def _keep_opted_out(job: ContactImport, known: dict[str, Contact], people: dict[str, Person]) -> int:
    """Rows whose phone has opted out are stored, opted out, counted."""
    rows = await OptOut.filter(campaign=job.campaign, phone__in=list(people))
    for row in rows:
        if known[row.phone].opted_out_at is None:
            await Contact.filter(id=known[row.phone].id).update(opted_out_at=row.at)
    return sum(not people[row.phone].filled for row in rows)


async def _put_on_list(job: ContactImport, known: dict[str, Contact], people: dict[str, Person]) -> None:
    for number in people:
        await database.query(
            "INSERT INTO list_membership (contact_list_id, contact_id) VALUES (?, ?)"
            " ON CONFLICT (contact_list_id, contact_id) DO NOTHING",
            job.contact_list_id,
            known[number].id,
        )


async def _store_custom(job: ContactImport, known: dict[str, Contact], people: dict[str, Person]) -> None:
    slugs = {slug for person in people.values() for slug in person.custom}
    if not slugs:
        return
    ids = {row.slug: row.id for row in await CustomField.filter(campaign=job.campaign, slug__in=list(slugs))}
    now = sql_time(clock.now())
    user_id = job.user_id
    for number, person in people.items():
        for slug, value in person.custom.items():
            await database.query(
                "INSERT INTO field_value (contact_id, field_id, value, user_id, at) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (contact_id, field_id) DO UPDATE SET value = excluded.value, user_id = excluded.user_id,"
                " message_id = NULL, at = excluded.at",
                known[number].id, ids[slug], value, user_id, now,
            )  # fmt: skip
