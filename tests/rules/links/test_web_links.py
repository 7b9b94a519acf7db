"""Where a custom link may lead, and who opens it."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast.site import ANDROID, IN_APP, IPHONE
from webapp.rules.links import web_links


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("https://vote.example.org/plan?x=1#top", "https://vote.example.org/plan?x=1#top"),
        (" vote.example.org/plan ", "https://vote.example.org/plan"),
        ("vote.example.org:8443/plan", "https://vote.example.org:8443/plan"),
        ("HTTP://Vote.Example.org", "http://vote.example.org"),
        ("https://bücher.example/über uns".replace(" ", "-"), "https://xn--bcher-kva.example/%C3%BCber-uns"),
        ("https://vote.example.org/100%25", "https://vote.example.org/100%25"),
    ],
)
def test_addresses_of_pages_are_kept_as_a_header_takes_them(typed: str, stored: str) -> None:
    assert web_links.address(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "vote",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org/x",
        "mailto:a@example.org",
        "//evil.example",
        "http://10.0.0.1/",
        "http://[::1]/",
        "https://gov@evil.example/",
        "https://exa mple.org",
        "https://example.org/\r\nset-cookie: a=b",
        "https://-x.example",
        "https://localhost/",
        "https://example.org:99999/",
        "https://example.org\\@evil.example",
        "https://" + "a" * 2_100 + ".example",
    ],
)
def test_what_is_no_page_is_refused(typed: str) -> None:
    assert web_links.address(typed) is None


@given(st.text(max_size=60) | st.from_regex(r"https?://[a-z.]{1,20}/.{0,20}", fullmatch=True))
def test_what_is_kept_is_a_plain_web_address_whatever_was_typed(typed: str) -> None:
    kept = web_links.address(typed)
    if kept is not None:
        assert kept.isascii() and kept.isprintable() and " " not in kept
        parts = urlsplit(kept)
        assert parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
        assert web_links.address(kept) == kept


@pytest.mark.parametrize(
    ("title", "slug"),
    [("Cure your ballot!", "cure-your-ballot"), ("¿Dónde voto?", "donde-voto"), ("'\"|{}", ""), ("a" * 99, "a" * 40)],
)
def test_a_slug_has_nothing_that_a_script_would_stumble_over(title: str, slug: str) -> None:
    assert web_links.slug(title) == slug


@pytest.mark.parametrize("agent", [IPHONE, ANDROID, IN_APP])
def test_browsers_are_people(agent: str) -> None:
    assert not web_links.is_preview("GET", agent, {})
    assert web_links.is_preview("HEAD", agent, {})
    assert web_links.is_preview("GET", agent, {"sec-purpose": "prefetch;prerender"})


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "curl/8.6",
        "okhttp/4.12",
        "WhatsApp/2.23.20.0",
        "TelegramBot (like TwitterBot)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        IPHONE + " facebookexternalhit/1.1 Facebot Twitterbot/1.0",  # what iMessage says
        "Mozilla/5.0 (compatible; Google-Safety; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 HeadlessChrome/124.0",
        "MobileSMS/1.0 CFNetwork/1494",
        "Mozilla/5.0 (Windows NT) Chrome-Lighthouse",
        "Google-PageRenderer Google (+https://developers.google.com)",
    ],
)
def test_previews_of_phones_messengers_and_carriers_are_no_people(agent: str) -> None:
    assert web_links.is_preview("GET", agent, {})
