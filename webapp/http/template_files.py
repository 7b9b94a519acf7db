"""Template files; in a rehearsal an edit shows within a second."""

from __future__ import annotations

from collections.abc import Callable

import jinja2

from webapp import clock


class Looked(jinja2.FileSystemLoader):
    """Looks at each file at most once a second, whether it was edited: a page has a dozen of them."""

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        text, file, unchanged = super().get_source(environment, template)
        return text, file, _once_a_second(unchanged)


def _once_a_second(unchanged: Callable[[], bool]) -> Callable[[], bool]:
    looked = clock.steady()

    def look() -> bool:
        nonlocal looked
        if clock.steady() - looked < 1:
            return True
        looked = clock.steady()
        return unchanged()

    return look
