"""The checklist of an action before it is published, publishing it, and archiving it (SPEC A7, A9, S10)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from webapp import clock
from webapp.database import transactional
from webapp.models import kept_counts
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import OWNER, Membership
from webapp.models.actions import audience
from webapp.models.actions.action import DRAFT, PRIVATE, PUBLIC, SCHEDULE, Action, ActionList
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import closing
from webapp.models.conversations.message import QUEUED, Message
from webapp.models.scripts import rendering, shortfalls
from webapp.rules import script_lint, variables
from webapp.rules.speech.sentences import counted, said, together


@dataclass(frozen=True)
class Check:
    """One line of the checklist. ``step``, ``script_id``: the page that fixes it. ``overrulable``: an owner may publish
    in spite of it, with a reason (A7)."""

    fine: bool
    sentence: str
    step: str = ""
    overrulable: bool = False
    script_id: int | None = None


@dataclass(frozen=True)
class Checklist:
    """All ``checks`` must be fine. ``warnings``: sentences; they don't stop publishing (A7)."""

    checks: list[Check]
    warnings: list[str]


async def checklist(action: Action) -> Checklist:
    campaign = await Campaign.get(id=action.campaign_id)
    known = await rendering.known_names(campaign)
    initial, response = await Script.of(action, INITIAL), await Script.of(action, RESPONSE)
    lists = await ActionList.filter(action=action).count()
    checks, warnings = _steps(lists, len(initial), len(response), campaign), list[str]()
    senders = await shortfalls.of_senders(campaign, *(script.body for script in [*initial, *response]))
    for title, script in _titled(initial, response):
        for check in nobody_has(senders, script.body):
            checks.append(replace(check, sentence=together(title, check.sentence, by=": ")))
        for check in await unfit(campaign, script.body):
            checks.append(replace(check, sentence=together(title, check.sentence, by=": ")))
        warnings += [together(title, sentence, by=": ") for sentence in some_lack(senders, script.body)]
        for finding in findings(script, known, campaign.name):
            sentence = together(title, finding.sentence, by=": ")
            if finding.level == "error":
                checks.append(Check(False, sentence, "scripts", finding.code == "no_opt_out", script.id))
            else:
                warnings.append(sentence)
    return Checklist(checks, warnings)


def _steps(lists: int, initial: int, response: int, campaign: Campaign) -> list[Check]:
    chosen = (
        counted("%(n)s contact list", "%(n)s contact lists", lists) if lists else said("No contact list is chosen.")
    )
    written = (
        counted("%(n)s initial script", "%(n)s initial scripts", initial)
        if initial
        else said("There is no initial script.")
    )
    green = said("Set-up check is green") if campaign.set_up else said("The set-up check is not green yet.")
    checks = [
        Check(bool(lists), chosen, "basic"),
        Check(bool(initial), written, "scripts"),
        Check(campaign.set_up, green, "setup"),
    ]
    if response:
        checks.append(Check(True, counted("%(n)s response script", "%(n)s response scripts", response)))
    return checks


def _titled(initial: list[Script], response: list[Script]) -> list[tuple[str, Script]]:
    """Each script with its title on the page."""
    lettered = [(said("Initial script %(letter)s", letter=script.letter), script) for script in initial]
    return [*lettered, *((script.name, script) for script in response)]


def findings(script: Script, known: set[str], campaign_name: str) -> list[script_lint.Finding]:
    """The script's picture and tags are loaded already."""
    return [
        *script_lint.lint(script.body, script.kind, known, campaign_name),
        *script_lint.picture(bool(script.picture and not script.picture.intact())),
        *script_lint.opts_out_supporters(script.name, script.opts_out),
    ]


def nobody_has(senders: dict[str, tuple[int, int]], body: str) -> list[Check]:
    """A failed check for each variable in the text that the campaign, or every user, has no value for. ``senders``: from
    `shortfalls.of_senders`."""
    names = [name for name in _named(body) if name in senders and senders[name][0] == senders[name][1]]
    return [
        Check(False, said("The campaign has no %(variable)s.", variable=variables.WORDS[name]), "info")
        if name in variables.CAMPAIGN
        else Check(False, said("No user has a %(variable)s.", variable=variables.WORDS[name]), "teams")
        for name in names
    ]


async def unfit(campaign: Campaign, body: str) -> list[Check]:
    """A failed check for each variable in the text whose words, set by the campaign, nobody may send (A7)."""
    return [
        Check(
            False,
            said(
                "The campaign's words for %(variable)s have a link shortener or braces.",
                variable=variables.WORDS.get(name, name),
            ),
            _page_of(name),
        )
        for name in await rendering.unfit(campaign, body)
    ]


