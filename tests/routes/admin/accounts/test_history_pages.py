"""Each object's page ends with its own part of the audit log (SPEC B4)."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.cast.database.plans import statements, whole_tables
from tests.cast.site import OFFICE, PARTIAL, Browser, ids
from webapp.database import transaction
from webapp.models.accounts import audit
from webapp.models.accounts.audit import KINDS, AuditAbout, AuditEvent, Kind
from webapp.models.accounts.users import Membership
from webapp.models.opt_outs import by_staff
from webapp.models.reports import looking_up
from webapp.models.results import audit_log
from webapp.routes.admin.accounts.audit_words import ALL, ONE

# Kind, the name of its id in `ids`, and its page
PAGES: list[tuple[Kind, str, str]] = [
    ("action", "action_id", "actions/{action_id}"),
    ("action", "action_id", "actions/{action_id}/scripts"),
    ("script", "script_id", "actions/{action_id}/scripts?script={script_id}"),
    ("list", "list_id", "lists/{list_id}"),
    ("contact", "contact_id", "contacts/{contact_id}"),
    ("user", "member_id", "users/{member_id}"),
    ("user_list", "user_list_id", "user-lists/{user_list_id}"),
    ("opt_in", "opt_in_id", "opt-ins/{opt_in_id}"),
    ("import", "import_id", "imports/{import_id}"),
    ("export", "export_id", "exports/{export_id}"),
    ("bulk", "job_id", "bulk/{job_id}"),
    ("notice", "notice_id", "notices/{notice_id}"),
    ("tag", "tag_id", "settings/tags/{tag_id}"),
    ("field", "field_id", "settings/fields/{field_id}"),
    ("link", "link_id", "settings/links/{link_id}"),
    ("hook", "hook_id", "settings/webhooks/{hook_id}"),
    ("nightly", "nightly_id", "nightly-imports/{nightly_id}"),
    ("campaign", "campaign_id", "settings"),
    ("campaign", "campaign_id", "settings/info"),
    ("campaign", "campaign_id", "settings/log-in"),
]
# Kinds without a page each: one page has them all
TOGETHER: list[tuple[Kind, str]] = [
    ("number", "numbers"),
    ("api_token", "settings/api"),
    ("van", "van/key"),
    ("tag", "settings/tags"),
    ("field", "settings/fields"),
    ("link", "settings/links"),
]


def part(page: str) -> str:
    """The page's own part of the log; blank where it has none."""
    return page.partition('id="own-history"')[2].partition("</section>")[0]


async def noted(cast: Cast, kind: Kind, object_id: int, words: str, member: Membership | None = None) -> None:
    by = member or cast.gary
    await transaction(lambda: audit.note(by.campaign, by.user, "tag.changed", {kind: object_id}, words))


@pytest.mark.both
async def test_each_page_shows_its_own_entries_and_none_of_another_object_or_campaign(
    cast: Cast, browse: Browser, tmp_path: Path
) -> None:
    names = await ids(cast, tmp_path) | {"campaign_id": str(cast.meyer.id)}
    gary, wrong = await browse(cast.gary), []
    for n, (kind, of, path) in enumerate(PAGES):
        own = int(names[of])
        await noted(cast, kind, own, f"Own {n}!")
        await noted(cast, kind, own + 1_000, "Of another")
        await noted(cast, "schedule" if kind != "schedule" else "order", own, "Of another kind")
        await noted(cast, kind, own, "Of Ryan's", cast.jonah)
        page = (await gary.get(f"{OFFICE}/{path.format(**names)}")).text
        shown, link = part(page), f'href="{OFFICE}/audit?about={kind}:{own}"'
        if not (f"Own {n}!" in shown and "Gary Walsh" in shown and "changed the tag" in shown and link in shown):
            wrong.append((path, shown))
        wrong += [(path, words) for words in ("Of another", "Of Ryan") if words in page]
    assert wrong == []


