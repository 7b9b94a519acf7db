"""Every sentence a volunteer can read goes through the catalogue, and so does what the office says (SPEC P3)."""

from __future__ import annotations

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.cast.tree import nodes, parsed
from tests.words.catalogue import ROOT, TEMPLATES

READ_BY_VOLUNTEERS = sorted(
    path
    for path in TEMPLATES.rglob("*.*")
    if path.suffix in (".html", ".txt") and "admin" not in str(path.relative_to(TEMPLATES))
)

ATTRIBUTES = ("alt", "title", "placeholder", "aria-label")
SPOKEN_BY = [  # what refuses a form, or says what was done, on the side of volunteers and in sign-up
    *sorted((ROOT / "webapp/routes/public").rglob("*.py")),
    *sorted((ROOT / "webapp/routes/volunteer").rglob("*.py")),
    ROOT / "webapp/http/forms.py",
]


class _Words(HTMLParser):
    """A page's own words: text, and attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said += [value or "" for name, value in attrs if name in ATTRIBUTES]

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def own_words(source: str) -> list[str]:
    """Words that stand in a template outside of every call of the catalogue."""
    bare = re.sub(r"\{% block body_class %\}.*?\{% endblock %\}", " ", source)
    bare = re.sub(r"\{#.*?#\}|\{%[+-]?\s*trans\b.*?endtrans\s*[+-]?%\}", " ", bare, flags=re.S)
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", bare, flags=re.S)
    page = _Words()
    page.feed(bare)
    said = [
        re.sub(r'[\w-]+="[^"]*"', "", text).replace("Textbank", "") for text in page.said
    ]  # a macro may make attributes
    return [text.strip() for text in said if re.search(r"[A-Za-z]{2}", text)]


def test_no_template_has_words_of_its_own() -> None:
    found = {str(path.relative_to(TEMPLATES)): own_words(path.read_text()) for path in READ_BY_VOLUNTEERS}
    assert found and {name: own for name, own in found.items() if own} == {}


def test_words_outside_of_the_catalogue_are_found() -> None:
    assert own_words('<p title="Hello">{{ _("Yes") }} you</p>{% trans %}there{% endtrans %}') == ["Hello", "you"]


@pytest.mark.parametrize("path", SPOKEN_BY, ids=lambda p: str(p.relative_to(ROOT / "webapp")))
def test_a_form_is_refused_in_words_of_the_catalogue(path: Path) -> None:
    """form.wrong(name, sentence): the sentence is asked of the catalogue, or kept elsewhere and asked there."""
    wrong = [
        node
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "wrong"
        and node.args
    ]
    assert [ast.unparse(call) for call in wrong if isinstance(call.args[-1], ast.Constant)] == []


# Sentences in Python that no page of a person says, or that are kept where nobody knows who will read them
BARE = {
    "routes/api": "programs are answered in English",
    "routes/problems.py": "programs are answered in English",
    "routes/failures.py": "programs are answered in English",
    "routes/admin/api/examples.py": "examples of what programs send",
    "routes/admin/scripts/previews.py": "the name of a person who does not exist",
    "access/api.py": "programs are answered in English",
    "models/api": "programs are answered in English",
    "routes/webhooks": "Twilio is answered in English",
    "routes/public/metrics.py": "read by a monitor",
    "access": "details of refusals, in whose place a page of its own is shown",
    "routes/volunteer/practice/playing.py": "details of refusals, in whose place a page of its own is shown",
    "models/accounts/rehearsal.py": "said by a command",
    "models/imports/choices.py": "said by a command",
    "models/imports": "a worker keeps it in the upload's row",
    "models/exports/run.py": "a worker keeps it in the export's row",
    "models/bulk/slices.py": "a worker keeps it in the job's row",
    "models/scripts/cost.py": "a worker keeps it in the job's row",
    "models/nightly": "a worker keeps it in the night's row",
    "rules/nightly": "a worker keeps it in the night's row",
    "models/numbers/orders.py": "a worker keeps it in the order's row",
    "models/van": "a worker keeps it in the fact's row",
    "models/van_lists": "a worker keeps it in the list's row",
    "models/opt_ins/answering.py": "kept with the opt-out: what the person texted",
    "rules/library": "scripts to choose from, in both languages",
    "rules/practice": "texts of people who do not exist, in both languages",
}

IN_WORDS = ("gettext", "ngettext", "later", "said", "said_to_all", "counted", "together")
IN_LOGS = ("debug", "info", "warning", "error", "exception", "compile", "query", "rows", "alone")
SENTENCE = re.compile(r"(?:[A-Z“]|\{\})[^\n]* [^\n]*[a-z”}0-9)][.?!]")
# "End date", "Tags"; of the office's routes, and of what makes sentences by rules/speech
LABEL = re.compile(r"[A-Z][a-z’']+(?: [a-z’']+)+|[A-Z][a-z’']{3,}")
KEEPS_A_SENTENCE = ("meaning", "advice", "sentence")  # attributes; an f-string makes plain English of it
WORD = re.compile(r"[^A-Z_=]*[a-z]{2}[^A-Z_=]*")  # no constant, no part of an address


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def bare(node: ast.AST, looks: re.Pattern[str]) -> list[str]:
    """The sentences below this node that go through no function of the words."""
    if isinstance(node, ast.Call) and _name(node) in (*IN_WORDS, *IN_LOGS):
        return []
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # a docstring
        return []
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        inner = [one for part in node.values if isinstance(part, ast.FormattedValue) for one in bare(part, looks)]
        return inner + [text] * bool(looks.fullmatch(text))
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) and looks.fullmatch(node.value) else []
    return [one for child in ast.iter_child_nodes(node) for one in bare(child, looks)]


def halved(tree: ast.AST) -> list[str]:
    """Sentences put together of parts that no catalogue can know: f"{told.meaning} (5)", f"{'make' if many else 'makes'}",
    " and ".join(names), said("%(what)s.", what="make" if many else "makes")."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue):
            kept = isinstance(node.value, ast.Attribute) and node.value.attr in KEEPS_A_SENTENCE
            found += [ast.unparse(node.value)] * (kept or _chooses_words(node.value))
        elif isinstance(node, ast.Call) and _name(node) == "join" and isinstance(node.func, ast.Attribute):
            by = node.func.value
            found += [str(by.value)] if isinstance(by, ast.Constant) and WORD.fullmatch(str(by.value)) else []
        elif isinstance(node, ast.Call) and _name(node) in IN_WORDS:
            found += [ast.unparse(k.value) for k in node.keywords if _chooses_words(k.value)]
    return found