def _page_of(name: str) -> str:
    """The page on which the campaign sets this variable's words: its own details, fallbacks of names, or defaults of
    fields."""
    if name in variables.CAMPAIGN:
        return "info"
    return "settings" if name in variables.BUILT_IN else "fields"


def some_lack(senders: dict[str, tuple[int, int]], body: str) -> list[str]:
    """A sentence for each variable in the text that some users have no value for."""
    found = [(name, *senders[name]) for name in _named(body) if name in senders]
    return [
        said(
            "%(lack)s of %(people)s users have no %(variable)s and can't send it.",
            lack=f"{lack:,}",
            people=f"{people:,}",
            variable=variables.WORDS[name],
        )
        for name, lack, people in found
        if lack < people
    ]


def _named(body: str) -> list[str]:
    return list(dict.fromkeys(variable.name for variable in variables.found(body)))


def may_publish(checks: list[Check], member: Membership, reason: str) -> bool:
    """True where all is fine, or only opt-out wording is missing and an owner gives a reason."""
    wrong = [check for check in checks if not check.fine]
    return not wrong or (all(check.overrulable for check in wrong) and overrules(member, reason))


def overrules(member: Membership, reason: str) -> bool:
    """A script without opt-out wording is let through for an owner who gives a reason (A7)."""
    return member.role == OWNER and bool(reason.strip())


@transactional
async def publish(action: Action, member: Membership, state: str, reason: str = "") -> bool:
    """``state``: PRIVATE or PUBLIC. False where a check fails."""
    if state not in (PRIVATE, PUBLIC):
        return False
    await Action.filter(id=action.id).select_for_update().get()  # a script saved at the same time is seen, or sees this
    await action.refresh_from_db(fields=["state", "published_at", "archived_at", "opt_out_overruled", *SCHEDULE])
    if action.archived_at:
        return False
    checked = await checklist(action)
    if not may_publish(checked.checks, member, reason):
        return False
    await publish_checked(action, member, state, reason, checked)
    return True


async def publish_checked(action: Action, member: Membership, state: str, reason: str, checked: Checklist) -> None:
    """Inside a transaction that has locked the action and read its checklist."""
    overruled = reason.strip() if any(not check.fine for check in checked.checks) else ""
    await action.publish(state, overruled)
    await audit.note(
        action.campaign,
        member.user,
        "action.published",
        {"action": action.id},
        action.title,
        state=state,
        overruled=overruled,
        warnings=checked.warnings,
    )


@transactional
async def send_to(action: Action, members: list[Membership], by: Membership) -> set[int] | None:
    """Shows the action to these users; a draft is published as private first. Returns the users who did not have it yet;
    None, and nothing is sent, where it is archived or the checklist refuses to publish it."""
    await Action.filter(id=action.id).select_for_update().get()  # somebody may publish or archive it at the same time
    await action.refresh_from_db(fields=["state", "published_at", "archived_at"])
    if action.archived_at:
        return None
    if action.state == DRAFT and not await publish(action, by, PRIVATE):
        return None
    return await action.send_to(members, by)


@transactional
async def archive(action: Action, by: Membership) -> None:
    """Ends the action. Queued first texts are cancelled; queued replies still leave."""
    action.archived_at = action.archived_at or clock.now()
    action.unschedule()
    await action.save(update_fields=["archived_at", *SCHEDULE])
    waiting = await Message.filter(action_id=action.id, kind=INITIAL, status=QUEUED)
    for contact_id in sorted({message.contact_id for message in waiting if message.contact_id}):
        await closing.cancel_queued(await Contact.locked(contact_id), action_id=action.id, kind=INITIAL)
    await audit.record(by, "action.archived", {"action": action.id}, action.title)


@dataclass(frozen=True)
class Archiving:
    """Effects of archiving an action: people not texted yet, first texts that are cancelled, and replies that still leave."""

    people: int
    cancelled: int
    leaving: int


async def archiving(action: Action) -> Archiving:
    queued = Message.filter(action_id=action.id, status=QUEUED)
    first = await queued.filter(kind=INITIAL).count()
    return Archiving((await kept_counts.totals(action.id))["remaining"], first, await queued.count() - first)


@transactional
async def restore(action: Action, by: Membership, reason: str = "") -> bool:
    """Uses an archived action again, in the state it had; its contacts can be texted again at once. False where a check
    fails, unless it is a draft (A7)."""
    stored = await Action.filter(id=action.id).select_for_update().get()
    checked = await checklist(action)
    if stored.state != DRAFT and not may_publish(checked.checks, by, reason):
        return False
    overruled = reason.strip() if any(not check.fine for check in checked.checks) else ""
    await Action.filter(id=action.id).update(archived_at=None, opt_out_overruled=overruled or stored.opt_out_overruled)
    await audience.changed(action.id)
    await audit.record(by, "action.restored", {"action": action.id}, action.title, overruled=overruled)
    return True