@pytest.mark.both
async def test_kinds_without_a_page_each_are_shown_together(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    for n, (kind, path) in enumerate(TOGETHER):
        for words in (f"First {n}!", f"Second {n}!"):
            await noted(cast, kind, len(words), words)
        await noted(cast, kind, 6, "Of Ryan's", cast.jonah)
        shown = part((await gary.get(f"{OFFICE}/{path}")).text)
        assert f"First {n}!" in shown and f"Second {n}!" in shown and "Ryan" not in shown, path
        assert f'href="{OFFICE}/audit?about={kind}"' in shown


# Addresses of buttons, and the kind and the id of the entry each writes
PRESSED = [
    ("actions/{action_id}/pause", "action", "action_id"),
    ("lists/{list_id}/archive", "list", "list_id"),
    ("contacts/{contact_id}/opt-out", "contact", "contact_id"),
    ("users/{member_id}/suspension", "user", "member_id"),
    ("user-lists/{user_list_id}/archive", "user_list", "user_list_id"),
    ("settings/tags/{tag_id}/archive", "tag", "tag_id"),
    ("settings/fields/{field_id}/archive", "field", "field_id"),
    ("settings/links/{link_id}/archive", "link", "link_id"),
    ("numbers/{number_id}/pause", "number", "number_id"),
    ("nightly-imports/{nightly_id}/end", "nightly", "nightly_id"),
    ("invites/{invite_id}/end", "invite", "invite_id"),
    ("exports/schedules/{schedule_id}/end", "schedule", "schedule_id"),
    ("opt-ins/{opt_in_id}/opening/end", "opt_in", "opt_in_id"),
    ("stop", "campaign", "campaign_id"),
]


@pytest.mark.both
async def test_what_is_pressed_stores_what_it_is_about(cast: Cast, browse: Browser, tmp_path: Path) -> None:
    names = await ids(cast, tmp_path) | {"campaign_id": str(cast.meyer.id)}
    selina = await browse(cast.selina)
    for path, kind, of in PRESSED:
        before = (await AuditEvent.all().order_by("-id").first() or AuditEvent(id=0)).id
        await selina.post(f"{OFFICE}/{path.format(**names)}")
        rows = await AuditAbout.filter(event_id__gt=before)
        assert [(row.kind, row.object_id) for row in rows] == [(kind, int(names[of]))], path


async def test_a_page_shows_the_newest_five_and_no_log_ins(cast: Cast, browse: Browser) -> None:
    for n in range(7):
        await noted(cast, "user", cast.gary.id, f"Change {n}!")
    for _ in range(6):
        await transaction(lambda: audit.record(cast.gary, "user.logged_in", {"user": cast.gary.id}))
    shown = part((await (await browse(cast.selina)).get(f"{OFFICE}/users/{cast.gary.id}")).text)
    assert [n for n in range(7) if f"Change {n}!" in shown] == [2, 3, 4, 5, 6] and "logged in" not in shown


async def test_a_page_of_something_nobody_changed_has_no_such_part(cast: Cast, browse: Browser) -> None:
    assert part((await (await browse(cast.gary)).get(f"{OFFICE}/contacts/{cast.lisa.id}")).text) == ""


async def test_the_link_leads_to_every_entry_about_the_object_and_filters_on(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await noted(cast, "tag", 1, "One!")
    await noted(cast, "tag", 2, "Two!")
    await noted(cast, "number", 1, "Three!")
    page = (await gary.get(f"{OFFICE}/audit?about=tag:1")).text
    assert "One!" in page and "Two!" not in page and "Three!" not in page
    assert "Only entries about one tag." in page and '<input type="hidden" name="about" value="tag:1">' in page
    assert "Two!" not in (await gary.get(f"{OFFICE}/audit?about=tag:1&user=system")).text
    every = (await gary.get(f"{OFFICE}/audit?about=tag")).text
    assert "One!" in every and "Two!" in every and "Three!" not in every and "Only entries about tags." in every


@pytest.mark.parametrize("about", ["tag:x", "nothing:1", ":", "tag:-1", "tag:" + "9" * 30, "tag:1:2", "'"])
async def test_an_object_that_is_none_filters_nothing(cast: Cast, browse: Browser, about: str) -> None:
    await noted(cast, "tag", 1, "One!")
    answer = await (await browse(cast.gary)).get(f"{OFFICE}/audit", params={"about": about})
    assert answer.status_code == 200 and "One!" in answer.text and "Only entries" not in answer.text


async def test_the_export_names_the_objects(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: audit.record(cast.gary, "tag.changed", {"tag": 7, "action": [3, 4]}, "One!"))
    await noted(cast, "tag", 8, "Two!")
    file = (await (await browse(cast.selina)).get(f"{OFFICE}/audit.csv?about=tag:7")).text
    [row] = csv.DictReader(io.StringIO(file.lstrip("\ufeff")))
    assert row["about"] == "tag:7 action:3 action:4" and row["subject"] == "One!"


async def test_a_volunteer_sees_none_of_it(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(may_look_up=True))
    amy = await Membership.get(id=cast.amy.id).select_related("user", "campaign")
    await noted(cast, "contact", cast.lisa.id, "Secret!")
    assert await looking_up.look_up(amy, "Lisa")
    browser = await browse(cast.amy)
    seen = await browser.get(f"/c/meyer/look-ups/{cast.lisa.id}")
    assert seen.status_code == 200 and "Secret!" not in seen.text and "own-history" not in seen.text
    for path in ("contacts/{}", "audit?about=contact:{}"):
        assert (await browser.get(f"{OFFICE}/{path.format(cast.lisa.id)}")).status_code == 404


@pytest.mark.both
async def test_a_look_up_stands_on_the_page_of_each_contact_it_found(cast: Cast, browse: Browser) -> None:
    await looking_up.look_up(cast.gary, "Lisa")
    shown = part((await (await browse(cast.gary)).get(f"{OFFICE}/contacts/{cast.lisa.id}")).text)
    assert "looked up" in shown


async def test_an_opt_out_by_phone_stands_on_the_contact_s_page(cast: Cast) -> None:
    await by_staff.add(cast.lisa.phone, cast.gary)
    await by_staff.add("+14125559999", cast.gary)
    assert [(row.kind, row.object_id) for row in await AuditAbout.all()] == [("contact", cast.lisa.id)]


async def test_a_page_that_refreshes_itself_does_not_ask_for_it(cast: Cast, browse: Browser, tmp_path: Path) -> None:
    names = await ids(cast, tmp_path)
    gary = await browse(cast.gary)
    for path in ("exports/{export_id}", "bulk/{job_id}", "imports/{import_id}", "numbers"):
        with statements() as asked:
            await gary.get(f"{OFFICE}/{path.format(**names)}", headers=PARTIAL)
        assert not [text for text, _ in asked if "audit_about" in text], path


@pytest.mark.both
async def test_it_is_one_statement_by_an_index(cast: Cast) -> None:
    for n in range(8):
        await noted(cast, "tag", n % 2 + 1, f"{n}")
    for object_id in (0, 1):
        with statements() as asked:
            rows = await audit_log.newest(cast.meyer, "tag", object_id)
        assert len(rows) == (4 if object_id else 5) and len(asked) == 1
        assert [row.id for row in rows] == sorted((row.id for row in rows), reverse=True)


@pytest.mark.postgres
async def test_it_reads_no_whole_table(cast: Cast) -> None:
    await noted(cast, "tag", 1, "One!")
    for object_id in (0, 1):
        with statements() as asked:
            await audit_log.newest(cast.meyer, "tag", object_id)
        [(text, values)] = asked
        assert await whole_tables(text, values) == []


def test_each_kind_has_its_words() -> None:
    assert ONE.keys() == set(KINDS) and ALL.keys() == {kind for kind, _ in TOGETHER}
