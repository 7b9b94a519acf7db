"""The rooms of DESIGN and the arrows between them, walked on every run."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
WEBAPP, BENCH = ROOT / "webapp", ROOT / "bench"

EVERYONE_MAY_USE = {"config", "clock", "database"}
ARROWS = {
    "rules": {"rules"},
    "models": {"models", "rules", "reader"},
    "reader": {"reader", "rules"},
    "gateways": {"gateways", "rules"},
    "workers": {"workers", "models", "gateways", "rules", "queue", "live", "news", "pages", "letters", "words"},
    "routes": {
        "routes",
        "models",
        "rules",
        "queue",
        "live",
        "news",
        "pages",
        "forms",
        "http",
        "access",
        "letters",
        "limiting",
        "words",
    },
    "access": {"access", "models", "rules", "pages", "words", "queue", "forms", "limiting"},
    "words": {"rules"},
    "http": {"http"},
    "pages": {"rules", "words", "http"},
    "forms": {"rules", "words"},
    "letters": {"pages", "models", "queue", "words", "limiting"},
    "limiting": set(),
    "live": {"queue"},
    "news": {"live", "models"},
    "queue": set(),
    "logs": {"rules"},
    "database": {"models"},
    "config": set(),
    "clock": set(),
    "simulator": {"simulator"},
    "running": {"app", "models", "gateways", "simulator"},
    "commands": {"letters", "running", "workers", "models", "gateways", "rules"},
    "cli": {"commands", "running", "models", "logs", "rules"},
}
SEE_EVERYTHING = {"app"}
ALLOWED_FILES = {
    ("webapp/workers/main.py", "*"),
    ("webapp/workers/settings.py", "*"),
    ("webapp/routes/webhooks/twilio.py", "gateways"),  # the webhook's signature check
}


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
    return rooms | {name.split(".")[1] for name in imported_late(path) if name.startswith("webapp.")}


def imported_late(path: Path) -> set[str]:
    """The modules that a file imports when it first uses them (rules/late.py)."""
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call) and node.args)
    written = (
        ast.literal_eval(call.args[0])
        for call in calls
        if ast.unparse(call.func) == "late.module" and isinstance(call.args[0], ast.Constant)
    )
    return {str(name) for name in written}


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


# The rooms of the models, each using only those before it; those on one line don't use each other
ORDER = (
    {"", "accounts"},
    {"contacts", "joining", "logins"},
    {"numbers", "actions", "van"},
    {"conversations", "opt_in_forms", "search"},
    {"cards"},
    {"opt_outs", "scripts", "departures", "carriers"},
    {"imports", "reports", "bulk", "outcomes", "notices"},
    {"sending", "results", "van_lists"},
    {"opt_ins"},
    {"receiving"},
    {"exports", "api"},
    {"hooks", "nightly", "sharing"},
)


def level(module: str) -> tuple[int, str]:
    """Which floor a module of webapp.models stands on, and its room; "" is the flat files."""
    parts = module.split(".")
    name = parts[2] if len(parts) > 3 else ""
    return next(n for n, rooms in enumerate(ORDER) if name in rooms), name


def test_each_room_of_the_models_uses_only_those_before_it() -> None:
    wrong = [
        f"{user} uses {used}"
        for user, uses in graph(WEBAPP).items()
        for used in uses
        if user.startswith("webapp.models.") and used.startswith("webapp.models.")
        if not _may_use(level(user), level(used))
    ]
    assert wrong == []


def _may_use(user: tuple[int, str], used: tuple[int, str]) -> bool:
    return used[0] < user[0] or used[1] in (user[1], "")


# The same of bench: what the benchmarks need, the benchmarks, one that uses another, and the command
BENCH_ORDER = (
    {"measured", "bank", "big"},
    {"speed", "drain", "serving", "faults", "shots"},
    {"uploads"},
    {"contacts", "results"},
    {"__main__"},
)


def bench_level(module: str) -> tuple[int, str]:
    name = module.split(".")[1]
    return next(n for n, rooms in enumerate(BENCH_ORDER) if name in rooms), name


def test_bench_uses_only_what_stands_before_it() -> None:
    uses = graph(BENCH)
    assert len(uses) > 20
    pairs = [(user, used) for user in uses for used in uses[user]]
    assert [pair for pair in pairs if not _may_use(*map(bench_level, pair))] == []


def test_the_product_does_not_use_bench() -> None:
    assert [path for path in sources() if any(name.split(".")[0] == "bench" for name in _imports(path))] == []


def test_no_module_uses_itself_by_way_of_others() -> None:
    assert circle(graph(WEBAPP)) == [] and circle(graph(BENCH)) == []


def graph(folder: Path) -> dict[str, set[str]]:
    """Each module below a folder -> those of the same folder that it imports."""
    modules = {module(path): path for path in folder.rglob("*.py") if "migrations" not in path.parts}
    return {name: {used for used in _imports(path) if used in modules} - {name} for name, path in modules.items()}


def module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path) -> set[str]:
    """The modules a file names in its imports. ``from a import b`` names a.b, and a where b is something in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {_named(node.module, alias.name) for alias in node.names}
    return found


