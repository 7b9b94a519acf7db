"""The `textbank` command. Its arguments are in commands/arguments.py, what each one does in commands. No worker has to run."""

from __future__ import annotations

import logging
import sys

from webapp import config, garbage, logs
from webapp.commands import arguments, misspelt
from webapp.rules import late

_tortoise, _shared = late.module("tortoise.exceptions"), late.module("webapp.commands.shared")
_supervisor, _migrate = late.module("webapp.running.supervisor"), late.module("webapp.database.migrate")
_address, _migrated = late.module("webapp.database.address"), late.module("webapp.database.migrated")


def _told_in_one_line() -> tuple[type[BaseException], ...]:
    """Errors that are the user's to fix. Asked only after one: most commands need none of these files."""
    ours = (_shared.Refused, config.ConfigError, _migrated.NotMigrated, _migrate.MigrationError, _supervisor.CannotRun)
    return (*ours, _tortoise.ValidationError, _tortoise.OperationalError, OSError)


def main() -> None:
    garbage.search_seldom()  # before a command's imports
    options = arguments.parser().parse_args()
    try:
        environ = config.with_env_file()
        _address.check(config.use(config.from_environment(environ)).database)
        for sentence in misspelt.unknown(environ):
            print(sentence, file=sys.stderr)
        logs.set_up(logging.INFO if options.command in ("web", "worker") else logging.WARNING)
        options.do(options)
    except KeyboardInterrupt:
        sys.exit(130)
    except _told_in_one_line() as error:
        print(logs.without_secrets(str(error)), file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
