"""Every screen of a campaign has its help, and every link in it leads somewhere (SPEC H2)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from litestar import Litestar

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, campaign_routes, fill, ids
from webapp.database import transaction
from webapp.http import pages
from webapp.models.accounts.users import User
from webapp.rules.help import screens

HELP = Path(pages.WEBAPP) / "templates" / "help"
# Parts that a page fetches or saves, and a wall without a menu
NO_SCREENS = (
    *("/badges", "/media/{media_id}", "/pictures/{picture_id}", ".csv", "/file", "/messages"),
    *("/help/{topic}", "/help/{screen}", "/admin/follow-up"),
)


def links(page: str) -> set[str]:
    return set(re.findall(r'<a [^>]*?href="(/[^"#]*)', page[page.index("<main") : page.index("</main>")]))


def below(path: str) -> list[str]:
    return re.sub(r"\{\w+\}", "1", path).split("/")[3:]


async def test_every_screen_leads_to_a_help_of_its_own(
    cast: Cast, app: Litestar, browse: Browser, tmp_path: Path
) -> None:
    names, selina, without = await ids(cast, tmp_path), await browse(cast.selina), []
    paths = [path for method, path in campaign_routes(app) if method == "GET" and not path.endswith(NO_SCREENS)]
    assert len(paths) > 80
    for path in paths:
        parts = ["*" if part.isdecimal() else part for part in below(path)]
        table = screens.OFFICE if parts[:1] == ["admin"] else screens.VOLUNTEER
        if "/".join(parts[1:] if parts[:1] == ["admin"] else parts) not in table:
            without.append(f"{path} is not in rules/help/screens.py")
        answer = await selina.get(fill(path, names, "meyer"), follow_redirects=False)
        where = screens.address(fill(path, names, "meyer"))
        if answer.status_code == 200 and f'href="{where}"' not in answer.text:
            without.append(f"{path} has no link to {where}")
        if (await selina.get(where)).status_code != 200:
            without.append(f"{where} is no page")
    assert without == []


async def test_every_link_of_every_help_leads_somewhere(cast: Cast, browse: Browser) -> None:
    selina = await browse(cast.selina)
    pages_of_help = {
        link for index in (f"{OFFICE}/help", "/c/meyer/help") for link in links((await selina.get(index)).text)
    }
    topics = {f"{OFFICE}/help/{topic}" for topic in screens.OFFICE.values() if topic}
    topics |= {f"/c/meyer/help/{topic}" for topic in screens.VOLUNTEER.values() if topic}
    assert topics - pages_of_help == set(), "not on the list of all help"
    led = {where for one in sorted(topics) for where in links((await selina.get(one)).text)}
    assert len(led) > 25
    dead = [where for where in sorted(led | pages_of_help) if (await selina.get(where)).status_code != 200]
    assert dead == []


def test_every_page_of_help_belongs_to_a_screen() -> None:
    volunteers = {path.stem for path in (HELP / "volunteer").glob("*.html")}
    assert volunteers == set(screens.VOLUNTEER.values()) - {""}
    office = {
        path.relative_to(HELP / "office").with_suffix("").as_posix() for path in (HELP / "office").rglob("*.html")
    }
    assert office == {f"{folder}/{topic}" for topic, folder in screens.FOLDERS.items()}
    assert set(screens.FOLDERS) == set(screens.OFFICE.values()) - {""}


@pytest.mark.parametrize("path", sorted(HELP.glob("*/**/*.html")), ids=lambda path: path.stem)
def test_a_page_of_help_says_what_the_screen_is_for_and_what_to_do_when_it_goes_wrong(path: Path) -> None:
    text = path.read_text()
    assert all(f"{{% block {name} %}}" in text for name in ("title", "what", "does", "wrong", "go"))


NO_CONTROLS = {"Opt-outs in the file", "What it teaches", "With those selected"}  # said in other words on the page


def test_the_names_in_help_are_those_on_pages() -> None:
    """A button that gets another name gets it in its help too."""
    others = [path for path in pages.WEBAPP.rglob("*") if path.suffix in (".html", ".py") and HELP not in path.parents]
    said = re.sub(r"\s+", " ", " ".join(path.read_text() for path in others)).lower()
    does = [re.search(r"block does %}(.*?){% endblock", path.read_text(), re.S) for path in HELP.glob("*/**/*.html")]
    names = {name for found in does if found for name in re.findall(r'part\(\s*_\("([^"]+)"\)', found[1])}
    parts = {part for name in names - NO_CONTROLS for part in name.split(", ")}
    assert len(parts) > 100 and [part for part in sorted(parts) if part.lower() not in said] == []


async def test_a_volunteer_reads_it_in_spanish(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: User.filter(id=cast.amy.user_id).update(language="es"))
    page = (await (await browse(cast.amy)).get("/c/meyer/help/thread")).text
    assert "Una conversación" in page and "Lo que no se puede deshacer" in page and "Dar de baja" in page


async def test_a_topic_nobody_wrote_is_a_404_and_the_offices_help_is_for_staff(cast: Cast, browse: Browser) -> None:
    amy, gary = await browse(cast.amy), await browse(cast.gary)
    for path in (
        "/c/meyer/help/contacts",
        "/c/meyer/help/..%2Foffice",
        "/c/ryan/help/queue",
        f"{OFFICE}/help/contacts",
    ):
        assert (await amy.get(path)).status_code == 404, path
    for path in (f"{OFFICE}/help/queue", f"{OFFICE}/help/parts", f"{OFFICE}/help/%00"):
        assert (await gary.get(path)).status_code == 404, path


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/c/meyer", "/c/meyer/help/home"),
        ("/c/meyer/threads/5/messages", "/c/meyer/help/thread"),
        ("/c/meyer/admin/settings/nowhere", "/c/meyer/admin/help/settings"),
        ("/c/meyer/admin/help/contacts", "/c/meyer/admin/help"),
        ("/login", ""),
        ("/", ""),
        ("/c/", ""),
        ("/c//x", ""),
        ("/c/meyer/" + "a/" * 5_000, "/c/meyer/help/home"),
    ],
)
def test_a_path_has_the_help_of_the_nearest_screen(path: str, where: str) -> None:
    assert screens.address(path) == where
