"""The rooms of DESIGN and the arrows between them, walked on every run."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.cast.tree import BENCH, ROOT, WEBAPP, every_file, graph, imported, imports_of, nodes, room, sources

EVERYONE_MAY_USE = {"config", "clock", "database"}
ARROWS = {
    "rules": {"rules"},
    "models": {"models", "rules", "reader"},
    "reader": {"reader", "rules"},
    "gateways": {"gateways", "rules"},
    "workers": {"workers", "models", "gateways", "rules", "queue", "live", "news", "http", "letters", "words"},
    "routes": {"routes", "models", "rules", "queue", "live", "news", "http", "access", "letters", "limiting", "words"},
    "access": {"access", "models", "rules", "http", "words", "queue", "limiting"},
    "words": {"rules"},
    "http": {"http", "rules", "words"},
    "letters": {"http", "models", "queue", "words", "limiting"},
    "limiting": set(),
    "live": {"queue"},
    "news": {"live", "models"},
    "queue": set(),
    "logs": {"rules"},
    "database": {"models"},
    "config": set(),
    "clock": set(),
    "garbage": set(),
    "simulator": {"simulator"},
    "running": {"app", "models", "gateways", "garbage", "simulator"},
    "commands": {"letters", "running", "workers", "models", "gateways", "rules"},
    "cli": {"commands", "running", "models", "logs", "garbage", "rules"},
}
SEE_EVERYTHING = {"app"}
ALLOWED_FILES = {
    ("webapp/workers/main.py", "*"),
    ("webapp/workers/settings.py", "*"),
    ("webapp/routes/webhooks/twilio.py", "gateways"),  # the webhook's signature check
}


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
    {"assignments", "links"},
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


NO_ROOMS = {"__init__", "__pycache__", "help", "main", "settings"}  # help has no rows; a worker's own files


def test_what_stands_beside_a_room_of_the_models_has_its_name() -> None:
    """As `models/bulk` has a `bulk` among the routes of the office, its templates and the jobs."""
    beside = [WEBAPP / "routes" / "admin", WEBAPP / "templates" / "admin", WEBAPP / "workers"]
    found = {path.relative_to(WEBAPP): path.stem for top in beside for path in top.iterdir()}
    assert len(found) > 50
    assert {str(path) for path, name in found.items() if name not in set.union(*ORDER) | NO_ROOMS} == set()


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
    assert [path for path in sources() if any(name.split(".")[0] == "bench" for name in imports_of(path))] == []


def test_no_module_uses_itself_by_way_of_others() -> None:
    assert circle(graph(WEBAPP)) == [] and circle(graph(BENCH)) == []


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


@every_file
def test_imports_stand_at_the_top(path: Path) -> None:
    inner = [
        node.lineno
        for function in nodes(path)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inner
