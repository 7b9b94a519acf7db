"""The first rows of an upload as they will be stored; nothing is stored yet (SPEC C1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import reduce

from webapp.models.contacts.labels import Tag
from webapp.models.imports import counting, reading
from webapp.models.imports.job import CONTACTS, OPT_OUTS, ContactImport, Wishes
from webapp.reader.counted import Counted
from webapp.reader.shape import Shape
from webapp.rules import names
from webapp.rules.contacts import contact_columns, contact_rows
from webapp.rules.contacts.phones import phone_cell, phone_parts
from webapp.rules.speech.sentences import counted, said, together

Shown = contact_rows.Person | contact_rows.Refused


@dataclass(frozen=True)
class Preview:
    """``chosen``: by position, the field or slug each column goes to. ``rows``: as they will be stored, or refused.
    ``unclear``: why no rows can be shown. ``looks_like``: a sentence where only its cells told which column is the
    phone. ``recognized``: the number of columns that go somewhere. ``doubled``: a sentence where two columns go to one
    custom field. ``counted``: counts of the whole file, or of its first rows. ``flags``: columns that say whom not to
    text. ``partly``: in a strike list, such a column -> the number of rows it names, where these are not all.
    ``with_phones``: column read together with a phone -> the phone's header. ``noted``: column -> number of rows that
    only its notes refuse. ``refused``: reason -> number of rows, by the present choices. ``new_tags``: tag that does
    not exist -> number of rows. ``home``: headers of home phones that are not read. ``only_home``: there are no other
    phones."""

    chosen: list[str]
    rows: list[Shown]
    unclear: str
    recognized: int
    doubled: str = ""
    counted: Counted = field(default_factory=Counted)
    flags: tuple[int, ...] = ()
    partly: Mapping[int, int] = field(default_factory=dict)
    noted: Mapping[int, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    new_tags: Mapping[str, int] = field(default_factory=dict)
    home: tuple[str, ...] = ()
    only_home: bool = False
    looks_like: str = ""
    with_phones: Mapping[int, str] = field(default_factory=dict)

    @property
    def words_beside(self) -> int:
        return self.counted.beside.get("words_beside", 0)

    @property
    def words_against(self) -> int:
        return self.counted.beside.get("do_not_text_words", 0)

    @property
    def many_refused(self) -> int:
        return sum(self.refused.values())

    @property
    def creates_tags(self) -> bool:
        """Are unknown tags created unless somebody says otherwise? Not where there are many: another system may have
        made them."""
        return 0 < len(self.new_tags) <= FEW_TAGS


FEW_TAGS = 20
NEW = "new"  # a column that becomes a custom field of its own name


async def of(job: ContactImport, mapping: dict[str, str] | None = None, wishes: Wishes | None = None) -> Preview:
    """``mapping``: the columns chosen now, in place of the stored choice. A column that says whom not to text is shown
    as opting out, unless somebody chose otherwise."""
    shape = reading.shape_of(job)
    width = len(shape.header)
    found = await reading.columns_of(job, shape, mapping, contact_columns.OPT_OUT)
    columns = found.columns if isinstance(found, contact_columns.Unclear) else found
    columns = replace(columns, **asdict(wishes or job.wishes))
    by_hand = job.mapping if mapping is None else mapping
    chosen = [_target(columns, n) or by_hand.get(f"#{n}", "") for n in range(width)]
    seen = _of_columns(columns, shape.header, chosen)
    read = await counting.of(job, shape, columns)
    seen = replace(seen, counted=read, refused=read.refused(columns), noted=read.noted(columns))
    flagged = {n: read.flags.get(n, 0) for n in columns.flags}
    if job.kind == OPT_OUTS:
        seen = replace(seen, partly={n: rows for n, rows in flagged.items() if rows < read.rows})
    else:
        seen = replace(seen, flags=tuple(n for n, rows in flagged.items() if rows))
    seen = replace(seen, new_tags=await _new_tags(job.campaign_id, read.tags))
    if isinstance(found, contact_columns.Unclear):
        if like := _like_phones(job, shape, found) if not by_hand else []:
            looks_like = _looks_like(found, [shape.header[n][:80] or said("Column %(n)s", n=n + 1) for n in like])
            return replace(await of(job, {f"#{n}": "phone" for n in like}, wishes), looks_like=looks_like)
        seen = replace(seen, unclear=found.message)
        return replace(seen, rows=_rows(job, shape.sample, columns, width)) if columns.phones else seen
    new = {n: shape.header[n] for n in range(width) if by_hand.get(f"#{n}") == NEW}
    home = tuple(shape.header[n] for n in columns.home) if job.kind == CONTACTS else ()
    shown = replace(columns, custom={**columns.custom, **new})
    return replace(seen, rows=_rows(job, shape.sample, shown, width), home=home, only_home=columns.only_home)


def _of_columns(columns: contact_columns.Columns, header: Sequence[str], chosen: list[str]) -> Preview:
    together = phone_parts.read_with(columns.parts, columns.labels)
    with_phones = {n: header[phone] for n, phone in together.items() if not chosen[n]}
    recognized = sum(map(bool, chosen)) + len(with_phones)
    return Preview(chosen, [], "", recognized, _doubled(header, chosen, columns), with_phones=with_phones)


def _like_phones(job: ContactImport, shape: Shape, found: contact_columns.Unclear) -> list[int]:
    """Columns whose first cells are phones. In a list of contacts somebody has to choose between two such columns."""
    if found.code != "no_phone_column":
        return []
    cells = [[row[n] for row in shape.sample if n < len(row)] for n in range(len(shape.header))]
    like = [n for n, column in enumerate(cells) if phone_cell.are_phones(column)]
    return like if job.kind == OPT_OUTS or len(like) == 1 else []


def _looks_like(found: contact_columns.Unclear, names: list[str]) -> str:
    quoted = [together("“", name, "”", by="") for name in names]
    named = reduce(lambda first, other: said("%(first)s and %(other)s", first=first, other=other), quoted)
    look = counted(
        "%(named)s looks like the phone: check the first rows below.",
        "%(named)s look like the phone: check the first rows below.",
        len(names),
        named=named,
    )
    return together(found.why, look)


def _rows(
    job: ContactImport, sample: Sequence[Sequence[str]], columns: contact_columns.Columns, width: int
) -> list[Shown]:
    found: list[Shown] = []
    for row in sample:
        if not any(cell.strip() for cell in row):
            continue
        if job.kind == OPT_OUTS:
            found += [read for read in contact_rows.read_phones(row, columns) if read]
        else:
            found.append(contact_rows.read(list(row), columns, width))
    return found


async def unknown_tags(job: ContactImport, mapping: Mapping[str, str]) -> list[str]:
    """The tags of the file that the campaign does not have."""
    return list((await of(job, dict(mapping))).new_tags)


async def with_home(job: ContactImport, mapping: Mapping[str, str]) -> dict[str, str]:
    """``mapping``, with the home phones that are not read added as phones."""
    found = await reading.columns_of(job, reading.shape_of(job), dict(mapping))
    if isinstance(found, contact_columns.Unclear):
        return dict(mapping)
    return {**mapping, **{f"#{n}": "phone" for n in (*found.phones, *found.home)}}


async def _new_tags(campaign_id: int, tags: Mapping[str, int]) -> dict[str, int]:
    """Those that do not exist, the most frequent first."""
    if not tags:
        return {}
    there = {names.key(tag.name) for tag in await Tag.filter(campaign_id=campaign_id, archived_at=None)}
    new = {name: n for name, n in tags.items() if names.key(name) not in there}
    return dict(sorted(new.items(), key=lambda pair: (-pair[1], pair[0])))


def _target(columns: contact_columns.Columns, n: int) -> str:
    return columns.fields.get(n) or columns.custom.get(n) or columns.flags.get(n, "")


def _doubled(header: Sequence[str], chosen: Sequence[str], columns: contact_columns.Columns) -> str:
    for n, target in enumerate(chosen):
        if target in columns.custom.values() and target in chosen[:n]:
            first = header[list(chosen).index(target)]
            return said(
                "Two columns go to %(field)s: %(first)s and %(second)s. Keep one of them.",
                field=target.replace("_", " "),
                first=first,
                second=header[n],
            )
    return ""
