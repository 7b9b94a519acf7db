"""Files for VAN's bulk upload and for PDI's, for campaigns without access by a program (SPEC B3).

On their upload page somebody assigns each column to a code. A tag becomes an activist code, Result a result code, a field's
answers become those of a survey question. A contact without an id there, or with nothing to report, has no line.
"""

from __future__ import annotations

from typing import Any

from webapp import database
from webapp.database import packed
from webapp.database.noting import van_sql
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.labels import SELECTION, ContactTag, CustomField, FieldValue, Tag
from webapp.models.van import showing
from webapp.rules.exports.columns import COLUMNS, PDI_UPLOAD, VAN_UPLOAD

PDI_ID = "pdi_id"  # the slug of the field with PDI's id: a list's column of this name fills it
MEANT = {
    "mark": "x where the contact has the tag {}",
    "answer": "The custom field {}",
    "van": "Which VAN the VAN ID is of: one file a VAN",
}
Row = dict[str, Any]


async def own_columns(campaign: Campaign, kind: str) -> list[list[Any]]:
    """A column for each tag but Opt Out, and for each field with options, in use; named as on the pages here."""
    tags = [tag for tag in await Tag.filter(campaign=campaign, archived_at=None) if not tag.opts_out]
    fields = await CustomField.filter(campaign=campaign, archived_at=None, type=SELECTION)
    vans = await showing.names(campaign.id) if kind == VAN_UPLOAD else {}
    named = [("van", 0, "VAN")] if len(vans) > 1 else []
    named += [("mark", tag.id, tag.name) for tag in tags] + [("answer", one.id, one.title) for one in fields]
    taken, found = {column.name.casefold() for column in COLUMNS[kind]}, []
    for what, id_, title in named:
        name = title if title.casefold() not in taken else f"{title} ({id_})"
        taken.add(name.casefold())
        found.append([what, id_, name, title])
    return found


async def has_ids(campaign: Campaign, kind: str) -> bool:
    """Can anybody have an id of this kind?"""
    return kind != PDI_UPLOAD or await CustomField.exists(campaign=campaign, slug=PDI_ID)


async def rows(kind: str, campaign: Campaign, ids: list[int], own: list[list[Any]]) -> list[Row]:
    if not ids:
        return []
    theirs = await _ids_there(kind, campaign, ids)
    tagged = {(one.contact_id, one.tag_id) for one in await ContactTag.filter(contact_id__in=list(theirs) or [0])}
    values = await FieldValue.filter(contact_id__in=list(theirs) or [0])
    given = {(one.contact_id, one.field_id): one.value for one in values}
    vans = await showing.names(campaign.id) if kind == VAN_UPLOAD else {}
    people = await database.query(
        f"SELECT c.id, c.phone, c.opted_out_at, COALESCE(c.van, {van_sql('c')}) AS van FROM contact c"
        f" WHERE {packed.among('c.id')} ORDER BY c.id",
        packed.values(list(theirs)),
    )
    found = []
    for one in people:
        told: Row = {name: _told(what, (one["id"], id_), tagged, given) for what, id_, name, _ in own if what != "van"}
        at = packed.instant(one["opted_out_at"])
        told |= {
            "Result": "Do Not Text" if at else "",
            "Result Date": campaign.local(at).date().isoformat() if at else "",
        }
        if any(told.values()):
            told |= {name: vans.get(one["van"]) or "VAN" for what, _, name, _ in own if what == "van"}
            found.append(told | {COLUMNS[kind][0].name: theirs[one["id"]], "Phone": one["phone"].removeprefix("+1")})
    return found


def _told(what: str, key: tuple[int, int], tagged: set[tuple[int, int]], given: dict[tuple[int, int], str]) -> str:
    return ("x" if key in tagged else "") if what == "mark" else given.get(key, "")


async def _ids_there(kind: str, campaign: Campaign, ids: list[int]) -> dict[int, str]:
    """Contact -> its id in VAN or PDI."""
    if kind == PDI_UPLOAD:
        field = await CustomField.get_or_none(campaign=campaign, slug=PDI_ID)
        found = await FieldValue.filter(field=field, contact_id__in=ids) if field else []
        return {one.contact_id: one.value for one in found if one.value}
    text = f"SELECT id, van_id FROM contact WHERE {packed.among('id')} AND van_id <> '' ORDER BY id"
    return {one["id"]: one["van_id"] for one in await database.query(text, packed.values(ids))}
