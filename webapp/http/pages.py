"""Pages: the Jinja environment, and page() for a whole page or a fragment."""

from __future__ import annotations

import uuid
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jinja2
from litestar import Request, Response
from litestar.response import File
from markupsafe import Markup

from webapp import clock, config, words
from webapp.http import compressed, static_files, template_files, written
from webapp.rules import phone
from webapp.rules.help import screens
from webapp.words import IN_TEMPLATES, NAMES, finalized, fixed_in_page, gettext, language, ngettext

WEBAPP = Path(__file__).parents[1]
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
    own = {"path": request.scope["path"], "first_page": _first_page(request)}
    return {**DEFAULTS, **getattr(request.state, "shared", {}), **own}


_PLACE = ("before", "after", "after_id")  # where a page begins in a long list


def _first_page(request: Request) -> str:
    """The address of the first page of this list, its filters kept; blank where this is the first."""
    asked = parse_qsl(request.scope["query_string"].decode("latin-1"))  # in its own order, blank values left out
    kept = [(name, value) for name, value in asked if name not in _PLACE]
    if len(kept) == len(asked):
        return ""
    return request.scope["path"] + ("?" + urlencode(kept) if kept else "")


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
        "number": written.number,
        "clock": written.clock_time,
        "clocks": written.clock_times,
        "day": written.day,
        "moment": written.moment,
        "ago": written.ago,
        "money": written.money,
        "dollars": written.dollars,
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
        "date_on": written.date_on,
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
