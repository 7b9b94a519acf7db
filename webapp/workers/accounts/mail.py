"""Jobs that send e-mails."""

from __future__ import annotations

import logging
from typing import Any

from webapp import config
from webapp.gateways import email
from webapp.models.accounts.mail import Mail

log = logging.getLogger(__name__)


async def send_mail(ctx: dict[str, Any], mail_id: int) -> None:
    mail = await Mail.claim(mail_id)
    if mail is None:
        return
    try:
        await email.send(config.settings(), mail.to, mail.subject, mail.text, mail.html)
    except email.NotSent as error:
        log.warning("mail %s was not sent: %s", mail.id, error)
        await mail.not_sent()
    else:
        await mail.sent()


async def send_waiting_mail(ctx: dict[str, Any]) -> None:
    """Those whose nudge was lost, whose worker died, or that wait for another try."""
    for mail in await Mail.due().order_by("id").limit(50):
        await send_mail(ctx, mail.id)
