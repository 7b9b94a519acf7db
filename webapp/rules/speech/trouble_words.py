"""Words about what stands still: disks, databases, Valkey, clocks (rules/trouble.py)."""

from __future__ import annotations

from webapp.rules.speech.sentences import counted, said

DATABASE = {
    "full": said("The disk of the database is full: nothing can be stored."),
    "read_only": said("The database takes no changes: nothing can be stored."),
    "away": said("The database can't be written."),
}
LOOK = said("Ask whoever runs this server to look at it. Then everything goes on by itself.")
FIX_DATABASE = {
    "full": said("Ask whoever runs this server to make room. Then everything goes on by itself."),
    "read_only": said("Ask whoever runs this server to let it take changes again. Then everything goes on by itself."),
}
FILES = {
    "full": said("The disk of the data directory is full: uploads, pictures and exports fail. Texts go on."),
    "read_only": said("The data directory takes no files: uploads, pictures and exports fail. Texts go on."),
    "away": said("The data directory can't be used: uploads, pictures and exports fail. Texts go on."),
}
# Valkey answers, but stores nothing
VALKEY_REFUSES = {
    "full": said("Valkey, which tells the worker what to do, is full."),
    "read_only": said("Valkey, which tells the worker what to do, is read-only."),
    "disk": said("Valkey, which tells the worker what to do, can't write its disk."),
    "other": said("Valkey, which tells the worker what to do, stores nothing."),
}
SET = {
    "forward": said("This machine's clock was set forward by %(span)s."),
    "back": said("This machine's clock was set back by %(span)s."),
}
VALKEY_AWAY = said("Valkey, which tells the worker what to do, can't be reached.")


def span(seconds: float) -> str:
    """So long, of either sign, in one unit."""
    whole = round(abs(seconds))
    if whole < 120:
        return counted("%(n)s second", "%(n)s seconds", whole)
    if whole < 7200:
        return counted("%(n)s minute", "%(n)s minutes", whole // 60)
    return counted("%(n)s hour", "%(n)s hours", whole // 3600)
