"""`bin/bench`: whole taps, clicks and replies a second on PostgreSQL; `--against REV`: beside an older tree. `bin/bench contacts`: lists, filters and bulk work at a million
contacts. `bin/bench results`: the pages of the results and an export at that size. `bin/bench faults --faults N --minutes M --kills N --seed S --volunteers V --workers W`: the fault tests, longer.
`bin/bench uploads --rows N`: a first list, with `--against REV`
beside an older tree. `bin/bench serve`: a campaign of that size, to be looked at in a browser. `bin/bench drain --numbers N --workers W`: is the
pace held?"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

import uvloop

from bench import drain, faults, serving
from bench.contacts import figures as contacts
from bench.results import during
from bench.results import figures as results
from bench.speed import against
from bench.speed import figures as speed
from bench.uploads import figures as uploads

WORK = ("speed", "contacts", "results", "uploads", "drain", "faults", "serve")
MANY = 1_000_000  # contacts
FIRST_LIST = 100_000  # rows
DURING_IMPORT = 200_000  # rows of the list that comes in while people click


def main() -> None:
    options = _options()
    if options.what == "faults":
        sys.exit(faults.run(options))
    with tempfile.TemporaryDirectory() as folder:
        _run(options, Path(folder))


def _run(options: argparse.Namespace, folder: Path) -> None:
    many = options.contacts or MANY
    match options.what:
        case "contacts":
            asyncio.run(contacts.run(folder, many, options.messages, options.rows or MANY))
            clicked = folder / "clicked"
            clicked.mkdir()
            asyncio.run(contacts.during_import(clicked, DURING_IMPORT, options.seconds))
        case "results":
            asyncio.run(results.run(folder, many, options.messages, options.rows or MANY))
            clicked = folder / "clicked"
            clicked.mkdir()
            asyncio.run(during.export(clicked, options.seconds))
        case "uploads":
            uploads.run(folder, options.against, options.rows or FIRST_LIST, options.rounds)
        case "drain":
            asyncio.run(drain.run(folder, options.numbers, options.workers or 2))
        case "serve":
            asyncio.run(serving.serve(folder, many, many * options.messages))
        case _:
            if options.against:
                against.run(folder, options.against, options.contacts or 60_000, options.seconds)
            else:
                uvloop.run(speed.run(folder, options.contacts or 60_000, options.seconds))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("what", nargs="?", default="speed", choices=WORK)
    parser.add_argument(
        "--contacts",
        type=int,
        default=0,
        help="people in the action: 60,000, not below 30,000; for contacts, results and serve 1,000,000",
    )
    parser.add_argument("--messages", type=int, default=5, help="messages a contact, for contacts, results and serve")
    rows = "of the list that is imported, and of the export: 1,000,000; 100,000 for uploads"
    parser.add_argument("--rows", type=int, default=0, help=rows)
    parser.add_argument("--rounds", type=int, default=3, help="in turn, for uploads")
    parser.add_argument("--against", default="", metavar="REV", help="an older tree, measured beside this one in turn")
    parser.add_argument("--seconds", type=float, default=6.0, help="of load, for each figure")
    parser.add_argument("--kills", type=int, default=50, help="of the worker, at exact moments, once")
    parser.add_argument("--faults", type=int, default=150, help="in each storm, on each database")
    parser.add_argument("--minutes", type=float, default=0, help="storms with one seed after the other, for so long")
    parser.add_argument("--numbers", type=int, default=40, help="of the campaign, for drain")
    parser.add_argument("--workers", type=int, default=0, help="2; in storms 4")
    parser.add_argument("--volunteers", type=int, default=50, help="in a storm")
    parser.add_argument("--seed", type=int, default=0, help="of the first storm; a random one where none is given")
    return parser.parse_args()


if __name__ == "__main__":
    main()
