"""Webhooks leave signed, are tried again, and never go into our own network (SPEC B7)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from typing import Any

import pytest

from tests.cast import Cast
from tests.cast.stand_ins.hooks import taker, wants
from tests.cast.texting import texted
from webapp import config
from webapp.gateways import outside
from webapp.models.accounts.mail import Mail
from webapp.models.hooks.endpoint import HookEndpoint
from webapp.models.hooks.event import SENDING, TAKEN, WAITING, HookEvent
from webapp.models.opt_outs.many import opt_out_many
from webapp.rules.hooks import events
from webapp.workers.hooks import sending


async def send(hook: HookEndpoint) -> None:
    await sending.sweep_hooks({})
    await sending.send_hooks({}, hook.id)


async def test_an_event_arrives_signed_with_what_the_api_shows(cast: Cast) -> None:
    async with taker() as there:
        hook, secret = await wants(cast.selina, there.url, events.SENT, whole_phones=True)
        await texted(cast)
        await send(hook)
        [(headers, body)] = there.taken
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(secret.removeprefix("whsec_"))
        wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == wanted
        [told] = there.told
        assert (told["type"], told["data"]["phone"], told["data"]["status"]) == (
            "message.sent",
            cast.lisa.phone,
            "taken",
        )
        row = await HookEvent.get()
        assert (row.state, row.status, row.answer) == (TAKEN, 200, "thanks")
        await send(hook)
        assert len(there.taken) == 1


async def test_a_failure_and_a_redirect_are_tried_again_with_the_same_id(cast: Cast) -> None:
    async with taker() as there:
        hook, _ = await wants(cast.selina, there.url, events.OPT_OUT)
        await opt_out_many(cast.meyer, ["+14125550199"], "admin", None)
        there.answers = [302]
        await send(hook)
        row = await HookEvent.get()
        assert (row.state, row.status, len(there.taken)) == (WAITING, 302, 1), "no redirect is followed"
        await send(hook)
        assert len(there.taken) == 1, "not before its time"


async def test_owners_are_told_of_one_that_is_gone(cast: Cast) -> None:
    async with taker() as there:
        hook, _ = await wants(cast.selina, there.url + "?token=t0k3n-value", events.OPT_OUT)
        await opt_out_many(cast.meyer, ["+14125550199"], "admin", None)
        there.answers, there.says = [410], "no token t0k3n-value"
        await send(hook)
        letter = await Mail.get()
        assert "t0k3n" not in letter.text + letter.html and (await HookEvent.get()).answer == "no token …"
        assert letter.to == cast.selina.user.email and there.url in letter.text and f"webhooks/{hook.id}" in letter.text


async def test_an_endpoint_is_not_off_without_the_letter_that_says_so(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: object) -> None:
        raise asyncio.CancelledError

    async with taker() as there:
        hook, _ = await wants(cast.selina, there.url, events.OPT_OUT)
        await opt_out_many(cast.meyer, ["+14125550199"], "admin", None)
        there.answers = [410]
        monkeypatch.setattr(Mail, "write", dies)
        with pytest.raises(asyncio.CancelledError):
            await send(hook)
    assert (await HookEndpoint.get(id=hook.id)).off_at is None and (await HookEvent.get()).state == SENDING


async def test_a_name_that_leads_inside_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    async def inside(*_: Any, **__: Any) -> list[dict[str, Any]]:
        return [{"hostname": "x", "host": "127.0.0.1", "port": 443, "family": 2, "proto": 0, "flags": 0}]

    monkeypatch.setattr("webapp.gateways.media.ThreadedResolver.resolve", inside)
    async with outside.opened() as session:
        with pytest.raises(outside.Away, match="no public address"):
            await outside.post(session, "https://data.example.org/", b"{}", {}, False)
        with pytest.raises(outside.Away, match="https"):
            await outside.post(session, "http://127.0.0.1:1/", b"{}", {}, False)


async def test_a_secret_that_no_key_opens_is_said(cast: Cast) -> None:
    async with taker() as there:
        hook, _ = await wants(cast.selina, there.url, events.OPT_OUT)
        await opt_out_many(cast.meyer, ["+14125550199"], "admin", None)
        settings = config.settings()
        try:
            config.use(type(settings)(**{**vars(settings), "secret_key": "another"}))
            await send(hook)
        finally:
            config.use(settings)
        assert "make a new one" in (await HookEvent.get()).answer and there.taken == []
