"""The numbers of View Results, counted in Python from what happened: texts, reports, people (SPEC R1 to R3).

A third reading of SPEC's words, beside what counts as things happen and the recount in SQL: it asks neither, and none of
the columns that exist for counting. Classes of errors are DOMAIN C6's table, copied.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tests.cast.histories.crowd import Crowd
from webapp.models.actions.script import Script
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ListMembership
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.links.links import LinkClick
from webapp.models.reports.report import Report

AS_SAFEGUARD, BY_CARRIER = {21610, 21614, 21635}, {30004, 30007, 30022, 30023, 30032, 30034}
KEYWORDS, QUESTIONS = {"stop"}, {"help", "info"}  # of what the crowd says
FIXABLE = {1307, 1315, 1316}  # forgotten once the script or the value is fixed
OLD_CARD = {1300, 1306}  # a tap on the old card of somebody who was texted or has left the list refuses no message
FINAL = {1301, 1302, 1305, 1306, 1307, 1308, 1310, 1315, 1316}  # X3: the others mean not now


@dataclass
class Told:
    """``boxes``: R2, by their names. ``by_user``: (user, name) -> number. ``codes``: of Twilio and the carriers. ``by_script``:
    (script, version) -> texts that Twilio took. ``started``, ``completed``: users. ``certain``, ``possible``: (conversation, code)
    that must be among the safeguards, and that may be: an old refusal of ours stays counted unless its cause was fixed."""

    boxes: Counter[str] = field(default_factory=Counter)
    by_user: Counter[tuple[int, str]] = field(default_factory=Counter)
    codes: Counter[int] = field(default_factory=Counter)
    by_script: Counter[tuple[int, int]] = field(default_factory=Counter)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    answered: Counter[int] = field(default_factory=Counter)
    started: set[int] = field(default_factory=set)
    completed: set[int] = field(default_factory=set)
    certain: set[tuple[int, int]] = field(default_factory=set)
    possible: set[tuple[int, int]] = field(default_factory=set)


def lost(text: Message) -> bool:
    """Twilio refused it, or took it and a carrier did not deliver it."""
    undelivered = text.status == "taken" and text.delivery in ("undelivered", "failed", "canceled")
    return text.direction == "out" and (text.status == "rejected" or undelivered)


def plain(text: Message) -> str:
    return text.body.strip().lower().strip(".!?")


async def count(crowd: Crowd, action_id: int) -> Told:
    told = Told(possible=set(crowd.turned_away[action_id]))
    texts, reports = defaultdict[int, list[Message]](list), defaultdict[int, list[Report]](list)
    for text in await Message.filter(action_id=action_id).order_by("id"):
        texts[text.conversation_id or 0].append(text)
        _count_text(told, text)
    for report in await Report.filter(action_id=action_id).order_by("id").select_related("conversation"):
        if report.conversation:
            reports[report.conversation.id].append(report)
    voters = ListMembership.filter(contact_list=crowd.cast.voters).select_related("contact")
    on_list = {row.contact.id for row in await voters}
    scripts = {script.id: script for script in await Script.filter(action_id=action_id)}
    for one in await Conversation.filter(action_id=action_id).select_related("contact"):
        _count_person(told, one, texts[one.id], reports[one.id], on_list, scripts)
        if one.contact_id in crowd.ever_blocked:
            told.possible.add((one.id, 1308))
    await _count_work(told, action_id)
    told.started = crowd.pressed_start[action_id]
    told.certain |= {pair for pair in crowd.turned_away[action_id] if pair[1] not in FIXABLE | OLD_CARD}
    told.possible |= told.certain
    return told


async def _count_work(told: Told, action_id: int) -> None:
    """R1: a finished bucket is a Perform, and completes the action for its user. Link clicks: by people, of texts of the action."""
    for bucket in await Bucket.filter(action_id=action_id):
        if bucket.finished_at:
            told.completed.add(bucket.user_id)
            told.boxes["performs"] += 1
            told.by_user[bucket.user_id, "performs"] += 1
    for opened in await LinkClick.filter(by="person"):
        text = await Message.get(id=opened.message_id)
        if text.action_id == action_id:
            told.boxes["link_clicks"] += 1


def _count_text(told: Told, text: Message) -> None:
    if text.direction == "in":
        told.boxes["responses"] += 1
        return
    user = text.user_id or 0
    if text.status == "taken":
        box = "initials" if text.kind == "initial" else "follow_ups"
        told.boxes[box] += 1
        told.by_user[user, box] += 1
        if text.script_id:
            told.by_script[text.script_id, text.script_version or 0] += 1
    if lost(text) and text.error_code:
        if text.error_code in AS_SAFEGUARD:
            told.certain.add((text.conversation_id or 0, text.error_code))
        else:
            box = "carrier_filtering" if text.error_code in BY_CARRIER else "twilio_errors"
            told.boxes[box] += 1
            told.codes[text.error_code] += 1
    if text.status == "refused" and text.error_code:
        told.certain.add((text.conversation_id or 0, text.error_code))


def _count_person(
    told: Told,
    one: Conversation,
    texts: list[Message],
    reports: list[Report],
    on_list: set[int],
    scripts: dict[int, Script],
) -> None:
    replies, holder = [text for text in texts if text.direction == "in"], one.user_id or 0
    if replies:
        told.boxes["replied"] += 1
    if replies and reports:
        told.boxes["reported"] += 1
    if reports:
        told.boxes["reports"] += 1
        told.by_user[reports[0].user_id, "reports"] += 1
        for tag in reports[-1].tags:
            told.answers["tag", tag] += 1
        for title in reports[-1].values_:
            told.answers["field", title] += 1
    if any(plain(text) in KEYWORDS for text in replies):
        told.boxes["opt_outs"] += 1
    if needs_attention(texts, reports, one.contact):
        told.boxes["needs_attention"] += 1
        told.by_user[holder, "needs_attention"] += 1
    first = next((text for text in texts if text.kind == "initial" and text.status in _LEFT), None)
    if first and first.script_id and any(plain(text) not in KEYWORDS | QUESTIONS for text in replies):
        told.answered[first.script_id] += 1
    _count_untexted(told, one, texts, one.contact_id in on_list, scripts)


_LEFT = ("queued", "sending", "unknown", "taken", "rejected", "dropped")


def needs_attention(texts: list[Message], reports: list[Report], contact: Contact) -> bool:
    """V5: the person wrote last: after our last text that is queued, sending, unknown or taken, and after the last report.
    Opting out ends it; HELP and INFO never start it."""
    asked = [text for text in texts if text.direction == "in" and plain(text) not in QUESTIONS]
    if not asked or contact.opted_out_at:
        return False
    under_way = ("queued", "sending", "unknown", "taken")
    answered = [t.id for t in texts if t.direction == "out" and t.status in under_way and not lost(t)]
    newest = asked[-1]
    return newest.id > max(answered, default=0) and not any(r.filed_at >= newest.created_at for r in reports)


def _count_untexted(
    told: Told, one: Conversation, texts: list[Message], on_list: bool, scripts: dict[int, Script]
) -> None:
    """Messages Remaining: not yet texted, and may be. Left out as landline, opted out or blocked: a safeguard each."""
    if any(text.kind == "initial" and text.status in _LEFT for text in texts):
        return
    contact = one.contact
    script = scripts.get(one.script_id or 0)
    unfilled = bool(script and "email" in script.body and not contact.email)
    why = {1302: contact.opted_out_at, 1308: contact.blocked_at, 1301: contact.landline_until}
    why_not = {code for code, since in why.items() if since} | ({1307} if unfilled else set())
    refused = {t.error_code for t in texts if t.kind == "initial" and t.status == "refused"} & FINAL
    told.possible |= {(one.id, code) for code in why_not}
    if not on_list:
        return
    if not why_not and not refused:
        told.boxes["remaining"] += 1