def _chooses_words(node: ast.AST) -> bool:
    return isinstance(node, ast.IfExp) and any(
        isinstance(one, ast.Constant) and isinstance(one.value, str) and WORD.fullmatch(one.value)
        for one in (node.body, node.orelse)
    )


def _is_sql(text: str) -> bool:
    return text.split()[0].isupper() and len(text.split()[0]) > 2


def test_no_sentence_of_the_office_is_made_outside_of_the_words() -> None:
    """Wrap it: words.gettext in a route, `said` or `counted` (rules/speech) where the language is nobody's business."""
    folder, found, used = ROOT / "webapp", {}, set()
    for room in ("routes", "access", "models", "rules", "http", "letters.py"):
        for path in sorted((folder / room).rglob("*.py")) if (folder / room).is_dir() else [folder / room]:
            where, tree = str(path.relative_to(folder)), parsed(path)
            texts = [text for text in bare(tree, SENTENCE) if not _is_sql(text)]
            speaks = where.startswith("routes/admin") or "webapp.rules.speech" in path.read_text()
            texts += bare(tree, LABEL) if speaks else []
            excepted = [place for place in BARE if where == place or where.startswith(f"{place}/")]
            wrong = (halved(tree) if speaks else []) + ([] if excepted else texts)
            if wrong:
                found[where] = wrong
            used |= set(excepted if texts else ())
    assert found == {}
    assert used == set(BARE), "an exception that nothing needs any more"


def test_a_sentence_outside_of_the_words_is_found() -> None:
    source = """
form.wrong("x", "That is wrong.")
form.wrong("x", f"{n} of them are wrong.")
form.wrong("x", words.gettext("That is right."), said("This too."))
NAMES = {"ends_on": "End date"}
log.warning("The queue went away.")
"""
    assert bare(ast.parse(source), SENTENCE) == ["That is wrong.", "{} of them are wrong."]
    assert bare(ast.parse(source), LABEL) == ["End date"]
    assert bare(ast.parse('GROUPS = [("Tags", tags), (said("Errors"), GET)]'), LABEL) == ["Tags"]
    table = 'Explanation(LOCKED, "safeguard", said("It is locked."), "Send it later.")'
    assert bare(ast.parse(table), SENTENCE) == ["Send it later."]


def test_a_sentence_of_parts_that_no_catalogue_knows_is_found() -> None:
    source = """
f"{told.meaning} ({code})"
f"{n} {'makes' if n == 1 else 'make'}"
" and ".join(names)
said("%(n)s %(do)s.", n=n, do="makes" if n == 1 else "make")
together(told.meaning, f"({code})", by=", ".join(names))
"""
    assert sorted(halved(ast.parse(source))) == [
        " and ",
        "'makes' if n == 1 else 'make'",
        "'makes' if n == 1 else 'make'",
        "told.meaning",
    ]
