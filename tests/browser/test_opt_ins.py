"""An opt-in form's whole way on a phone, in both languages: made, shared, filled in without JavaScript, confirmed by text, passed on
to a friend, and the tree of it (SPEC B2)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.cast.opt_ins import ASKS, CONSENT, THANKS
from tests.cast.pages.browsing import WIDE, OpenPage, answer_as, log_in, look_at
from tests.cast.waiting import until
from tests.faults.bank import Bank

pytestmark = [pytest.mark.xdist_group("browser-opt-ins"), pytest.mark.timeout(240)]
FORM = "/o/meyer/team-meyer"
ASKS_ES = "Hola ##{{first_name}}, gracias por unirte a ##{{opt_in_form.title}}. Responde SÍ, o STOP para salir."
THANKS_ES = "¡Ya estás, ##{{first_name}}! Invita: ##{{contact_referral_link}}"


async def make_form(office: Page) -> None:
    await log_in(office, "selina@example.org")
    await office.goto("/c/meyer/admin/opt-ins/new")
    for label, value in (
        ("Title", "Team Meyer"),
        ("Subtitle", "Texts that matter, a few a week."),
        ("Consent wording", CONSENT),
        ("How to reach a person", "Call (412) 555-0100."),
        ("Initial script", ASKS),
        ("Follow-up script", THANKS),
    ):
        await office.get_by_label(label, exact=True).fill(value)
    await office.get_by_text("In Spanish", exact=True).click()
    await office.get_by_label("Title in Spanish", exact=True).fill("Equipo Meyer")
    await office.get_by_label("Consent wording in Spanish").fill("Acepto recibir mensajes de Meyer for Senate.")
    await office.get_by_text("The texts in Spanish", exact=True).click()
    await office.get_by_label("Initial script in Spanish").fill(ASKS_ES)
    await office.get_by_label("Follow-up script in Spanish").fill(THANKS_ES)
    await office.get_by_role("button", name="Save").click()
    await expect(office.get_by_text("Saved.")).to_be_visible()
    await office.get_by_role("button", name="Open the form").click()
    await expect(office.get_by_label("For a script")).to_have_value("##{{'team-meyer'|trackable}}")


async def fill_in(page: Page, name: str, phone: str, button: str) -> None:
    await page.locator("#first_name").fill(name)
    await page.locator("#phone").fill(phone)
    await page.locator("#zip").fill("15213")
    await page.locator("#agree").check()
    await page.get_by_role("button", name=button).click()


async def text_to(bank: Bank, phone: str, words: str) -> dict[str, Any]:
    async def found() -> dict[str, Any] | None:
        texts = [text for text in await bank.sent() if text["to"] == phone and words in text["body"]]
        return texts[-1] if texts else None

    text: dict[str, Any] = await until(found, 60)
    return text


async def test_from_the_share_link_to_the_tree_on_a_phone(bank: Bank, open_page: OpenPage) -> None:
    office = await open_page(viewport=WIDE)
    await make_form(office)

    mina = await open_page(java_script_enabled=False)
    await mina.goto(FORM)
    await fill_in(mina, "Mina", "412-555-0131", "Sign up for texts")
    await expect(mina.get_by_role("heading", name="Look at your phone")).to_be_visible()
    asked = await text_to(bank, "+14125550131", "Reply YES")
    assert asked["body"].startswith("Hi friend, thanks for joining Team Meyer.")
    await answer_as(bank, asked, "Yes")
    thanks = await text_to(bank, "+14125550131", "Bring a friend")
    link = re.search(r"https?://\S+/r/\w{8}", thanks["body"])
    assert link

    nora = await open_page(locale="es-US", java_script_enabled=False)
    await nora.goto(link[0])
    await expect(nora.get_by_role("heading", name="Equipo Meyer")).to_be_visible()
    await expect(nora.get_by_text("Acepto recibir mensajes de Meyer for Senate.")).to_be_visible()
    await fill_in(nora, "Nora", "412-555-0132", "Inscribirme")
    await expect(nora.get_by_role("heading", name="Mira tu teléfono")).to_be_visible()
    await answer_as(bank, await text_to(bank, "+14125550132", "gracias por unirte a Equipo Meyer"), "Sí")
    await text_to(bank, "+14125550132", "¡Ya estás, Nora!")

    await office.get_by_role("link", name="Referrals").click()
    row = office.get_by_role("row", name="Mina")
    await expect(row).to_contain_text(re.compile(r"Yes\s+1\s+1\s+1"))
    await row.get_by_role("link", name="Mina").click()
    await expect(office.get_by_role("row", name="Nora")).to_be_visible()

    here = office.url.split("/people")[0].removeprefix(bank.url)
    paths = ("/c/meyer/admin/opt-ins", here, f"{here}/share", f"{here}/people", f"{here}/referrals")
    assert [line for path in paths for line in await look_at(office, path)] == []
    phone = await open_page()
    assert [line for path in (FORM, f"{FORM}/thanks") for line in await look_at(phone, path)] == []
