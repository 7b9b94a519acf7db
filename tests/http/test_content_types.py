"""Files of text name their character set once: Litestar adds it to a type that begins with text/."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser

WEBAPP = Path(__file__).parents[2] / "webapp"


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/push-worker.js", "text/javascript; charset=utf-8"),
        (OFFICE + "/opt-outs.csv", "text/csv; charset=utf-8"),
        (OFFICE + "/audit.csv", "text/csv; charset=utf-8"),
    ],
)
async def test_a_file_of_text_names_its_character_set_once(
    cast: Cast, browse: Browser, address: str, kind: str
) -> None:
    answer = await (await browse(cast.selina)).get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)


def test_no_handler_names_it_again() -> None:
    named = re.compile(r"[\"']text/[^\"']*charset")
    assert [str(path) for path in sorted((WEBAPP / "routes").rglob("*.py")) if named.search(path.read_text())] == []
