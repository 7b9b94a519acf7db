"""Copies an action: what it is about, its lists, scripts, limits and report settings, and nobody's conversations (SPEC A9)."""

from __future__ import annotations

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.actions import report_settings
from webapp.models.actions.action import Action, ActionExclusion, ActionList
from webapp.models.actions.limits import ActionLimit
from webapp.models.actions.report_settings import ReportField, ReportTag
from webapp.models.actions.script import Script, ScriptTag, ScriptValue
from webapp.models.contacts.lists import ContactList

_KEPT = ("description", "instructions", "daily_cap", "language", "limited_by_place")


@transactional
async def copy(action: Action, by: Membership) -> Action:
    """A draft. Archived scripts stay behind, and so does an end date that has passed."""
    ends_on = action.ends_on if action.ends_on and not action.ended(clock.now()) else None
    made = await Action.create(
        campaign_id=action.campaign_id,
        title=f"{action.title[:150]} (copy)",
        ends_on=ends_on,
        created_at=clock.now(),
        **{name: getattr(action, name) for name in _KEPT},
    )
    await _copy_audience(action, made)
    await _copy_scripts(action, made)
    await _copy_report_settings(action, made)
    await audit.record(by, "action.copied", {"action": [action.id, made.id]}, action.title)
    return made


async def begin_another(action: Action, title: str, texts: ContactList) -> Action:
    """A draft that goes on from ``action``: its description, instructions, limits and report settings, for another list and
    without scripts. Inside a transaction."""
    made = await Action.create(
        campaign_id=action.campaign_id,
        title=title,
        created_at=clock.now(),
        **{name: getattr(action, name) for name in _KEPT},
    )
    await ActionList.create(action=made, contact_list=texts)
    await _copy_limits(action, made)
    await _copy_report_settings(action, made)
    return made


async def _copy_audience(action: Action, made: Action) -> None:
    lists = await ActionList.filter(action=action)
    await ActionList.bulk_create([ActionList(action=made, contact_list_id=row.contact_list_id) for row in lists])
    left_out = await ActionExclusion.filter(action=action)
    await ActionExclusion.bulk_create(
        [
            ActionExclusion(
                action=made,
                contact_list_id=row.contact_list_id,
                tag_id=row.tag_id,
                field_id=row.field_id,
                value=row.value,
            )
            for row in left_out
        ]
    )
    await _copy_limits(action, made)


async def _copy_limits(action: Action, made: Action) -> None:
    places = await ActionLimit.filter(action=action)
    await ActionLimit.bulk_create([ActionLimit(action=made, kind=row.kind, value=row.value) for row in places])


async def _copy_scripts(action: Action, made: Action) -> None:
    for script in await Script.filter(action=action, archived_at=None).order_by("position", "id"):
        twin = await Script.create(
            action=made,
            kind=script.kind,
            name=script.name,
            body=script.body,
            picture_id=script.picture_id,
            position=script.position,
        )
        tags = await ScriptTag.filter(script=script)
        await ScriptTag.bulk_create([ScriptTag(script=twin, tag_id=row.tag_id) for row in tags])
        values = await ScriptValue.filter(script=script)
        rows = [ScriptValue(script=twin, field_id=row.field_id, value=row.value) for row in values]
        await ScriptValue.bulk_create(rows)


async def _copy_report_settings(action: Action, made: Action) -> None:
    tags, asked = await report_settings.chosen_ids(action)
    await ReportTag.bulk_create([ReportTag(action=made, tag_id=n) for n in sorted(tags)])
    await ReportField.bulk_create([ReportField(action=made, field_id=n) for n in sorted(asked)])
