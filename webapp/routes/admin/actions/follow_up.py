"""Start a follow-up action from these results: asks which people, says how many, and does it in one step (SPEC R6)."""

from __future__ import annotations

import uuid
from collections import Counter

from litestar import Request, Response, get, post

from webapp import queue, words
from webapp.access import finding
from webapp.http import forms, pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models import kept_counts
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.bulk import follow_up, people_of
from webapp.models.bulk.follow_up import NameTaken
from webapp.models.bulk.job import BulkJob
from webapp.models.kept_counts import FREE, TAG
from webapp.models.results import results
from webapp.rules import errors
from webapp.rules.results import people_behind
from webapp.rules.results.people_behind import People
from webapp.rules.speech.sentences import said, together

Choice = tuple[People, str, int]  # the people, in words, and how many conversations or texts the results count
PLAIN = said("Texts")
COUNTED = 500  # people the form looks at one by one; of more it says what the results count


@get("/actions/{action_id:int}/follow-up")
async def ask(request: Request, member: Membership, action_id: int) -> Response:
    """The form. ``people`` in the address: those chosen, who are counted."""
    action = await finding.action_of(member, action_id)
    return await _ask(request, action, Form(request.query_params))


async def _ask(request: Request, action: Action, form: Form, status: int = 200) -> Response:
    chosen = people_behind.read(str(form.data.get("people") or ""))
    offered = await _offered(action)
    return page(
        request,
        "admin/bulk/follow_up.html",
        "admin/bulk/_follow_up.html",
        status_code=status,
        action=action,
        form=form,
        offered=offered,
        chosen=chosen,
        in_words=_words(offered, chosen),
        number=next((n for _, choices in offered for one, _, n in choices if one == chosen), 0),
        counted=await people_of.counted(action, chosen, COUNTED) if chosen else None,
        client_id=forms.uuid_of(str(form.data.get("client_id", ""))) or uuid.uuid4(),
    )


@post("/actions/{action_id:int}/follow-up")
async def start(request: Request, member: Membership, action_id: int) -> Response:
    action, form = await finding.action_of(member, action_id), Form(await request.form())
    job = await _started(member, action, form)
    if job is None:
        return await _ask(request, action, form, 422)
    await queue.run_bulk(job.id)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/bulk/{job.id}")


async def _started(member: Membership, action: Action, form: Form) -> BulkJob | None:
    """None where the form is wrong, which says why."""
    chosen = people_behind.read(str(form.data.get("people") or ""))
    client_id = forms.uuid_of(str(form.data.get("client_id")))
    name = form.text("name", words.gettext("Name"), 120, required=True)
    if chosen is None or client_id is None:
        form.wrong("people", words.gettext("Choose which people. Nothing was begun."))
        return None
    if not form:
        return None
    about = f"{_words(await _offered(action), chosen)}: {action.title}"
    job = await follow_up.start(action, chosen, about, name, member, client_id)
    if isinstance(job, NameTaken):
        form.wrong("name", words.gettext("Another contact list has this name. Choose another."))
        return None
    return job


@post("/follow-ups/{job_id:int}/end")
async def undo(request: Request, member: Membership, job_id: int) -> Response:
    """Archives the draft and its list; a draft that was published meanwhile has its own page for that."""
    job = await finding.bulk_job_of(member, job_id)
    done = await follow_up.undo(job, member)
    draft = job.what.get("draft")
    where = "actions?show=archived" if done else f"actions/{draft}/archive" if draft else f"bulk/{job.id}"
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/{where}")


def _words(offered: list[tuple[str, list[Choice]]], chosen: People | None) -> str:
    """As the form names them; their key where the results don't count them any more."""
    for name, choices in offered:
        for one, shown, _ in choices:
            if one == chosen:
                return shown if name == PLAIN else together(name, shown, by=": ")
    return f"{chosen.name} {chosen.value}".strip() if chosen else ""


async def _offered(action: Action) -> list[tuple[str, list[Choice]]]:
    """The choices: the numbers of the results that are not 0, from the kept counts."""
    counted = await kept_counts.totals(action.id)
    answers = await kept_counts.of_answers(action.id)
    scripts = await results.scripts(action)
    found: list[tuple[str, list[Choice]]] = [
        (PLAIN, _plain(counted)),
        (said("Tags"), [(People("tag", name), name, n) for kind, name, _, n in answers if kind == TAG]),
        (said("Answers"), [_answer(name, value, n) for kind, name, value, n in answers if kind != TAG]),
        (
            said("Got the script"),
            [
                (People("script", "", str(used.script.id)), used.script.letter or used.script.name, used.sent)
                for used in scripts
                if used.sent
            ],
        ),
        (said("Errors"), _errors(await kept_counts.of_codes(action.id))),
    ]
    return [(name, choices) for name, choices in found if choices]


def _answer(name: str, value: str, n: int) -> Choice:
    return People("field", name, value), together(name, said("typed freely") if value == FREE else value, by=": "), n


def _plain(counted: Counter[str]) -> list[Choice]:
    texted, replied = counted["initials"], counted["replied"]
    every: list[Choice] = [
        (People("texted"), said("Texted"), texted),
        (People("silent"), said("Texted, and have not replied"), max(0, texted - replied)),
        (People("replied"), said("Replied"), replied),
        (People("unreported"), said("Replied, and no report is filed"), max(0, replied - counted["reported"])),
        (People("attention"), said("Needs Attention"), counted["needs_attention"]),
        (People("clicked"), said("Link Clicks"), counted["link_clicks"]),
    ]
    return [choice for choice in every if choice[2]]


def _errors(codes: list[tuple[int, int]]) -> list[Choice]:
    """Each class with its sum, then each code."""
    classes = (
        ("carrier", said("Carrier Filtering")),
        ("twilio", said("Twilio Errors")),
        ("safeguard", said("Safeguards")),
    )
    found: list[Choice] = []
    for kind, shown in classes:
        if number := sum(n for code, n in codes if errors.explain(code).kind == kind):
            found.append((People("error", "", kind), shown, number))
    return found + [
        (People("code", "", str(code)), together(str(code), errors.explain(code).meaning), n) for code, n in codes
    ]


HANDLERS = [ask, start, undo]
