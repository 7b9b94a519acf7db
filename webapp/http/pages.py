"""Pages: the Jinja environment, page() for a whole page or a fragment, and how numbers and times are written."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from babel.dates import format_date, format_datetime, format_time
from babel.lists import format_list
from babel.numbers import format_decimal
from litestar import Request, Response
from litestar.response import File
from markupsafe import Markup

from webapp import clock, config, words
from webapp.http import compressed, static_files, template_files
from webapp.rules import phone, window
from webapp.rules.help import screens
from webapp.words import IN_TEMPLATES, NAMES, finalized, fixed_in_page, gettext, language, ngettext

WEBAPP = Path(__file__).parents[1]
PATTERNS = {  # of dates, as each language writes them
    "en": {"day": "EEEE, MMMM d", "date": "MMM d", "moment": "MMM d, h:mm a", "full": "EEE, MMM d, y, h:mm a z"},
    "es": {
        "day": "EEEE d 'de' MMMM",
        "date": "d 'de' MMM",
        "moment": "d 'de' MMM, h:mm a",
        "full": "EEE d 'de' MMM 'de' y, h:mm a z",
    },
}
VARY = "HX-Request, HX-Request-Type"


def page(
    request: Request, template: str, fragment: str | None = None, /, status_code: int = 200, **context: Any
) -> Response[Any]:
    """Renders ``fragment`` where htmx asks for a part of the page; boosted links and Back want the whole page."""
    part = is_partial(request)
    html = _part(request, template, fragment, context) if fragment and part else render(request, template, **context)
    return compressed.page(request, html, part, status_code, VARY)


def _part(request: Request, template: str, fragment: str, given: dict[str, Any]) -> str:
    """And the whole page's title. htmx takes it out of the fragment, so that the tab says what the page shows."""
    found, whole = environment().get_template(fragment), environment().get_template(template)
    values = found.new_context({**shared(request), **given})
    title = "".join(whole.blocks["title"](values))
    return f"{''.join(found.root_render_func(values))}<title>{title} · Textbank</title>\n"


def error_page(request: Request, status: int, title: str, text: str, code: str) -> Response[Any]:
    """Why a request was refused. Where htmx asked for a part of a page, a sentence at the foot of that page: the part keeps
    what it shows. ``code``: what a person may quote."""
    context = {"title": title, "text": text, "status": status, "code": code}
    if not is_partial(request):
        return page(request, "error.html", status_code=status, **context)
    answer = page(request, "components/_toast.html", status_code=status, **context)
    answer.headers.update({"hx-retarget": "#toasts", "hx-reswap": "beforeend"})
    return answer


def is_partial(request: Request) -> bool:
    """Does htmx ask for a part of the page?"""
    return request.headers.get("hx-request-type") == "partial"


def render(request: Request, template: str, **context: Any) -> str:
    return environment().get_template(template).render({**shared(request), **context})


def shared(request: Request) -> dict[str, Any]:
    """The values that every page of this request may use."""
    return {**DEFAULTS, **getattr(request.state, "shared", {}), "path": request.scope["path"]}


NO_BADGES = {"unread": 0, "needs_attention": 0, "waiting": 0}  # the page fetches them when its stream connects
DEFAULTS: dict[str, Any] = {
    "member": None,
    "campaign": None,
    "history": None,
    "user": None,
    "campaigns": 0,
    "mode": "",
    "badges": NO_BADGES,
    "troubles": (),
    "texts_waiting": 0,
    "zone": "America/New_York",
}


def redirect(request: Request, path: str) -> Response[None]:
    """After a form: 303. htmx follows it too and swaps in the answer."""
    return Response(None, status_code=303, headers={"location": path})


def private_file(path: Path, kind: str, seconds: int) -> File:
    """A file to show in the page; only this browser may cache it, for so many seconds."""
    headers = {"cache-control": f"private, max-age={seconds}"}
    return File(path, media_type=kind, content_disposition_type="inline", headers=headers)


def go_to(request: Request, path: str) -> Response[None]:
    """To another page: htmx loads it whole, other browsers follow a 303."""
    if request.headers.get("hx-request"):
        return Response(None, status_code=200, headers={"hx-redirect": path})
    return redirect(request, path)


def environment() -> jinja2.Environment:
    """That of the present language: its templates have their sentences out of this catalogue."""
    return _environment(words.catalogue(language.get()))


