"""E-mails and whether each was sent. A job sends them; the row says which are left."""

from __future__ import annotations

from datetime import timedelta

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from webapp import clock
from webapp.database import transactional

QUEUED, SENT, FAILED = "queued", "sent", "failed"
PAUSES = tuple(timedelta(minutes=n) for n in (1, 2, 5, 10, 20))  # after each try, so that a mail server may restart
ATTEMPTS = len(PAUSES)


class Mail(Model):
    """``next_at``: it is not tried again before; None where it was never tried."""

    id = fields.IntField(primary_key=True)
    to = fields.CharField(254)
    subject = fields.CharField(200)
    text = fields.TextField()
    html = fields.TextField(default="")
    status = fields.CharField(10, default=QUEUED)
    attempts = fields.IntField(default=0)
    created_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)
    next_at = fields.DatetimeField(null=True)

    class Meta:
        table = "mail"

    @classmethod
    @transactional
    async def write(cls, to: str, subject: str, text: str, html: str = "") -> Mail:
        return await cls.create(to=to, subject=subject.strip(), text=text, html=html, created_at=clock.now())

    @classmethod
    def due(cls) -> QuerySet[Mail]:
        now = clock.now()
        return cls.filter(status=QUEUED).filter(Q(next_at=None) | Q(next_at__lte=now))

    @classmethod
    @transactional
    async def claim(cls, mail_id: int) -> Mail | None:
        """The e-mail, for one try; None where somebody else is trying it, or has sent it. If the worker dies, the next
        try takes it."""
        mail = await cls.due().filter(id=mail_id).select_for_update().first()
        if mail is not None:
            mail.next_at = clock.now() + PAUSES[min(mail.attempts, ATTEMPTS - 1)]
            await mail.save(update_fields=["next_at"])
        return mail

    @transactional
    async def sent(self) -> None:
        """Notes that it was sent and drops its content: links in it are secrets."""
        self.status, self.sent_at, self.text, self.html = SENT, clock.now(), "", ""
        await self.save(update_fields=["status", "sent_at", "text", "html"])

    @transactional
    async def not_sent(self) -> None:
        """Notes a failed attempt. It stays queued until ATTEMPTS have failed; then its content is dropped, as of one that was
        sent."""
        self.attempts += 1
        if self.attempts >= ATTEMPTS:
            self.status, self.text, self.html = FAILED, "", ""
        await self.save(update_fields=["attempts", "status", "text", "html"])
