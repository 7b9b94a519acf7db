"""Things that have one door: the clock, transactions, writing, the log-in, the world outside."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

from tests.cast.tree import ROOT, WEBAPP, every_file, named, nodes, parsed, room

CLOCKS = {"now", "utcnow", "today", "time"}


@every_file
def test_only_the_clock_asks_the_system_for_the_time(path: Path) -> None:
    if room(path) in ("clock", "simulator"):
        return
    found = [
        node.lineno
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("datetime", "date", "time")
    ]
    assert not found


@every_file
def test_transactions_are_begun_only_by_the_one_door(path: Path) -> None:
    text = path.read_text()
    if room(path) == "database":
        return
    assert "in_transaction" not in text and "BEGIN" not in text
    assert "enqueue_job" not in text or path.name == "queue.py"
    assert "os.environ" not in text or path.name in ("config.py", "supervisor.py") or room(path) == "simulator"


@every_file
def test_no_route_loads_a_bare_row_by_its_id(path: Path) -> None:
    """Everything is found through the campaign or the volunteer."""
    if room(path) != "routes" or "webhooks" in path.parts:
        return
    for node in nodes(path):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("get", "get_or_none", "filter")
        ):
            owner = node.func.value
            keys = {keyword.arg or "" for keyword in node.keywords}
            is_model = isinstance(owner, ast.Name) and owner.id[:1].isupper()
            if is_model and any(key == "id" or key.startswith("id__") for key in keys) and len(keys) == 1:
                assert _already_found(node), f"{path.name}:{node.lineno}"


def _already_found(node: ast.Call) -> bool:
    """`Action.get(id=action.id)`: fresh from the database, of a row found through its owner before."""
    value = node.keywords[0].value
    return isinstance(value, ast.Attribute) and value.attr in ("id", "message_id", "conversation_id")


WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update", "update_or_create", "delete"}


@every_file
def test_no_route_opens_a_transaction_or_writes_a_row(path: Path) -> None:
    """A route calls a verb of the models, which a command or an API could call too."""
    if room(path) not in ("routes", "access"):
        return
    assert _writes(parsed(path)) == []


def _writes(tree: ast.AST) -> list[str]:
    """Lines that name the door to transactions, or call a writing method. In routes dictionaries are joined by ``|``: their
    ``update`` would be taken for a row's."""
    found: list[str] = []
    modules = _modules(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            names = {alias.name for alias in node.names}
            found += [f"{node.lineno} imports {n}" for n in names & {"transaction", "transactional", "in_transaction"}]
        if isinstance(node, ast.Attribute) and node.attr in ("transaction", "transactional"):
            found.append(f"{node.lineno} names {node.attr}")
        if isinstance(node, ast.Call) and _writes_a_row(node.func, modules):
            found.append(f"{node.lineno} calls {ast.unparse(node.func)}")
    return sorted(found)


def _writes_a_row(called: ast.expr, modules: set[str]) -> bool:
    if not isinstance(called, ast.Attribute) or called.attr not in WRITES:
        return False
    return not (isinstance(called.value, ast.Name) and called.value.id in modules)


def _modules(tree: ast.AST) -> set[str]:
    """The names under which a file imports modules: `basics.create(...)` is a verb, `Tag.create(...)` writes a row."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
        if named(node.module, alias.name) != node.module
    }


@every_file
def test_only_one_door_asks_whether_a_password_is_right(path: Path) -> None:
    """The limits on tries stand in that door."""
    if path.name in ("passwords.py", "right_password.py"):
        return
    assert "passwords.matches" not in path.read_text()


@every_file
def test_a_session_begins_in_one_place(path: Path) -> None:
    """Whichever way somebody comes in: `entering.enter` begins it, and `entering.let_in` asks for the second step before."""
    text = path.read_text()
    assert "Session.begin(" not in text or path.name == "entering.py"
    assert "entering.enter(" not in text or path.name == "second_step.py"


SECRETS = (
    "models/accounts/sessions.py",
    "models/accounts/passwords.py",
    "models/logins/app_codes.py",
    "models/logins/steps.py",
)


def test_secrets_of_the_log_in_come_from_the_secure_generator() -> None:
    """pyotp's random_base32 takes secrets.choice."""
    for name in SECRETS:
        text = (WEBAPP / name).read_text()
        assert re.search(r"secrets\.(token_urlsafe|choice)|pyotp\.random_base32", text), name
        assert not re.search(r"^import random|^from random|uuid", text, re.MULTILINE), name


def test_a_write_in_a_route_is_found() -> None:
    written = """
from webapp.database import transaction
from webapp.models.accounts import settings
from webapp.models.contacts.labels import Tag
await settings.save(values, member)
await transaction(lambda: Tag.create(name="x"))
await Tag.filter(id=1).update(name="x")
await tag.save()
"""
    assert _writes(ast.parse(written)) == [
        "2 imports transaction",
        "6 calls Tag.create",
        "7 calls Tag.filter(id=1).update",
        "8 calls tag.save",
    ]


def test_nothing_in_the_tree_names_a_registry_or_a_path_of_this_machine() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    for name in tracked:
        if name.startswith(("tests/vectors", "static/vendor")) or Path(name).suffix in (
            ".woff2",
            ".xz",
            ".png",
            ".xlsx",
        ):
            continue
        text = (ROOT / name).read_text(errors="replace")
        for word in ("pypi" + ".org", "files.python" + "hosted", "/work" + "/main", "--index" + "-url"):
            assert word not in text, f"{name} names {word}"


def test_requirements_are_pinned_with_hashes() -> None:
    for name in ("requirements.txt", "requirements-run.txt", "requirements-dev.txt"):
        lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith((" ", "#"))]
        assert len(lines) > 50 and all("==" in line for line in lines)
        assert (ROOT / name).read_text().count("--hash=sha256:") > len(lines)
