"""An entry of the audit log keeps which objects it is about (SPEC B4)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cast import Cast
from webapp import database
from webapp.database import transaction
from webapp.models.accounts import audit
from webapp.models.accounts.audit import KINDS, AuditAbout, AuditEvent
from webapp.models.bulk.job import KINDS as BULK
from webapp.routes.admin.accounts.audit_words import SAID
from webapp.rules.edited import Meanwhile

WEBAPP = Path(__file__).parents[3] / "webapp"
# Noun of an entry -> the kinds of which it has to name one at least
OWN = {
    "action": {"action"},
    "script": {"script"},
    "scripts": {"action"},
    "list": {"list", "import"},
    "contact": {"contact"},
    "contacts": {"bulk"},
    "conversation": {"contact"},
    "message": {"contact"},
    "opt_in": {"opt_in"},
    "opt_out": {"contact", "api_token", "campaign"},
    "export": {"export", "schedule"},
    "user": {"user"},
    "invite": {"invite"},
    "notice": {"notice"},
    "second_step": {"campaign", "user"},
    "user_list": {"user_list"},
    "team": {"user_list"},
    "tag": {"tag"},
    "field": {"field"},
    "link": {"link"},
    "number": {"number"},
    "numbers": {"order"},
    "campaign": {"campaign"},
    "settings": {"campaign"},
    "join_code": {"campaign"},
    "cap": {"action", "campaign"},
    "carriers": {"number", "action"},
    "van": {"van"},
    "api_token": {"api_token"},
    "hook": {"hook"},
    "nightly": {"nightly"},
}
# These are about nothing that has a row of its own
FREE = {"export.audit_log", "export.by_command", "opt_outs.exported", "setup.checked", "round_trip.begun"}
PLACES = {"record": 2, "note": 3}  # of the objects among the arguments; the entry's name stands before


class Noted:
    """A call of `audit.record` or `audit.note`: the entries it may make, and the kinds of object it names."""

    def __init__(self, module: ast.Module, function: ast.AST, call: ast.Call, place: int) -> None:
        self._module, self._function = module, function
        self.names = set(self._texts(call.args[place - 1]))
        self.kinds = set(self._kinds(call.args[place]))

    def _texts(self, what: ast.expr) -> Iterator[str]:
        """The names an expression may have; one that begins with fixed words stands for all that begin so."""
        if isinstance(what, ast.JoinedStr):
            prefix = what.values[0]
            assert isinstance(prefix, ast.Constant) and isinstance(prefix.value, str)
            yield from (name for name in SAID if name.startswith(prefix.value))
        elif isinstance(what, ast.IfExp):
            yield from (*self._texts(what.body), *self._texts(what.orelse))
        elif isinstance(what, ast.Constant):
            yield str(what.value)
        elif isinstance(what, ast.Name):
            yield from self._constants(what.id)

    def _constants(self, name: str) -> Iterator[str]:
        """A constant of the module; or a parameter: the names among what its module gives to functions."""
        for given in [n for n in self._module.body if isinstance(n, ast.Assign)]:
            left = getattr(given.targets[0], "elts", given.targets)
            for target, value in zip(left, getattr(given.value, "elts", [given.value]), strict=False):
                if ast.unparse(target) == name:
                    yield from self._texts(value)
                    return
        for node in ast.walk(self._module):
            if isinstance(node, ast.Call):
                yield from (a.value for a in node.args if isinstance(a, ast.Constant) and a.value in SAID)

    def _kinds(self, about: ast.expr) -> Iterator[str]:
        """Of dictionaries, also of those in a variable or made by a function of the module."""
        if isinstance(about, ast.Name):
            for node in ast.walk(self._function):
                if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == about.id and node.value:
                    yield from self._kinds(node.value)
            return
        made = getattr(about, "value", about)  # of an await
        if isinstance(made, ast.Call):
            named = ast.unparse(made.func)
            for node in ast.walk(self._module):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == named:
                    yield from (kind for kind in _keys(node))
        yield from _keys(about)
        for name in [n.id for n in ast.walk(about) if isinstance(n, ast.Name)]:
            if name != getattr(about, "id", ""):
                yield from self._kinds(ast.Name(name))


def _keys(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Dict):
            yield from (key.value for key in one.keys if isinstance(key, ast.Constant) and key.value in KINDS)


def every() -> dict[str, Noted]:
    """Place in the source -> each call that makes entries, but those of `audit.py` itself."""
    found = {}
    for path in WEBAPP.rglob("*.py"):
        module = ast.parse(path.read_text())
        for function in [n for n in ast.walk(module) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]:
            for call in [n for n in ast.walk(function) if isinstance(n, ast.Call)]:
                name = ast.unparse(call.func)
                if name in ("audit.record", "audit.note"):
                    place = PLACES[name.removeprefix("audit.")]
                    found[f"{path.relative_to(WEBAPP)}:{call.lineno}"] = Noted(module, function, call, place)
    return found


def test_every_entry_names_the_objects_it_is_about() -> None:
    calls = every()
    assert len(calls) > 120
    assert [place for place, call in calls.items() if not call.names] == []
    wrong = {
        place: (sorted(call.names), sorted(call.kinds))
        for place, call in calls.items()
        for name in call.names
        if name not in FREE and not call.kinds & OWN[name.split(".")[0]]
    }
    assert wrong == {}
    made = {name for call in calls.values() for name in call.names}
    assert made - SAID.keys() == set()
    assert SAID.keys() - made - {f"contacts.{kind}" for kind in BULK} == set(), "the walk sees every kind of entry"


def test_the_walk_sees_an_entry_without_its_object() -> None:
    source = "async def f(a):\n    await audit.record(by, 'action.paused', audit.NOTHING, a.title)"
    module = ast.parse(source)
    [call] = [n for n in ast.walk(module) if isinstance(n, ast.Call)]
    noted = Noted(module, module.body[0], call, PLACES["record"])
    assert noted.names == {"action.paused"} and noted.kinds == set()


@pytest.mark.both
async def test_what_an_entry_is_about_is_stored_once_and_for_good(cast: Cast) -> None:
    about: audit.About = {"tag": 7, "action": [3, 4, 3]}
    await transaction(lambda: audit.note(cast.meyer, None, "tag.changed", about, "One"))
    for statement in ("UPDATE audit_about SET object_id = 9 RETURNING id", "DELETE FROM audit_about RETURNING id"):
        with pytest.raises(Exception, match="audit log can not be"):
            await transaction(lambda: database.query(statement))  # noqa: B023
    rows = await AuditAbout.all().order_by("id")
    assert [(row.kind, row.object_id) for row in rows] == [("tag", 7), ("action", 3), ("action", 4)]
    assert {row.campaign_id for row in rows} == {cast.meyer.id}


@pytest.mark.both
async def test_an_entry_of_an_old_process_has_no_object_and_is_in_the_log(cast: Cast) -> None:
    await transaction(lambda: audit.note(cast.meyer, None, "tag.changed", audit.NOTHING, "One"))
    assert await AuditEvent.all().count() == 1 and await AuditAbout.all().count() == 0


@pytest.mark.both
async def test_an_entry_is_also_about_what_is_made_of_its_object_later(cast: Cast) -> None:
    await transaction(lambda: audit.note(cast.meyer, None, "list.uploaded", {"import": 5}, "One"))
    await transaction(lambda: audit.note(cast.meyer, None, "list.uploaded", {"import": 6}, "Two"))
    await transaction(lambda: audit.is_also_about("import", 5, "list", 8))
    [row] = await AuditAbout.filter(kind="list", object_id=8).select_related("event")
    assert row.event.subject == "One"


@pytest.mark.both
async def test_the_saver_is_that_of_this_object_and_not_of_one_with_the_same_name(cast: Cast) -> None:
    for member, number in ((cast.gary, 1), (cast.selina, 2)):
        await transaction(lambda: audit.record(member, "action.saved", {"action": number}, "Same"))  # noqa: B023
    found = Meanwhile({}, [], set())
    assert (await audit.with_saver(found, cast.meyer.id, "action.saved", "action", 1)).by == cast.gary.user.name
    assert (await audit.with_saver(found, cast.meyer.id, "action.saved", "action", 3)).by == found.by