def _named(package: str, name: str) -> str:
    place = ROOT.joinpath(*package.split("."), name)
    return f"{package}.{name}" if place.is_dir() or place.with_suffix(".py").exists() else package


def circle(uses: dict[str, set[str]]) -> list[str]:
    """The modules of one circle, in order; empty where there is none."""
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        done.add(name)
        return next((found for used in sorted(uses[name]) if (found := walk(used, [*way, name]))), [])

    return next((found for name in sorted(uses) if (found := walk(name, []))), [])


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


MOST_FILES, MOST_LINES = 16, 2_000


def test_no_room_is_crowded() -> None:
    """A room that gets fuller is split. Migrations only grow: one is never changed."""
    rooms = {path.parent for top in (WEBAPP, BENCH) for path in top.rglob("*.*") if path.suffix in (".py", ".html")}
    rooms -= {WEBAPP / "migrations"}
    assert {WEBAPP, BENCH} <= rooms
    crowded = {}
    for folder in rooms:
        if folder.name == "migrations":  # a diary, which nobody rearranges
            continue
        files = [path for path in folder.iterdir() if path.suffix in (".py", ".html") and path.stem != "__init__"]
        lines = sum(path.read_text().count("\n") for path in files)
        if len(files) > MOST_FILES or lines > MOST_LINES:
            crowded[str(folder.relative_to(ROOT))] = (len(files), lines)
    assert crowded == {}


@every_file
def test_imports_stand_at_the_top(path: Path) -> None:
    inner = [
        node.lineno
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inner


CLOCKS = {"now", "utcnow", "today", "time"}


@every_file
def test_only_the_clock_asks_the_system_for_the_time(path: Path) -> None:
    if room(path) in ("clock", "simulator"):
        return
    found = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
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


WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update", "update_or_create", "delete"}


@every_file
def test_no_route_opens_a_transaction_or_writes_a_row(path: Path) -> None:
    """A route calls a verb of the models, which a command or an API could call too."""
    if room(path) not in ("routes", "access"):
        return
    assert _writes(ast.parse(path.read_text())) == []


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
        if _named(node.module, alias.name) != node.module
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


def test_functions_and_files_stay_short() -> None:
    """STYLE 16 as a smell test: few may be longer, none by much."""
    tables = {WEBAPP / "database" / "guards.py"}  # a table of SQL
    assert too_long([path for path in sources() if path not in tables], lines=250, in_a_function=30) == []


def test_bench_and_what_starts_the_product_stay_short() -> None:
    """STYLE 16, to the letter."""
    rooms = [BENCH, *(WEBAPP / name for name in ("commands", "running", "gateways", "simulator"))]
    files = [path for folder in rooms for path in folder.rglob("*.py")]
    assert too_long([*files, WEBAPP / "cli.py"], lines=250, in_a_function=30) == []


def test_handlers_only_find_tell_and_answer() -> None:
    """A body of 12 lines holds that: find the rows, call one function of the models, answer with a page."""
    long = [
        f"{path.relative_to(ROOT)} {node.name}"
        for path in (WEBAPP / "routes").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.AsyncFunctionDef) and _is_handler(node) and _lines_of_body(node) > 12
    ]
    assert long == []


def _is_handler(node: ast.AsyncFunctionDef) -> bool:
    called = [one.func for one in node.decorator_list if isinstance(one, ast.Call)]
    return any(isinstance(one, ast.Name) and one.id in {"get", "post"} for one in called)


def _lines_of_body(node: ast.AsyncFunctionDef) -> int:
    first = node.body[1 if ast.get_docstring(node) and len(node.body) > 1 else 0]
    return (node.end_lineno or first.lineno) - first.lineno + 1


def too_long(paths: Sequence[Path], lines: int, in_a_function: int) -> list[str]:
    files = [str(path.relative_to(ROOT)) for path in paths if path.read_text().count("\n") > lines]
    return files + [
        f"{path.relative_to(ROOT)} {node.name}"
        for path in paths
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= in_a_function
    ]
