"""The standing warnings with the number or the script they are about (SPEC R7)."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.models.carriers.delivery import lettered
from webapp.models.carriers.warning import CarrierWarning
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_in_forms.form import of_actions
from webapp.rules import phone
from webapp.rules.carriers import advice
from webapp.rules.speech.sentences import said

MOST = 20


@dataclass(frozen=True)
class Standing:
    """A warning; ``script`` and ``action`` where it is about a script, else ``number``. ``form_id``: of the opt-in form whose
    script it is."""

    warning: CarrierWarning
    number: PhoneNumber | None
    script: Script | None
    action: Action | None
    form_id: int | None

    @property
    def name(self) -> str:
        if self.number:
            return phone.national(self.number.e164)
        script = (
            said("script %(name)s", name=self.script.letter or self.script.name) if self.script else said("a script")
        )
        return said("%(script)s of “%(title)s”", script=script, title=self.action.title) if self.action else script

    @property
    def advice(self) -> str:
        subject = advice.NUMBER if self.warning.number_id else advice.FORM if self.form_id else advice.SCRIPT
        return advice.of(subject, self.warning.code)

    @property
    def page(self) -> str:
        """Below the office. A form's own action has no page."""
        return f"actions/{self.action.id}/carriers" if self.action and not self.action.of_opt_in else "carriers"


async def standing(campaign_id: int, action: Action | None = None) -> list[Standing]:
    """The newest first; of all, or of one action's scripts. One statement where there is none."""
    found = CarrierWarning.standing(campaign_id)
    rows = await (found.filter(action_id=action.id) if action else found).limit(MOST)
    if not rows:
        return []
    numbers = {one.id: one for one in await PhoneNumber.filter(id__in=[row.number_id for row in rows])}
    scripts = await lettered([row.script_id for row in rows])
    actions = {one.id: one for one in await Action.filter(id__in=[row.action_id for row in rows])}
    forms = await of_actions(actions.values())
    return [
        Standing(
            row,
            numbers.get(row.number_id),
            scripts.get(row.script_id),
            actions.get(row.action_id),
            forms.get(row.action_id),
        )
        for row in rows
    ]
