"""Settings: how the campaign texts, and its public details (SPEC S1 to S9, S12)."""

from __future__ import annotations

import re
from typing import Any

import segno
from litestar import Request, Response, get, post

from webapp import config, words
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts import settings
from webapp.models.accounts.campaign import BUCKET_SIZES
from webapp.models.accounts.users import Membership
from webapp.models.links import ready_links
from webapp.models.links.links import CustomLink
from webapp.models.scripts import campaign_info
from webapp.models.sending import caps
from webapp.routes.admin.accounts import history
from webapp.rules import edited, script_lint, window
from webapp.rules.speech.sentences import said

ZONES = (
    ("America/New_York", said("Eastern, New York")),
    ("America/Chicago", said("Central, Chicago")),
    ("America/Denver", said("Mountain, Denver")),
    ("America/Phoenix", said("Arizona, Phoenix")),
    ("America/Los_Angeles", said("Pacific, Los Angeles")),
    ("America/Anchorage", said("Alaska, Anchorage")),
    ("Pacific/Honolulu", said("Hawaii, Honolulu")),
    ("America/Puerto_Rico", said("Atlantic, Puerto Rico")),
    ("Pacific/Guam", said("Guam")),
)
NUMBERS = {
    "return_after_minutes": (said("Return unsent contacts after, minutes"), 0, 10_080),
    "undo_seconds": (said("Undo time, seconds"), 0, 15),
    "queue_limit_minutes": (said("Queue limit at Start, minutes"), 1, 600),
    "opt_out_budget": (said("Opt-outs and blocks by a volunteer an hour"), 1, 1_000),
    "possible_opt_out_hours": (said("Send possible opt-outs to admins after, hours"), 1, 72),
    "waiting_reply_minutes": (said("Offer waiting replies to others after, minutes"), 5, 1_440),
}


@get("/settings")
async def texting_page(request: Request, member: Membership) -> Response:
    return await _texting(request, member, Form())


async def _texting(
    request: Request, member: Membership, form: Form, status: int = 200, saved: bool = False
) -> Response:
    return page(
        request,
        "admin/accounts/settings.html",
        status_code=status,
        form=form,
        zones=_zones(member.campaign.timezone),
        bucket_sizes=BUCKET_SIZES,
        saved=saved,
        mark=edited.mark(settings.words_of(member.campaign)),
        spent=await caps.total_today(member.campaign),
        history=await history.of(member, "campaign", member.campaign_id),
    )


def _zones(own: str) -> list[tuple[str, str]]:
    """The zones on offer, the campaign's own among them."""
    return [*ZONES, *([] if own in dict(ZONES) else [(own, own)])]


@post("/settings")
async def save_texting(request: Request, member: Membership) -> Response:
    form = Form(await request.form())
    values = _texting_values(form, member)
    if not form:
        return await _texting(request, member, form, status=422)
    if found := await settings.save_texting(values, member, form.mark()):
        form.overtaken(found)
        return await _texting(request, member, form, status=409)
    await caps.enforce(member.campaign)
    await member.campaign.refresh_from_db()
    return await _texting(request, member, Form(), saved=True)


def _texting_values(form: Form, member: Membership) -> dict[str, Any]:
    return {
        **_window(form),
        "timezone": form.choice("timezone", words.gettext("Time zone"), dict(_zones(member.campaign.timezone))),
        "bucket_size": int(form.choice("bucket_size", words.gettext("Bucket size"), BUCKET_SIZES)),
        "preferred_area_codes": _area_codes(form),
        "fallback_sender": form.greeting("fallback_sender", words.gettext("For senders")),
        "fallback_recipient": form.greeting("fallback_recipient", words.gettext("For recipients")),
        "outbound_lock": form.ticked("outbound_lock"),
        "disable_custom_responses": form.ticked("disable_custom_responses"),
        "use_lookup": form.ticked("use_lookup"),
        "segment_price": form.dollars("segment_price", words.gettext("Price of a segment"), required=True),
        "mms_price": form.dollars("mms_price", words.gettext("Price of a picture message"), required=True),
        "daily_cap": form.cap("daily_cap"),
        **{name: form.integer(name, label, *ends) for name, (label, *ends) in NUMBERS.items() if _asked(form, name)},
    }


