"""Odd addresses and forms for all that is beyond texting: answered, never a fault of the site (SPEC B2 to B9, H1 to H5)."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest

from tests.cast import Cast
from tests.cast.inputs.odd import FORM, HUGE
from tests.cast.opt_ins import make_form
from tests.cast.site import OFFICE, Browser

pytestmark = pytest.mark.both

HALF, NUL, LONG, LEFT = "\ud83d", "a\x00b", "x" * 30_000, "a\u202eb\u2028c"
ODD = (HALF, NUL, LONG, LEFT, HUGE, "-1", "٣", "%", "' OR 1=1 --", "{{7*7}}", "=1+1")
QUERIES = {
    OFFICE: (
        "/van?van={}&show={}&kind={}&before={}",
        "/van/key?van={}&new={}",
        "/van/mapping?van={}&saved={}",
        "/van/lists?find={}&van={}",
        "/audit?q={}&user={}&group={}&since={}&until={}&about=contact:{}&before={}",
        "/audit?about={}",
        "/nightly-imports?from={}",
        "/settings/webhooks?show={}",
        "/opt-outs/sharing?q={}",
        "/opt-ins?show={}",
        "/library/{}",
        "/settings/links/{}",
        "/search?q={}",
    ),
    "/c/meyer": ("/look-ups?who={}", "/practice?talk={}", "/practice/threads/{}", "/help/{}"),
    "": ("/o/meyer/{}", "/o/{}/{}", "/o/meyer/team-meyer?by={}", "/r/{}", "/l/{}"),
}
FORMS: dict[str, dict[str, tuple[str, ...]]] = {
    OFFICE: {
        "/van/key": ("key", "mode", "name", "states"),
        "/van/mapping": ("opt_out",),
        "/nightly-imports": ("url", "name", "hour"),
        "/nightly-imports?folder": ("host", "port", "user_name", "folder", "pattern", "password", "name", "hour"),
        "/settings/webhooks": ("url", "events"),
        "/settings/api/tokens": ("name", "scopes"),
        "/opt-outs/sharing": ("slug",),
        "/opt-ins": ("title",),
        "/library/gotv/uses": ("action",),
        "/settings/links": ("title", "url"),
    },
    "/c/meyer": {"/look-ups": ("who", "where")},
    "": {"/o/meyer/team-meyer": ("first_name", "last_name", "phone", "zip", "agree", "read", "by", "client_id")},
}


def said(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"))


def nowhere(answer: httpx.Response, path: str) -> bool:
    """Did the form not reach its page? The library answers so of an action that is not there."""
    return answer.status_code == 404 and not path.startswith("/library")


async def test_odd_addresses_are_answered(cast: Cast, browse: Browser) -> None:
    await make_form(cast)
    selina, wrong = await browse(cast.selina), []
    for room, paths in QUERIES.items():
        for path in paths:
            for odd in ODD:
                answer = await selina.get(room + path.replace("{}", said(odd[:3_000])))
                wrong += [(path, odd[:20], answer.text[:200])] if answer.status_code >= 500 else []
    assert wrong == []


async def test_odd_forms_are_answered_and_store_no_half_letter(cast: Cast, browse: Browser) -> None:
    await make_form(cast)
    selina, wrong = await browse(cast.selina), []
    for room, forms in FORMS.items():
        for path, fields in forms.items():
            more = "&from=folder&by=password" if path.endswith("?folder") else ""
            for odd in ODD:
                body = "&".join(f"{name}={said(odd)}" for name in fields) + more
                answer = await selina.post(room + path.partition("?")[0], content=body, headers=FORM)
                if answer.status_code >= 500 or answer.status_code in (403, 405) or nowhere(answer, path):
                    wrong.append((path, odd[:20], answer.status_code, answer.text[:200]))
    assert wrong == []
