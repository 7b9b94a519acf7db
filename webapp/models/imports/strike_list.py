"""One slice of an uploaded list of phones to opt out (SPEC C7). Which sheet is such a list: rules/contacts/words/flag_headers.py;
which of its rows count: contact_rows.py; that it goes first: importing.py (C1)."""

from __future__ import annotations

from collections import Counter

from webapp.models.imports.job import ContactImport
from webapp.models.imports.refused import refuse_rows
from webapp.models.opt_outs.many import opt_out_many
from webapp.models.opt_outs.opt_out import FROM_IMPORT
from webapp.reader.rows import Row


async def store_opt_outs(job: ContactImport, part: list[Row]) -> Counter[str]:
    """Inside the slice's transaction. ``created`` counts phones opted out now, ``opted_out`` those that were before."""
    phones = [phone for row in part if row.person for phone in (row.person.phone, *row.person.more)]
    once = list(dict.fromkeys(phones))
    new = await opt_out_many(job.campaign, once, FROM_IMPORT, job.user, job.file_name)
    return Counter(
        created=new, opted_out=len(once) - new, merged=len(phones) - len(once), refused=await refuse_rows(job, part)
    )
