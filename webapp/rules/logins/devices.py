"""The everyday name of a browser, read from its User-Agent."""

from __future__ import annotations

# The first that is found: Edge and Opera say Chrome too, Chrome says Safari, an iPhone says Mac OS X
BROWSERS = (
    ("EdgiOS/", "Edge"),
    ("EdgA/", "Edge"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("FBAN/", "Facebook"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def name(user_agent: str) -> tuple[str, str]:
    """(browser, system), such as ("Safari", "iPhone"). "" for what it does not say."""
    browser = next((words for mark, words in BROWSERS if mark in user_agent), "")
    return browser, next((words for mark, words in SYSTEMS if mark in user_agent), "")
