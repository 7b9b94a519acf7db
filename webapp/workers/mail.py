"""Jobs that send e-mails."""

from __future__ import annotations

import logging
from typing import Any

from webapp import config
from webapp.gateways import email
from webapp.models.accounts.mail import QUEUED, Mail

log = logging.getLogger(__name__)


async def send_mail(ctx: dict[str, Any], mail_id: int) -> None:
    mail = await Mail.get(id=mail_id)
    if mail.status != QUEUED:
        return
    try:
        await email.send(config.settings(), mail.to, mail.subject, mail.text, mail.html)
    except email.NotSent as error:
        log.warning("mail %s was not sent: %s", mail.id, error)
        await mail.not_sent()
    else:
        await mail.sent()


async def send_waiting_mail(ctx: dict[str, Any]) -> None:
    for mail in await Mail.filter(status=QUEUED).order_by("id").limit(50):
        await send_mail(ctx, mail.id)
