"""Metrics for a Prometheus server that sends the token of the settings. Without a token set there is no such page."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Iterator

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from webapp import config, queue
from webapp.models import writing
from webapp.models.results import operations

SECONDS = 5.0  # the database may take for one family
log = logging.getLogger(__name__)
CONTENT_TYPE = "text/plain; version=0.0.4"


class ReadBefore(Collector):
    """Metrics that were read before: a collector itself can't await the database."""

    def __init__(self, families: list[Metric]) -> None:
        self.families = families

    def collect(self) -> Iterator[Metric]:
        yield from self.families


@get("/metrics")
async def metrics(request: Request) -> Response[bytes]:
    token = config.settings().metrics_token
    given = request.headers.get("authorization", "")
    if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise NotFoundException
    registry = CollectorRegistry()
    registry.register(ReadBefore(await _known()))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE)


async def _known() -> list[Metric]:
    """The figures that can be known now: without the database its figures are left out, and that is a figure too."""
    found, up = [_worker((await queue.signs()).worker)], True
    for read in (_queues, _sends, _open_ends, _delays):
        try:
            found += await asyncio.wait_for(read(), SECONDS)
        except Exception as error:
            log.warning("metrics without %s: %s", read.__name__.strip("_"), type(error).__name__)
            up = False
            break
    writes = up and not (await writing.tried()).database
    up_words, writes_words = "Does the database answer?", "Does it take writes?"
    found.append(GaugeMetricFamily("textbank_database_up", up_words, int(up)))
    return [*found, GaugeMetricFamily("textbank_database_writes", writes_words, int(writes))]


def _worker(seen: bool) -> Metric:
    return GaugeMetricFamily("textbank_worker_up", "Was a worker seen in the last 20 seconds?", int(seen))


async def _queues() -> list[Metric]:
    """Labels name numbers by row id, because a dashboard must not show phone numbers."""
    labels = ["campaign", "number"]
    texts = GaugeMetricFamily("textbank_queue_texts", "Texts that wait to leave.", labels=labels)
    segments = GaugeMetricFamily("textbank_queue_segments", "Their segments.", labels=labels)
    oldest = GaugeMetricFamily("textbank_queue_oldest_seconds", "For how long the oldest has been due.", labels=labels)
    for row in await operations.queues():
        of = [row.campaign, str(row.number_id)]
        texts.add_metric(of, row.texts)
        segments.add_metric(of, row.segments)
        oldest.add_metric(of, row.oldest)
    return [texts, segments, oldest]


async def _sends() -> list[Metric]:
    family = CounterMetricFamily(
        "textbank_texts", "Texts by what became of them, since the beginning.", labels=["result"]
    )
    for name, number in (await operations.sends()).items():
        family.add_metric([name], number)
    return [family]


async def _open_ends() -> list[Metric]:
    ends = await operations.open_ends()
    return [
        GaugeMetricFamily("textbank_sending_texts", "Texts handed to Twilio right now.", ends.sending),
        GaugeMetricFamily("textbank_unknown_texts", "Texts whose fate is not known.", ends.unknown),
        GaugeMetricFamily("textbank_waiting_events", "Events of Twilio that are not applied yet.", ends.events),
        GaugeMetricFamily(
            "textbank_waiting_events_oldest_seconds", "For how long the oldest waits.", ends.oldest_event
        ),
    ]


async def _delays() -> list[Metric]:
    lately = await operations.delays()
    return [
        GaugeMetricFamily(
            "textbank_inbound_delay_seconds", "From our door to the thread, the slowest lately.", lately.inbound
        ),
        GaugeMetricFamily(
            "textbank_callback_delay_seconds", "From sent to Twilio's first word, the slowest lately.", lately.callback
        ),
    ]


router = Router("/", route_handlers=[metrics])
