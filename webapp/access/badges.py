"""The numbers beside entries of the menus, as plain SQL about the user ``u`` and the campaign ``c``. The statement that
reads the login reads them too (`Session.in_campaign`)."""

from __future__ import annotations

from webapp.models.accounts import members


def of_volunteer() -> dict[str, str]:
    """The numbers in a volunteer's masthead."""
    held = "SELECT COUNT(*) FROM conversation v WHERE v.user_id = u.id AND v.campaign_id = c.id AND v.unread"
    return {"unread": held}


def of_office() -> dict[str, str]:
    """The numbers in the office's masthead."""
    return {
        "needs_attention": "SELECT COUNT(*) FROM conversation v WHERE v.campaign_id = c.id AND v.needs_attention",
        "waiting": members.waiting_sql(),
    }
