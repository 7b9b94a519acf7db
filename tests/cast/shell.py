"""`textbank ...` as a shell runs it, forked from one process that has the command's imports done: they take a second."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
Textbank = Callable[..., subprocess.CompletedProcess[str]]
Shell = Callable[[Path], Textbank]  # the command on the database of a folder


class Shells:
    """Runs one command after the other, each in a process of its own."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.cast.shell"]
        self._forking = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, words: list[str], environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
        assert self._forking.stdin and self._forking.stdout
        told = {"words": words, "environment": environment, "folder": str(folder)}
        self._forking.stdin.write(json.dumps(told) + "\n")
        self._forking.stdin.flush()
        code, out, err = json.loads(self._forking.stdout.readline())
        return subprocess.CompletedProcess(words, code, out, err)

    def close(self) -> None:
        assert self._forking.stdin
        self._forking.stdin.close()
        self._forking.wait()


def _run(told: dict[str, Any]) -> tuple[int, str, str]:
    said = [os.memfd_create(name) for name in ("out", "err")]
    if (pid := os.fork()) == 0:
        _become(told, *said)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), _read(said[0]), _read(said[1])


def _become(told: dict[str, Any], out: int, err: int) -> None:
    """Never returns."""
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.chdir(told["folder"])
        os.environ.clear()
        os.environ.update(told["environment"])
        sys.argv = ["textbank", *told["words"]]
        cli.main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _read(file: int) -> str:
    os.lseek(file, 0, os.SEEK_SET)
    with os.fdopen(file, encoding="utf-8") as text:
        return text.read()


if __name__ == "__main__":
    import importlib
    import pkgutil

    import webapp.commands
    from webapp import cli

    for module in pkgutil.iter_modules(webapp.commands.__path__):
        importlib.import_module(f"webapp.commands.{module.name}")
    for line in sys.stdin:
        print(json.dumps(_run(json.loads(line))), flush=True)