@lru_cache(maxsize=len(NAMES))
def _environment(_: Any) -> jinja2.Environment:
    made = template_files.Environment(
        loader=template_files.Looked(WEBAPP / "templates"),
        autoescape=_escapes,
        undefined=jinja2.StrictUndefined,
        finalize=finalized,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=bool(config.settings().rehearsal),
    )
    made.fixed = lambda template: {"_own": partial(fixed_in_page, escaped=_escapes(template)), "icon": icon}
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {
        "number": number,
        "clock": clock_time,
        "clocks": clock_times,
        "day": day,
        "moment": moment,
        "ago": ago,
        "money": money,
        "dollars": dollars,
        "national": phone.national,
        "masked": phone.masked,
    }
    made.globals |= _names() | IN_TEMPLATES
    return made


def _escapes(template: str | None) -> bool:
    """Not letters in plain text, and their subjects."""
    return not (template or "").endswith(".txt")


def _names() -> dict[str, Any]:
    """The functions that every template may call."""
    return {
        "static": static_files.address,
        "icon": icon,
        "help_of": screens.address,
        "writes_letters": writes_letters,
        "now": clock.now,
        "new_id": uuid.uuid4,
        "date_on": date_on,
    }


def icon(name: str) -> Markup:
    """One of static/icons/icons.svg."""
    return _icon(static_files.address("icons/icons.svg"), name)


@lru_cache(maxsize=200)
def _icon(address: str, name: str) -> Markup:
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>').format(address, name)


def writes_letters() -> bool:
    """Is there a mail server?"""
    return bool(config.settings().smtp_url)


def number(value: float) -> str:
    return format_decimal(value, locale=_locale())


def money(ten_thousandths: float, digits: int = 2) -> str:
    return f"${ten_thousandths / 10_000:,.{digits}f}"


def dollars(ten_thousandths: int | None) -> str:
    """As one types it into a field: 250, 0.0125. "" for None."""
    return "" if ten_thousandths is None else f"{ten_thousandths / 10_000:.4f}".rstrip("0").rstrip(".")


def clock_time(at: datetime, zone: str) -> str:
    """10:42 AM in ``zone``."""
    return _clock_time(at.replace(second=0, microsecond=0), zone, _locale())


@lru_cache(maxsize=5_000)
def _clock_time(minute: datetime, zone: str, locale: str) -> str:
    return format_time(minute.astimezone(ZoneInfo(zone)), "short", locale=locale).replace("\u202f", " ")


def clock_times(at: datetime, zones: Iterable[str]) -> str:
    """9:42 AM or 10:42 AM: each time that the zones have at this instant."""
    times = [clock_time(at, name) for name in window.clocks(at, zones)]
    return times[0] if len(times) == 1 else format_list(times, style="or-short", locale=_locale())


def day(at: datetime, zone: str) -> str:
    """Today, Yesterday, or Monday, September 14."""
    local, today = at.astimezone(ZoneInfo(zone)).date(), clock.now().astimezone(ZoneInfo(zone)).date()
    if local == today:
        return gettext("Today")
    if (today - local).days == 1:
        return gettext("Yesterday")
    return format_date(local, _pattern("day"), locale=_locale())


def date_on(value: date) -> str:
    return format_date(value, _pattern("date"), locale=_locale())


def moment(at: datetime, zone: str, full: bool = False) -> str:
    """Nov 24, 10:42 AM. ``full``: Tue, Nov 24, 2026, 10:42 AM EST."""
    local = at.astimezone(ZoneInfo(zone))
    return format_datetime(local, _pattern("full" if full else "moment"), locale=_locale()).replace("\u202f", " ")


def ago(at: datetime) -> str:
    """The time since, in one unit: now, 12 min, 3 h, 2 days."""
    seconds = max(0, int((clock.now() - at).total_seconds()))
    if seconds < 60:
        return gettext("now")
    if seconds < 3600:
        return gettext("%(n)s min") % {"n": seconds // 60}
    if seconds < 86_400:
        return gettext("%(n)s h") % {"n": seconds // 3600}
    days = seconds // 86_400
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def _pattern(of: str) -> str:
    return PATTERNS[language.get()][of]


def _locale() -> str:
    return "es_US" if language.get() == "es" else "en_US"
