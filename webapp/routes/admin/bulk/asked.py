"""Reads the form of a bulk job: the contacts, and by its kind the things to do with them (SPEC C5, G2)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from webapp import words
from webapp.access import finding
from webapp.http.forms import Form
from webapp.models.accounts.teams import Team, UserList
from webapp.models.accounts.users import Membership, who_may_text
from webapp.models.assignments import assigning
from webapp.models.bulk.job import ASSIGN, FIELD, LIST, OPT_OUT, TAG, UNLIST, UNTAG, BulkJob
from webapp.models.contacts import search
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.routes.admin.contacts import filter_words
from webapp.routes.failures import FilterNotUnderstood
from webapp.rules.contacts import contact_filter
from webapp.rules.contacts.contact_filter import Filter

MOST_TICKED = 1_000
PERMANENT = (OPT_OUT, FIELD)  # can't be undone, so the form asks twice
Asked = tuple[dict[str, Any], str]  # a job's ``what`` and its subject


async def chosen(member: Membership, form: Form) -> Filter | list[int]:
    """Ticked contacts of this campaign, or the filter where all of its contacts were asked for. Refused where a part of it makes
    no sense."""
    if form.data.get("scope") == "all":
        wanted = contact_filter.read(form.data)
        if contact_filter.left_out(form.data, wanted.asked(), filter_words.labels()):
            raise FilterNotUnderstood
        return wanted
    ticked = [int(n) for n in form.every("contacts") if n.isdecimal() and len(n) < 16]
    return await search.own(member.campaign, ticked[:MOST_TICKED])


def check_export(member: Membership, form: Form, which: Filter | list[int]) -> None:
    if not member.exports:
        form.wrong("kind", words.gettext("You are not allowed to export. An owner can give you that right."))
    if which == []:
        form.wrong("kind", words.gettext("Select a contact first. No file was begun."))


async def holders(member: Membership) -> list[tuple[str, list[tuple[str, str]]]]:
    """Users, user lists and teams that contacts can be assigned to: (kind, [(value, words)])."""
    own = {"campaign_id": member.campaign_id}
    people = Membership.filter(**own, suspended_at=None).exclude(approved_at=None).select_related("user")
    teams = await Team.filter(**own, archived_at=None).order_by("name")
    of_teams = {team.user_list_id for team in teams}
    lists = [r for r in await UserList.filter(**own, archived_at=None).order_by("name") if r.id not in of_teams]
    return [
        (
            words.gettext("Users"),
            [(f"user:{m.user_id}", m.user.name) for m in await people.order_by("user__first_name").limit(1_000)],
        ),
        (words.gettext("User lists"), [(f"list:{r.id}", r.name) for r in lists]),
        (words.gettext("Teams"), [(f"list:{team.user_list_id}", team.name) for team in teams]),
    ]


def check(form: Form, which: Filter | list[int], kind: str) -> None:
    if which == []:
        form.wrong("kind", words.gettext("Select a contact first. Nothing was changed."))
    if kind in PERMANENT and not form.ticked("sure"):
        form.wrong("sure", words.gettext("This can't be undone. Tick that you are sure, then press once more."))


async def assigned_to(member: Membership, form: Form) -> Asked:
    """Users, action and mode of an assignment; its subject is the user's or the list's name."""
    users, name = await _users(member, form)
    if form and not users:
        form.wrong("to", words.gettext("Nobody you chose can text. Choose someone who is approved and not suspended."))
    actions = await assigning.actions_of(member.campaign_id)
    action, mode = 0, assigning.ALL
    if form.data.get("do_action"):
        action = int(form.choice("do_action", words.gettext("Action"), [0, *actions]))
    if form.data.get("mode"):
        mode = form.choice("mode", words.gettext("Which conversations"), assigning.MODES)
    return {"users": users, "action": action, "mode": mode}, name


def kept_out(job: BulkJob) -> str:
    """Why an assignment of one contact moved nothing."""
    return " ".join(
        words.gettext("%(names)s is outside the limits of “%(title)s”. Nothing was moved.", names=names, title=title)
        for title, names in job.what.get("outside", [])
    )


async def _users(member: Membership, form: Form) -> tuple[list[int], str]:
    """The users chosen who may text, and the name of the user or list chosen."""
    kind, _, number = form.text("to", words.gettext("To whom"), 40, required=True).partition(":")
    chosen_id = finding.small_id(int(number)) if number.isdecimal() else 0
    if kind == "list":
        user_list = await UserList.filter(id=chosen_id, campaign_id=member.campaign_id).first()
        members = await user_list.members() if user_list else []
        return await who_may_text(member.campaign_id, [m.user_id for m in members]), user_list.name if user_list else ""
    users = await who_may_text(member.campaign_id, [chosen_id] if kind == "user" else [])
    if not users:
        return [], ""
    one = await Membership.get(user_id=users[0], campaign_id=member.campaign_id).select_related("user")
    return users, one.user.name


async def _tag(member: Membership, form: Form) -> Asked:
    tags = {str(t.id): t for t in await Tag.filter(campaign_id=member.campaign_id, archived_at=None)}
    tag = tags.get(form.choice("do_tag", words.gettext("Tag"), tags))
    if tag and tag.opts_out and form.data.get("kind") == UNTAG:
        form.wrong("do_tag", words.gettext("An opt-out is permanent: the Opt Out tag can't be removed."))
    return {"tag": tag.id if tag else 0}, tag.name if tag else ""


async def _field(member: Membership, form: Form) -> Asked:
    """``do_field``: the field's id, and for one of its choices "=" and the choice."""
    fields = {str(f.id): f for f in await CustomField.filter(campaign_id=member.campaign_id, archived_at=None)}
    typed, chosen, choice = form.text("do_field", words.gettext("Field"), 300).partition("=")
    field, clear = fields.get(typed), form.ticked("do_clear")
    value = choice if chosen else form.text("do_value", words.gettext("Value"), 5_000)
    if field is None:
        form.wrong("do_field", words.gettext("Field: choose one of the options."))
    if not chosen and bool(value) == clear:
        form.wrong("do_value", words.gettext("Type the value, or choose to remove it."))
    if clear:
        value = ""
    if field and not field.accepts(value):
        form.wrong("do_value", words.gettext("Choose one of: %(choices)s", choices=", ".join(field.choices)))
    return {"field": field.id if field else 0, "value": value}, f"{field.title}: {value or '-'}" if field else ""


async def _list(member: Membership, form: Form) -> Asked:
    """An existing list, or the name of a new one, which is created with the job."""
    lists = {str(r.id): r for r in await ContactList.filter(campaign_id=member.campaign_id, archived_at=None)}
    new = form.text("new_list", words.gettext("New list"), 120)
    if new and form.data.get("kind") == LIST:
        return {"new_list": new, "name": new}, new
    row = lists.get(form.choice("to_list", words.gettext("List"), lists))
    return {"list": row.id if row else 0, "name": row.name if row else ""}, row.name if row else ""


async def _nothing_more(member: Membership, form: Form) -> Asked:
    return {}, ""


ASKED: dict[str, Callable[[Membership, Form], Awaitable[Asked]]] = {
    ASSIGN: assigned_to,
    TAG: _tag,
    UNTAG: _tag,
    FIELD: _field,
    LIST: _list,
    UNLIST: _list,
    OPT_OUT: _nothing_more,
}
