"""The arguments of the `textbank` commands, and which function does each."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from webapp.rules import late
from webapp.rules.accounts.user_filter import ROLES
from webapp.rules.exports.columns import CSV, FORMATS, KINDS

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="textbank", description="Peer-to-peer texting for campaigns, unions and non-profits."
    )
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _processes(commands)
    _doctor(commands)
    _campaign(commands.add_parser("campaign", help="campaigns"))
    _user(commands.add_parser("user", help="users"))
    _import(commands)
    _export(commands)
    return made


def _command(
    commands: Subparsers, name: str, do: Callable[[argparse.Namespace], Any], words: str
) -> argparse.ArgumentParser:
    made = commands.add_parser(name, help=words, description=words)
    made.set_defaults(do=do)
    return made


_shared = late.module("webapp.commands.shared")


def _do(name: str) -> Callable[[argparse.Namespace], Any]:
    """The function behind a command, such as "users.create". Its file is imported only for this command, which else would wait
    for the imports of all."""
    file, _, function = name.partition(".")
    return lambda options: getattr(late.module(f"webapp.commands.{file}"), function)(options)


def _database(name: str) -> Callable[[argparse.Namespace], None]:
    """A command that works on the open database."""
    return lambda options: _shared.in_database(lambda: _do(name)(options))


def _processes(commands: Subparsers) -> None:
    _command(commands, "run", _do("processes.run"), "everything on this machine; without a Twilio account a rehearsal")
    _command(commands, "web", _do("processes.run_web"), "one web process")
    _command(commands, "worker", _do("processes.run_worker"), "one worker process")
    _command(commands, "migrate", _do("processes.bring_up_to_date"), "bring the database up to date")
    commands.add_parser("prepare").set_defaults(do=_do("processes.prepare"))  # what `run` does first, in a child
    demo = _database("processes.make_demo")
    _command(commands, "demo", demo, "make the rehearsal's campaign; its simulator must run")


def _doctor(commands: Subparsers) -> None:
    examine = _database("doctor.examine")
    parser = _command(commands, "doctor", examine, "check guards, kept counts and stored events")
    parser.add_argument(
        "--after-restore", action="store_true", help="stop everything, and mark what Twilio has sent since the backup"
    )
    parser.add_argument("--json", action="store_true", help="print one object that a script can read")


def _campaign(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    create = verbs.add_parser("create", help="a new campaign")
    create.add_argument("name")
    create.add_argument("--slug", required=True, help="its name in addresses: small letters, digits, dashes")
    create.add_argument("--timezone", required=True, help="such as America/New_York")
    create.add_argument("--description", default="", help="one or two sentences, used by its variable in scripts")
    create.add_argument("--broadcast-phone", default="", help="used by its variable in scripts")
    create.add_argument("--approval", action="store_true", help="new volunteers wait until an admin approves them")
    create.set_defaults(do=_database("campaigns.create"))
    number = verbs.add_parser("number", help="give a campaign a number of the Twilio account")
    number.add_argument("phone")
    number.add_argument("--slug", required=True)
    number.add_argument("--rate", type=float, default=1.0, help="segments a second")
    number.set_defaults(do=_database("campaigns.add_a_number"))


def _user(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    create = verbs.add_parser("create", help="a new user, or a role in a campaign for a known one")
    create.add_argument("--email", required=True)
    create.add_argument("--role", required=True, choices=ROLES)
    create.add_argument("--campaign", required=True, metavar="SLUG")
    create.add_argument("--name", default="", help='such as "Selina Meyer"; who has none is asked with the password')
    create.add_argument("--phone", default="", help="their own; the set-up check texts an owner's")
    create.set_defaults(do=_database("users.create"))
    forget = verbs.add_parser(
        "forget-second-step", help="for somebody you know who lost their phone and recovery codes"
    )
    forget.add_argument("--email", required=True)
    forget.set_defaults(do=_database("users.forget_second_step"))


def _export(commands: Subparsers) -> None:
    parser = _command(
        commands, "export", _database("exports.export"), "write a file of texts, contacts, reports or users"
    )
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--campaign", required=True, metavar="SLUG")
    of = parser.add_mutually_exclusive_group()
    of.add_argument("--action", type=int, default=0, metavar="ID", help="only of this action")
    of.add_argument("--list", default="", metavar="NAME", dest="list_name", help="only contacts of this list")
    parser.add_argument("--format", choices=FORMATS, default=CSV)
    parser.add_argument("--output", type=Path, metavar="FILE", help="instead of standard output")


def _import(commands: Subparsers) -> None:
    parser = _command(commands, "import", _do("imports.import_file"), "read a contact list")
    parser.add_argument("file", type=Path)
    parser.add_argument("--campaign", required=True, metavar="SLUG")
    parser.add_argument("--list", required=True, metavar="NAME", dest="list_name")
    parser.add_argument(
        "--map",
        metavar="COLUMN=FIELD",
        help='say what a column is; may be repeated. A column without a header is "Column 3"; COLUMN= leaves it out',
        action="append",
        default=[],
    )
    parser.add_argument("--sheet", default="", metavar="NAME", help="the sheet of a workbook")
    parser.add_argument("--header-line", type=int, metavar="N", help="the line of the header; 0 for none")
    parser.add_argument("--without-hidden-rows", action="store_true", help="leave out a workbook's hidden rows")
    parser.add_argument(
        "--opt-out-column",
        metavar="COLUMN",
        help="opt out the people whom this column says not to text; without it their rows are refused",
        action="append",
        default=[],
    )
    parser.add_argument(
        "--take-words", action="store_true", help="take numbers with words beside them; opt out where they say so"
    )
    parser.add_argument(
        "--take-notes", action="store_true", help="take people of whom a note says not to text or a wrong number"
    )
    parser.add_argument("--home-phones", action="store_true", help="use a home phone where the others are blank")
    parser.add_argument("--json", action="store_true", help="print one object that a script can read")