def _asked(form: Form, name: str) -> bool:
    """A form made before the setting was there leaves it as it is."""
    return name != "opt_out_budget" or name in form.data


def _window(form: Form) -> dict[str, str]:
    """The texting hours, inside what the law allows (S1)."""
    start = form.time_of_day("start_time", words.gettext("Start time"))
    end = form.time_of_day("end_time", words.gettext("End time"))
    if start < window.LEGAL_START:
        form.wrong("start_time", words.gettext("No text may be sent before 8:00 AM. Choose 8:00 AM or later."))
    if end > window.LEGAL_END:
        form.wrong("end_time", words.gettext("No text may be sent after 9:00 PM. Choose 9:00 PM or earlier."))
    if start >= end:
        form.wrong("end_time", words.gettext("The end must be after the start."))
    return {"start_time": f"{start:%H:%M}", "end_time": f"{end:%H:%M}"}


def _area_codes(form: Form) -> str:
    codes = form.text("preferred_area_codes", words.gettext("Area codes"), 200)
    if codes and not re.fullmatch(r"\s*[2-9][0-9]{2}([,\s]+[2-9][0-9]{2})*[,\s]*", codes):
        sentence = words.gettext("Area codes have three digits; separate them with commas, such as 814, 412.")
        form.wrong("preferred_area_codes", sentence)
    return codes


@get("/settings/info")
async def info_page(request: Request, member: Membership) -> Response:
    return await _info(request, member, Form())


async def _info(request: Request, member: Membership, form: Form, status: int = 200, saved: bool = False) -> Response:
    link = config.settings().url(f"/join?code={member.campaign.join_code}")
    qr = segno.make(link).svg_data_uri(scale=5, dark="#17150f", light="#fffdf8")
    mark = edited.mark(settings.words_of(member.campaign))
    rows = await CustomLink.filter(campaign_id=member.campaign_id, archived_at=None)
    strings = [(row, ready_links.in_script(row.slug)) for row in rows]
    shown = {"form": form, "link": link, "qr": qr, "saved": saved, "mark": mark, "strings": strings}
    own = await history.of(member, "campaign", member.campaign_id)
    return page(request, "admin/accounts/info.html", status_code=status, history=own, **shown)


@post("/settings/info")
async def save_info(request: Request, member: Membership) -> Response:
    form = Form(await request.form())
    values = _info_values(form)
    if not form:
        return await _info(request, member, form, status=422)
    found = await campaign_info.save(values, member, form.mark())
    if isinstance(found, campaign_info.InUse):
        form.errors |= found.sentences
        return await _info(request, member, form, status=422)
    if found:
        form.overtaken(found)
        return await _info(request, member, form, status=409)
    return await _info(request, member, Form(), saved=True)


def _info_values(form: Form) -> dict[str, Any]:
    phone = form.phone("broadcast_phone_number") if form.data.get("broadcast_phone_number") else ""
    name = form.text("name", words.gettext("Name"), 120, required=True)
    description = form.long_text("description", words.gettext("Description"), 2_000)
    for field, value in (("name", name), ("description", description)):
        if script_lint.in_sent(value):
            form.wrong(
                field, words.gettext("Scripts send these words, so no link shortener and no variable may be here.")
            )
    return {
        "name": name,
        "description": description,
        "broadcast_phone_number": phone,
        "approval_needed": form.ticked("approval_needed"),
        "searchable": form.ticked("searchable"),
    }


@post("/settings/join-codes")
async def renew_code(request: Request, member: Membership) -> Response:
    await settings.renew_join_code(member)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/settings/info")


HANDLERS = [texting_page, save_texting, info_page, save_info, renew_code]
