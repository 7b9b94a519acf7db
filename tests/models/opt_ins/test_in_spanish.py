"""An opt-in form's texts in the language its page was read in (SPEC B2)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from tests.cast.opt_ins import leave, make_form, ours, texts_back, work
from tests.cast.opt_ins import signs_up_in as signs_up
from webapp.models.actions.script import Script
from webapp.models.opt_in_forms.form import OptInForm
from webapp.models.opt_in_forms.sign_up import SignUp
from webapp.models.opt_ins import editing

pytestmark = pytest.mark.both
ASKS_ES = "Hola ##{{first_name}}, gracias por unirte a ##{{opt_in_form.title}}. Responde SÍ, o STOP para salir."
THANKS_ES = "¡Ya estás, ##{{first_name}}! Invita: ##{{contact_referral_link}}"
SPANISH = {"title_es": "Equipo Meyer", "consent_es": "Acepto recibir mensajes. STOP para salir."}


async def with_texts(cast: Cast, **changes: Any) -> OptInForm:
    words: dict[str, Any] = {**SPANISH, "initial_es": ASKS_ES, "follow_up_es": THANKS_ES, **changes}
    return await make_form(cast, **words)


async def both_texts(cast: Cast, form: OptInForm, language: str) -> list[str]:
    await signs_up(form, language)
    await work()
    await leave(cast.number)
    await texts_back(cast, "Sí")
    await work()
    await leave(cast.number)
    return await ours()


async def test_who_signs_up_in_spanish_gets_both_texts_in_spanish(cast: Cast) -> None:
    asked, thanks = await both_texts(cast, await with_texts(cast), "es")
    assert asked.startswith("Hola friend, gracias por unirte a Equipo Meyer. Responde SÍ")
    assert thanks.startswith("¡Ya estás, Mina! Invita: http") and (await SignUp.get()).confirmed_at


async def test_who_signs_up_in_english_gets_both_in_english(cast: Cast) -> None:
    asked, thanks = await both_texts(cast, await with_texts(cast), "en")
    assert asked.startswith("Hi friend, thanks for joining Team Meyer.") and thanks.startswith("You are in, Mina!")


async def test_without_spanish_texts_the_first_ones_are_sent(cast: Cast) -> None:
    asked, thanks = await both_texts(cast, await with_texts(cast, initial_es="", follow_up_es=""), "es")
    assert asked.startswith("Hi friend, thanks for joining Team Meyer.") and thanks.startswith("You are in, Mina!")


async def test_the_newest_press_before_the_yes_decides_the_language(cast: Cast) -> None:
    form = await with_texts(cast)
    await signs_up(form, "en")
    await signs_up(form, "es")
    await work()
    [asked] = await leave(cast.number)
    assert asked.body.startswith("Hola")


async def test_a_spanish_script_is_checked_like_the_first(cast: Cast) -> None:
    form = await make_form(cast, is_open=False, initial_es="Hola, STOP para salir, Meyer for Senate.")
    found = await editing.open_form(form, cast.gary)
    assert "Initial script in Spanish: it does not ask for a YES." in found


async def test_a_spanish_script_taken_away_falls_back_to_the_first(cast: Cast) -> None:
    form = await with_texts(cast)
    script = await form.own_script("initial", "es")
    assert script
    await script.archive()
    found = await form.script("initial", "es")
    assert found and found.language == "" and await Script.filter(action_id=form.action_id).count() == 4
