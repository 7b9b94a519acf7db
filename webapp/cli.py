"""The `textbank` command. Its arguments are in commands/arguments.py, what each one does in commands. No worker has to run."""

from __future__ import annotations

import logging
import sys

from tortoise.exceptions import OperationalError, ValidationError

from webapp import config, logs
from webapp.commands import arguments
from webapp.commands.shared import Refused
from webapp.config import ConfigError
from webapp.database import address
from webapp.database.migrate import MigrationError
from webapp.database.migrated import NotMigrated
from webapp.running.supervisor import CannotRun

ONE_LINE = (Refused, ConfigError, NotMigrated, MigrationError, ValidationError, OperationalError, OSError, CannotRun)


def main() -> None:
    options = arguments.parser().parse_args()
    try:
        environ = config.with_env_file()
        chosen = config.use(config.from_environment(environ))
        address.check(chosen.database)
        for sentence in config.unknown(environ):
            print(sentence, file=sys.stderr)
        logs.set_up(logging.INFO if options.command in ("web", "worker") else logging.WARNING)
        options.do(options)
    except KeyboardInterrupt:
        sys.exit(130)
    except ONE_LINE as error:
        print(logs.without_secrets(str(error)), file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
