"""Columns named by hand in the shell: --map COLUMN=FIELD and --opt-out-column (SPEC C1)."""

from __future__ import annotations

from webapp.database import transactional
from webapp.models.contacts.labels import CustomField
from webapp.models.imports import preview, reading
from webapp.models.imports.job import ContactImport
from webapp.reader.file_error import FileError
from webapp.reader.shape import Shape
from webapp.rules import phone
from webapp.rules.contacts import contact_columns

_FIELDS = (*contact_columns.FIELDS, contact_columns.OPT_OUT, contact_columns.REFUSE)


def opted_out_by(columns: list[str]) -> dict[str, str]:
    return dict.fromkeys(columns, contact_columns.OPT_OUT)


async def check(job: ContactImport, home_phones: bool = False) -> str:
    """The fault in the choices, in a sentence, or ""; asked before a row is stored. If the file can't be read, that is
    reported when it is taken in."""
    try:
        shape = await reading.survey(job)
    except (FileError, FileNotFoundError):
        return ""
    return await _check(job, shape, home_phones)


@transactional
async def _check(job: ContactImport, shape: Shape, home_phones: bool) -> str:
    """The errors in the columns and fields of ``job.mapping``, in a sentence; "" where all of them exist. Custom
    fields may be named by title or as custom_field_<slug>. ``home_phones``: home phones are phones too."""
    if not job.sheet_name and shape.strike_lists:
        beside = ", ".join(sheet.name[:80] for sheet in shape.strike_lists)
        return (
            f"Beside the list stands a sheet of people who are not to be texted: {beside}. Upload it on Opt-outs first, then"
            f' say --sheet "{shape.sheet[:80]}".'
        )
    if unknown := [name for name in job.mapping if not contact_columns.is_column(shape.header, name)]:
        return f"The file has no column {', '.join(unknown)}. It has: {', '.join(_names(shape))}."
    customs = await CustomField.filter(campaign_id=job.campaign_id, archived_at=None)
    slugs = {known: one.slug for one in customs for known in contact_columns.names_of_field(one.slug, one.title)}
    wrong = [
        target for target in job.mapping.values() if target and target not in _FIELDS and _plain(target) not in slugs
    ]
    if wrong:
        fields = ", ".join([*contact_columns.FIELDS, *(one.slug for one in customs), *_FIELDS[-2:]])
        return f"There is no field {', '.join(wrong)}. There are: {fields}."
    job.mapping = {
        name: target if not target or target in _FIELDS else slugs[_plain(target)]
        for name, target in job.mapping.items()
    }
    if home_phones:
        job.mapping = await preview.with_home(job, job.mapping)
    await job.save(update_fields=["mapping"])
    return ""


def hint(job: ContactImport) -> str:
    """How --map names the columns of this file."""
    shape = reading.shape_of(job)
    if not shape.headless:
        return f'Name it, as in --map "{_names(shape)[0]}=phone". The columns are: {", ".join(_names(shape))}.'
    row = shape.sample[0]
    place = next((n for n, cell in enumerate(row) if isinstance(phone.parse(cell[:64]), phone.Phone)), 0)
    first = ", ".join(f"{name}: {cell[:30]}" for name, cell in zip(shape.header, row, strict=False) if cell)
    return f'Name the columns by their place, as in --map "{shape.header[place]}=phone". The first row is {first}.'


def _names(shape: Shape) -> list[str]:
    """The columns' names. A column without a header is named by its place, and so is the second of two with one
    name."""
    return [name if name and name not in shape.header[:n] else f"Column {n + 1}" for n, name in enumerate(shape.header)]


def _plain(target: str) -> str:
    return contact_columns.slug(target)
