"""E-mails and whether each was sent. A job sends them; the row says which are left."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.database import transactional

QUEUED, SENT, FAILED = "queued", "sent", "failed"
ATTEMPTS = 5


class Mail(Model):
    id = fields.IntField(primary_key=True)
    to = fields.CharField(254)
    subject = fields.CharField(200)
    text = fields.TextField()
    html = fields.TextField(default="")
    status = fields.CharField(10, default=QUEUED)
    attempts = fields.IntField(default=0)
    created_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)

    class Meta:
        table = "mail"

    @classmethod
    @transactional
    async def write(cls, to: str, subject: str, text: str, html: str = "") -> Mail:
        return await cls.create(to=to, subject=subject.strip(), text=text, html=html, created_at=clock.now())

    @transactional
    async def sent(self) -> None:
        """Notes that it was sent and drops its content: links in it are secrets."""
        self.status, self.sent_at, self.text, self.html = SENT, clock.now(), "", ""
        await self.save(update_fields=["status", "sent_at", "text", "html"])

    @transactional
    async def not_sent(self) -> None:
        """Notes a failed attempt. It stays queued until ATTEMPTS have failed."""
        self.attempts += 1
        self.status = FAILED if self.attempts >= ATTEMPTS else QUEUED
        await self.save(update_fields=["attempts", "status"])
