"""The rooms of DESIGN and the arrows between them, walked on every run."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
WEBAPP = ROOT / "webapp"

EVERYONE_MAY_USE = {"config", "clock", "database"}
ARROWS = {
    "rules": {"rules"},
    "models": {"models", "rules", "reader"},
    "reader": {"reader", "rules"},
    "gateways": {"gateways", "rules"},
    "workers": {"workers", "models", "gateways", "queue", "live", "pages", "letters"},
    "routes": {"routes", "models", "rules", "queue", "live", "pages", "forms", "access", "letters", "limiting", "words"},
    "access": {"models", "rules", "pages", "words"},
    "words": set(),
    "pages": {"rules", "words", "static_files"},
    "static_files": set(),
    "forms": {"rules", "words"},
    "letters": {"pages", "models", "queue", "words"},
    "limiting": set(),
    "live": {"queue"},
    "queue": set(),
    "logs": set(),
    "database": {"models"},
    "config": set(),
    "clock": set(),
    "simulator": {"simulator", "static_files"},
    "demo": {"models", "gateways"},
    "web": {"app"},
}  # fmt: skip
SEE_EVERYTHING = {"app", "cli", "supervisor"}
ALLOWED_FILES = {
    ("webapp/workers/main.py", "*"), ("webapp/workers/settings.py", "*"),
    ("webapp/routes/webhooks/twilio.py", "gateways"),  # the webhook's signature check
}  # fmt: skip


def sources() -> list[Path]:
    found = [path for path in WEBAPP.rglob("*.py") if "migrations" not in path.parts]
    assert len(found) > 60
    return found


def room(path: Path) -> str:
    relative = path.relative_to(WEBAPP)
    return relative.parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """The rooms a file imports from."""
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "webapp":
            names = [node.module.split(".")[1]] if "." in node.module else [alias.name for alias in node.names]
            rooms.update(names)
        if isinstance(node, ast.Import):
            rooms.update(alias.name.split(".")[1] for alias in node.names if alias.name.startswith("webapp."))
    return rooms


def every_file(test: Callable[[Path], None]) -> Callable[[], None]:
    """One test over all files, which names each that fails: a thousand small tests cost more than what they look at."""

    def over_all() -> None:
        wrong = {}
        for path in sources():
            try:
                test(path)
            except AssertionError as error:
                wrong[str(path.relative_to(ROOT))] = str(error).splitlines()[0] if str(error) else "fails"
        assert wrong == {}

    return over_all


@every_file
def test_imports_follow_the_arrows(path: Path) -> None:
    here, name = room(path), str(path.relative_to(ROOT))
    if here in SEE_EVERYTHING or here == "__init__" or (name, "*") in ALLOWED_FILES:
        return
    allowed = ARROWS[here] | (EVERYONE_MAY_USE if here not in ("rules", "simulator") else set()) | {here}
    allowed |= {extra for file, extra in ALLOWED_FILES if file == name}
    assert imported(path) <= allowed


@every_file
def test_imports_stand_at_the_top(path: Path) -> None:
    inner = [
        node.lineno
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inner or path.name == "cli.py"  # uvloop is not everywhere


CLOCKS = {"now", "utcnow", "today", "time"}


@every_file
def test_only_the_clock_asks_the_system_for_the_time(path: Path) -> None:
    if room(path) in ("clock", "simulator"):
        return
    found = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
        and isinstance(node.func.value, ast.Name) and node.func.value.id in ("datetime", "date", "time")
    ]  # fmt: skip
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
    for node in ast.walk(ast.parse(path.read_text())):
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


def test_nothing_in_the_tree_names_a_registry_or_a_path_of_this_machine() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    for name in tracked:
        if name.startswith(("tests/vectors", "static/vendor")) or Path(name).suffix in (".woff2", ".png", ".xlsx"):
            continue
        text = (ROOT / name).read_text(errors="replace")
        for word in ("pypi" + ".org", "files.python" + "hosted", "/work" + "/main", "--index" + "-url"):
            assert word not in text, f"{name} names {word}"


def test_requirements_are_pinned_with_hashes() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith((" ", "#"))]
        assert len(lines) > 50 and all("==" in line for line in lines)
        assert (ROOT / name).read_text().count("--hash=sha256:") > len(lines)


def test_functions_and_files_stay_short() -> None:
    """STYLE's numbers as a smell test: few may be longer, none by much."""
    long_files = [p for p in sources() if p.read_text().count("\n") > 320]
    functions = [
        f"{path.relative_to(ROOT)} {node.name}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno > 45  # type: ignore[operator]
    ]
    assert long_files == [] and functions == []
