"""All scripts of the library, in the order of its page (SPEC H3)."""

from __future__ import annotations

from webapp.rules.library import english, spanish
from webapp.rules.library.prepared import Prepared

ALL = (*english.SCRIPTS, *spanish.SCRIPTS)
BY_SLUG: dict[str, Prepared] = {one.slug: one for one in ALL}
