"""Metrics for a Prometheus server that sends the token of the settings. Without a token set there is no such page."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from webapp import config, queue
from webapp.models.results import operations

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


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
    registry.register(ReadBefore([*await _queues(), await _sends(), *await _open_ends(), *await _delays()]))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE)


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


async def _sends() -> Metric:
    family = CounterMetricFamily(
        "textbank_texts", "Texts by what became of them, since the beginning.", labels=["result"]
    )
    for name, number in (await operations.sends()).items():
        family.add_metric([name], number)
    return family


async def _open_ends() -> list[Metric]:
    ends = await operations.open_ends()
    return [
        GaugeMetricFamily("textbank_sending_texts", "Texts handed to Twilio right now.", ends.sending),
        GaugeMetricFamily("textbank_unknown_texts", "Texts whose fate is not known.", ends.unknown),
        GaugeMetricFamily("textbank_waiting_events", "What Twilio told and is not applied yet.", ends.events),
        GaugeMetricFamily(
            "textbank_waiting_events_oldest_seconds", "For how long the oldest waits.", ends.oldest_event
        ),
        GaugeMetricFamily(
            "textbank_worker_up", "Was a worker seen in the last 20 seconds?", int(await queue.worker_seen())
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
