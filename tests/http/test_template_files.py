"""A template that is edited in a rehearsal."""

from __future__ import annotations

import os
from pathlib import Path

import jinja2
import pytest

from webapp import clock
from webapp.http import template_files


def test_an_edited_template_is_seen_after_a_second_and_not_looked_for_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, steady = tmp_path / "page.html", 1000.0
    monkeypatch.setattr(clock, "steady", lambda: steady)
    environment = jinja2.Environment(loader=template_files.Looked(tmp_path), auto_reload=True)
    page.write_text("before")
    assert environment.get_template("page.html").render() == "before"
    page.write_text("after")
    os.utime(page, (1, 1))
    steady = 1000.9
    assert environment.get_template("page.html").render() == "before"
    steady = 1001.1
    assert environment.get_template("page.html").render() == "after"
