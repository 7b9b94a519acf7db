"""Where a nightly file is, as somebody typed it: an address, or an SFTP folder (SPEC B8)."""

from __future__ import annotations

from webapp import config, words
from webapp.http.forms import Form
from webapp.models.nightly.folder import Wanted
from webapp.rules.nightly import folder as folder_rules
from webapp.rules.outside import address as outside_address

PASSWORD, KEY = "password", "key"  # how we log in
LONGEST_PASSWORD = 500


def address(form: Form) -> str:
    url = form.text("url", words.gettext("Address"), outside_address.LONGEST, required=True)
    if url and (why := outside_address.why_not(url, config.settings().rehearsal)):
        form.wrong("url", why)
    return url


def folder(form: Form) -> Wanted:
    host = form.text("host", words.gettext("Server"), outside_address.LONGEST_HOST, required=True).lower().rstrip(".")
    if host and (why := outside_address.host_why_not(host, config.settings().rehearsal)):
        form.wrong("host", why)
    port = form.integer("port", words.gettext("Port"), 1, 65_535)
    if not folder_rules.port_may_be(port):
        form.wrong("port", words.gettext("Port: 22, or one from 1,024 on."))
    where = _one_line(form, "folder", words.gettext("Folder"), 400)
    pattern = _one_line(form, "pattern", words.gettext("File"), folder_rules.LONGEST_PATTERN)
    if not folder_rules.one_name(pattern):
        form.wrong("pattern", words.gettext("File: a name without slashes. The folder has a field of its own."))
    user = _one_line(form, "user_name", words.gettext("User"), 100)
    by = form.choice("by", words.gettext("Log in with"), (PASSWORD, KEY))
    return Wanted(host, port, user, where, pattern, _password(form) if by == PASSWORD else "")


def _one_line(form: Form, name: str, label: str, most: int) -> str:
    value = form.text(name, label, most, required=True)
    if not folder_rules.one_line(value):
        form.wrong(name, words.gettext("%(label)s: on one line, without control characters.", label=label))
    return value


def _password(form: Form) -> str:
    value = form.password()
    if not value:
        form.wrong("password", words.gettext("Password is missing."))
    if len(value) > LONGEST_PASSWORD or not folder_rules.one_line(value):
        form.wrong("password", words.gettext("Password: at most 500 characters, on one line."))
    return value
