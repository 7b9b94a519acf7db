"""The drill: the database is an hour old again, and nobody is texted twice, or after a STOP."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

from tests.cast import Cast, starts_again
from tests.cast.database.backups import back_up, restore
from tests.cast.stand_ins.simulated import Simulated
from webapp import clock
from webapp.gateways.twilio import Twilio
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.message import Message
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND
from webapp.models.results import recount
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Declined, Queued, Stopped
from webapp.rules import errors
from webapp.workers.outcomes import restoring as restoring_jobs
from webapp.workers.sending import draining

PHONES = [f"+1412555{6000 + n}" for n in range(4)]


async def text(cast: Cast, gateway: Twilio, *phones: str) -> None:
    for phone in phones:
        assert isinstance(await cast.click(cast.amy, await Contact.get(phone=phone)), Queued)
    clock.freeze(clock.now() + timedelta(seconds=30))
    await draining.drain({"twilio": gateway}, cast.number.id)
    assert not await Message.exists(status="queued")


async def sent_by_phone(twilio: Simulated) -> Counter[str]:
    found = (await twilio.get("/simulator/messages")).json()
    return Counter(m["to"] for m in found)


async def test_after_a_restore_nothing_leaves_until_what_was_sent_since_is_marked(
    cast: Cast, gateway: Twilio, twilio: Simulated, tmp_path: Path
) -> None:
    for n, phone in enumerate(PHONES):
        await cast.add_contact(phone, first_name=f"C{n}", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    await text(cast, gateway, PHONES[0])
    assert isinstance(await cast.click(cast.amy, await Contact.get(phone=PHONES[1])), Queued)  # waits in the backup
    await restoring_jobs.notice_restore({})
    copy = await back_up(tmp_path)

    clock.freeze(clock.now() + timedelta(minutes=30))
    await draining.drain({"twilio": gateway}, cast.number.id)
    await text(cast, gateway, PHONES[2])
    said = {"from": PHONES[2], "to": cast.number.e164, "body": "STOP", "deliver": False}
    sid = (await twilio.post("/simulator/replies", json=said)).json()["sid"]
    stop = {"MessageSid": sid, "From": PHONES[2], "To": cast.number.e164, "Body": "STOP"}
    event = await applying.keep(INBOUND, stop)
    assert event and await applying.apply(event) and await OptOut.exists()
    await restoring_jobs.notice_restore({})
    assert await sent_by_phone(twilio) == Counter(PHONES[:3])

    await restore(copy)
    assert await Message.filter(status="queued").count() == 1 and not await OptOut.exists()
    await restoring_jobs.notice_restore({})
    meyer = await Campaign.get(id=cast.meyer.id)
    assert meyer.stopped_code == errors.RESTORED and await starts_again(cast.selina) == "restored"
    clock.freeze(clock.now() + timedelta(minutes=1))
    assert await claim_next(cast.number.id) is None
    assert await cast.click(cast.amy, await Contact.get(phone=PHONES[2])) == Stopped("stopped")

    counts = await restoring_jobs.reconcile(gateway)
    assert counts == {"known": 1, "settled": 1, "marked": 1}
    meyer = await Campaign.get(id=cast.meyer.id)
    assert meyer.stopped_code == errors.RECONCILED
    assert await starts_again(cast.gary) == "owner"
    assert await OptOut.filter(phone=PHONES[2]).exists(), "the STOP came in once more"
    assert await recount.differences() == []

    assert await starts_again(cast.selina) == ""
    await restoring_jobs.notice_restore({})
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at is None
    for phone in PHONES[:3]:
        assert isinstance(await cast.click(cast.amy, await Contact.get(phone=phone)), Declined)
    await text(cast, gateway, PHONES[3])
    assert await sent_by_phone(twilio) == Counter(PHONES), "once each"
