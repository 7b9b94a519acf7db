"""Which help belongs to which screen (SPEC H2): a path of a campaign -> the page of help about it.

Paths are below /c/{slug}/; a * stands for a row's id. A path that is not here has the help of the nearest one above it, as
a form that was refused has that of its page.
"""

from __future__ import annotations

VOLUNTEER = {
    "": "home",
    "actions/*": "action",
    "actions/*/queue": "queue",
    "queue/*": "queue",
    "inbox": "inbox",
    "threads/*": "thread",
    "threads/*/report": "report",
    "account": "account",
    "account/email": "account",
    "account/leaving": "account",
    "account/devices": "log_in",
    "account/password": "log_in",
    "account/passkeys": "log_in",
    "account/passkeys/new": "log_in",
    "account/second-step": "log_in",
    "notices": "notices",
    "notice-choices": "choices",
    "look-ups": "look_ups",
    "look-ups/*": "look_ups",
    "teams": "teams",
    "waiting": "waiting",
    "practice": "practice",
    "practice/account": "practice",
    "practice/actions/*/queue": "queue",
    "practice/badges": "practice",
    "practice/inbox": "inbox",
    "practice/threads/*": "thread",
    "practice/threads/*/report": "report",
    "help": "",
}
OFFICE = {
    "": "dashboard",
    "actions": "actions",
    "actions/new": "basics",
    "actions/*": "basics",
    "actions/*/archive": "archive",
    "actions/*/carriers": "carriers",
    "actions/*/cost": "scripts",
    "actions/*/follow-up": "follow_up",
    "actions/*/publication": "publication",
    "actions/*/report-settings": "report_settings",
    "actions/*/results": "results",
    "actions/*/results/errors": "results",
    "actions/*/results/fields": "results",
    "actions/*/results/initial-scripts": "results",
    "actions/*/results/performs": "results",
    "actions/*/results/reports": "results",
    "actions/*/results/response-scripts": "results",
    "actions/*/results/tags": "results",
    "actions/*/results/users": "results",
    "actions/*/returns": "returns",
    "actions/*/script-costs/*": "scripts",
    "actions/*/scripts": "scripts",
    "actions/*/scripts/*/archive": "scripts",
    "actions/*/sendings": "sendings",
    "actions/*/shortfalls": "scripts",
    "attention": "attention",
    "audit": "audit",
    "bulk/*": "bulk",
    "carriers": "carriers",
    "contacts": "contacts",
    "contacts/bulk/new": "bulk",
    "contacts/*": "contact",
    "districts": "districts",
    "exports": "exports",
    "exports/*": "exports",
    "first-night": "first_night",
    "imports/*": "upload",
    "imports/*/columns": "upload",
    "invites": "invites",
    "library": "library",
    "library/*": "library",
    "lists": "lists",
    "lists/new": "lists",
    "lists/upload": "upload",
    "lists/*": "list",
    "notices": "notices",
    "notices/new": "notices",
    "notices/*": "notices",
    "numbers": "numbers",
    "numbers/*/release": "numbers",
    "operations": "operations",
    "opt-ins": "opt_ins",
    "opt-ins/new": "opt_ins",
    "opt-ins/*": "opt_ins",
    "opt-ins/*/people": "opt_ins",
    "opt-ins/*/people/*": "opt_ins",
    "opt-ins/*/referrals": "opt_ins",
    "opt-ins/*/share": "opt_ins",
    "opt-outs": "opt_outs",
    "opt-outs/sharing": "opt_outs",
    "search": "search",
    "settings": "settings",
    "settings/api": "api",
    "settings/fields": "fields",
    "settings/fields/*": "fields",
    "settings/info": "info",
    "settings/links": "links",
    "settings/links/*": "links",
    "settings/log-in": "log_in",
    "settings/tags": "tags",
    "settings/tags/*": "tags",
    "setup": "setup",
    "undecided": "undecided",
    "unmatched": "unmatched",
    "user-lists": "user_lists",
    "user-lists/*": "user_lists",
    "nightly-imports": "nightly",
    "nightly-imports/*": "nightly",
    "settings/webhooks": "webhooks",
    "settings/webhooks/*": "webhooks",
    "users": "users",
    "users/*": "user",
    "users/*/removal": "removal",
    "users/*/sessions": "user",
    "users/*/suspension": "removal",
    "van": "van",
    "van/key": "van",
    "van/mapping": "van",
    "van/lists": "van",
    "help": "",
}
# The folders of templates/help/office, and of the list of all help
GROUPS = {
    "actions": (
        *(
            "dashboard",
            "first_night",
            "actions",
            "basics",
            "scripts",
            "report_settings",
            "publication",
            "sendings",
            "results",
        ),
        *("returns", "follow_up", "archive", "districts", "attention", "unmatched"),
    ),
    "contacts": (
        *("contacts", "contact", "bulk", "lists", "list", "upload", "opt_ins", "opt_outs", "exports", "van", "nightly"),
    ),
    "users": ("users", "user", "removal", "invites", "user_lists", "notices"),
    "campaign": (
        *("settings", "info", "tags", "fields", "links", "log_in", "numbers", "setup", "operations", "undecided"),
        *("carriers", "audit", "search", "library", "api", "webhooks"),
    ),
}
FOLDERS = {topic: folder for folder, topics in GROUPS.items() for topic in topics}


def address(path: str) -> str:
    """Of the help of the screen at ``path``, whole as a request has it; "" where it belongs to no campaign."""
    empty, c, slug, *below = [*path.split("/"), "", ""][:20]
    if empty or c != "c" or not slug:
        return ""
    office = below[0] == "admin"
    topic = nearest(OFFICE, below[1:]) if office else nearest(VOLUNTEER, below)
    return f"/c/{slug}{'/admin' if office else ''}/help{f'/{topic}' if topic else ''}"


def nearest(topics: dict[str, str], below: list[str]) -> str:
    names = ["*" if name.isdecimal() else name for name in below if name]
    ways = ("/".join(names[:n]) for n in range(len(names), -1, -1))
    return next(topics[way] for way in ways if way in topics)
