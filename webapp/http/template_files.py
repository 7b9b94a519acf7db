"""Template files; in a rehearsal an edit shows within a second."""

from __future__ import annotations

from collections.abc import Callable

import jinja2
from jinja2 import nodes

from webapp import clock

OWN = {"_": "_own", "gettext": "_own", "ngettext": "_own_many"}


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


def mark(template: nodes.Template) -> None:
    """Gives the words that stand in this template itself to words.in_page: only they may hold HTML. Words that are handed to it
    stay with words.gettext, which marks nothing: the template escapes them, whatever they hold."""
    for call in template.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and (own := OWN.get(call.node.name)):
            plural = call.node.name == "ngettext"
            if all(map(_stands_there, call.args[: 1 + plural])):
                call.node.name = own


def _stands_there(node: nodes.Expr | None) -> bool:
    if isinstance(node, nodes.CondExpr):
        return _stands_there(node.expr1) and _stands_there(node.expr2)
    return isinstance(node, nodes.Const) and isinstance(node.value, str)
