"""Templates as Jinja compiles them: includes put in their places, words in the reader's language.

In a rehearsal an edit shows within a second.
"""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer

from webapp import clock
from webapp.words import shown

OWN = {"_": "_own", "gettext": "_own", "ngettext": "_own_many"}
JOINED = "volunteer/"
_INCLUDE = re.compile(r'\{% include "([^"]+\.html)" %\}')
Unchanged = Callable[[], bool]


class Looked(jinja2.FileSystemLoader):
    """Looks at each file at most once a second, whether it was edited: a page has a dozen of them.

    On the volunteers' pages an include by a fixed name is replaced by that file's text, in a scope of its own (for an environment
    that trims blocks). Jinja would look each up and copy all names of the page for it, at each tap. Elsewhere that would cost
    more when templates are compiled than it saves.
    """

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Unchanged]:
        text, file, parts = self._joined(environment, template)
        return text, file, _once_a_second(lambda: all(unchanged() for unchanged in parts))

    def _joined(self, environment: jinja2.Environment, template: str) -> tuple[str, str, list[Unchanged]]:
        text, file, unchanged = super().get_source(environment, template)
        parts = [unchanged]

        def included(found: re.Match[str]) -> str:
            inner, _, more = self._joined(environment, found[1])
            parts.extend(more)
            return "{% with %}\n" + inner.removesuffix("\n") + "{% endwith %}"

        return (_INCLUDE.sub(included, text) if template.startswith(JOINED) else text), file, parts


def _once_a_second(unchanged: Unchanged) -> Unchanged:
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


class _Shown(CodeGenerator):
    """Writes each value of a page of HTML by words.shown, in one call. Jinja calls two functions, which cost three times as much."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.shown(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_post(node, frame, finalize)
        else:
            self.write(")")


class Environment(jinja2.Environment):
    """``fixed``: of a template's name, the functions whose results are known when it is compiled, by their names there."""

    fixed: Callable[[str | None], dict[str, Callable[[str], str]]]
    code_generator_class = _Shown
    shown = staticmethod(shown)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """A plain dictionary, which each page copies: Jinja's own is slow to copy, and no template here has names of its own."""
        assert not d
        return self.globals

    def _generate(self, source: nodes.Template, name: str | None, *given: Any, **more: Any) -> str:
        mark(source)
        return super()._generate(_Fixed(self.fixed(name)).visit(source), name, *given, **more)


class _Fixed(NodeTransformer):
    """Puts the results of such calls in their places."""

    def __init__(self, functions: dict[str, Callable[[str], str]]) -> None:
        self._functions = functions

    def visit_Call(self, call: nodes.Call) -> nodes.Node:
        self.generic_visit(call)
        known = self._functions.get(call.node.name) if isinstance(call.node, nodes.Name) else None
        if known is None or len(call.args) != 1 or call.kwargs or call.dyn_args or call.dyn_kwargs:
            return call
        return _fixed(known, call.args[0]) or call


def _fixed(known: Callable[[str], str], node: nodes.Expr) -> nodes.Expr | None:
    """None where the words are not known yet."""
    if isinstance(node, nodes.CondExpr) and node.expr2 is not None:
        one, other = _fixed(known, node.expr1), _fixed(known, node.expr2)
        return nodes.CondExpr(node.test, one, other, lineno=node.lineno) if one and other else None
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return nodes.Const(known(node.value), lineno=node.lineno)
    return None
