"""Every page about contacts, asked of PostgreSQL: no statement of it reads a large table from end to end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast import Cast
from tests.cast.database.plans import statements, whole_tables
from tests.cast.site import Browser, ids
from tests.cast.texting import says, texted
from webapp import database
from webapp.database import transaction

PAGES = [
    "",
    "contacts",
    "contacts?q=li&tag=1&state=PA",
    "contacts?action={action_id}&replied=yes",
    "contacts?sort=recent&assigned={user_id}",
    "contacts?field={field_id}&value=x&not_tag={tag_id}",
    "contacts/{contact_id}",
    "lists",
    "lists/{list_id}",
    "lists/new",
    "opt-outs",
    "opt-outs?q=412-555-0101",
    "imports/{import_id}",
    "imports/{import_id}/columns",
    "bulk/{job_id}",
    "contacts/bulk/new?kind=assign&scope=all",
    "user-lists",
    "user-lists/{user_list_id}",
    "settings/tags",
    "settings/fields",
    "settings/links",
    "numbers",
    "numbers/{number_id}/release",
    "actions/{action_id}",
    "actions/{action_id}/publication",
    "actions/{action_id}/sendings",
    "actions/{action_id}/scripts",
    "actions/{action_id}/cost",
    "actions/{action_id}/script-costs/{cost_id}",
    "users",
    "users?attention=yes&action={action_id}&step=not_seen&zip=152&list={user_list_id}&q=a",
    "users?attention=no&joined_since=2026-01-01",
    "users/{member_id}",
    "users/{member_id}/removal",
    "invites",
    "notices",
    "notices/{notice_id}",
    "notices/{notice_id}?show=failed",
    "districts",
    "operations",
    "carriers",
    "van",
    "van?show=sent",
    "van/key",
    "van/lists",
    "van/lists?find=gotv",
    "van/mapping",
    "settings/api",
    "settings/webhooks",
    "opt-outs/sharing",
    "nightly-imports",
    "nightly-imports?from=folder",
    "nightly-imports/{nightly_id}",
    "settings/webhooks/{hook_id}?show=taken",
    "actions/{action_id}/results/reports",
    "actions/{action_id}/results/performs",
    "actions/{action_id}/results/performs?user=3&before=99",
    "actions/{action_id}/results/reports?by=3&before=99",
    "contacts?action={action_id}&box=initials&sender=3",
    "contacts?action={action_id}&box=follow_ups&sender=3",
    "actions/{action_id}/results/reports?said=of%3Dtag%26name%3DWill%2BVote%26value%3D",
    "actions/{action_id}/results/reports?said=of%3Dfield%26name%3DNotes%26value%3D%25E2%2580%25A6&before=99",
    "contacts?action={action_id}&box=follow_ups",
    "contacts?action={action_id}&script=1&version=1",
    "actions/{action_id}/carriers",
    "actions/{action_id}/follow-up?people=of%3Dsilent",
    "actions/{action_id}/follow-up?people=of%3Dclicked",
    "unmatched",
    "search?q=li",
    "first-night",
    "library",
    "help",
]


@pytest.mark.postgres
async def test_no_statement_of_a_page_reads_a_whole_table(cast: Cast, browse: Browser, tmp_path: Path) -> None:
    # a table that was emptied by row counts as small, and PostgreSQL would rather hash all of it
    await transaction(lambda: database.rows("", "TRUNCATE field_value"))
    names = await ids(cast, tmp_path) | {"user_id": str(cast.amy.user_id)}
    await texted(cast)
    await says(cast, "yes")
    gary = await browse(cast.gary)
    wrong, plain = [], False
    for page in PAGES:
        with statements() as asked:
            assert (await gary.get(f"/c/meyer/admin/{page.format(**names)}")).status_code == 200, page
        seen = [(text, values) for text, values in asked if text.lstrip().upper().startswith(("SELECT", "WITH"))]
        assert len(seen) > 2, "the page asked the database"
        plain |= any("FROM twilio_event" in text for text, _ in seen)
        wrong += [(page, table, text[:200]) for text, values in seen for table in await whole_tables(text, values)]
    assert wrong == [] and plain, "plain SQL is looked at like the ORM's"
