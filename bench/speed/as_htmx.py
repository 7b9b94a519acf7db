"""The headers with which htmx in Chromium presses Send on a phone. tests/browser compares them with a real one's.
The form has one field more than the page says, the deck's (load.py)."""

from __future__ import annotations

AGENT = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
SEND = "button#send"  # as htmx names what was pressed


def press(url: str, page: str, cookie: str) -> dict[str, str]:
    """``page``: the path of the page that the form stands on."""
    return {
        "accept": "text/html, text/event-stream",
        "accept-encoding": "gzip, deflate, br, zstd",
        "accept-language": "en-US,en;q=0.9",
        "connection": "keep-alive",
        "content-type": "application/x-www-form-urlencoded;charset=UTF-8",
        "cookie": f"textbank_session={cookie}",
        "hx-current-url": url + page,
        "hx-request": "true",
        "hx-request-type": "partial",
        "hx-source": "form",
        "hx-target": "main#main",
        "origin": url,
        "referer": url + page,
        "sec-fetch-dest": "empty",
        "sec-fetch-mode": "same-origin",
        "sec-fetch-site": "same-origin",
        "user-agent": AGENT,
    }


def follow(headers: dict[str, str]) -> dict[str, str]:
    """The same after a 303: fetch sends what htmx set once more, but for what speaks of the form."""
    return {name: value for name, value in headers.items() if name not in ("content-type", "origin")}
