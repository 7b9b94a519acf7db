"""The values of the variables that only an opt-in form's own scripts have (SPEC section 4)."""

from __future__ import annotations

from webapp.models.opt_in_forms.form import OptInForm, shown
from webapp.models.opt_in_forms.sign_up import LENGTH, SignUp, referral_link

SAMPLE = "x" * LENGTH  # as long as a real token, for the preview of somebody who did not sign up


async def of(action_id: int, contact_id: int, language: str) -> dict[str, str | None]:
    """Canonical name -> value; empty where the action is no form's. ``action_id``, ``language``: of the script."""
    form = await OptInForm.get_or_none(action_id=action_id)
    if form is None:
        return {}
    row = await SignUp.get_or_none(form=form, contact_id=contact_id)
    words = shown(form, language)
    return {
        "opt_in_form.title": words.title,
        "opt_in_form.subtitle": words.subtitle,
        "contact_referral_link": referral_link(row.token if row else SAMPLE),
    }
