"""指标 — the figures of the whole and of this process as Prometheus reads them; no label names anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from console.asker import may_see
from console.timing import BOUNDS, Durations
from outreach.upkeep import pulses
from outreach.upkeep.vitals import Vitals

if TYPE_CHECKING:
    from prometheus_client import Metric

LOG = structlog.get_logger("metrics")
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class OfProcess:
    """What only this process knows. `longest_block` is asked anew for each scrape: seconds, since the last one."""

    webhook: Durations
    longest_block: Callable[[], float]
    blocked: Callable[[], int]


def add_metrics(
    app: web.Application, look: Callable[[], Awaitable[Vitals]], of_process: OfProcess, token: str = ""
) -> None:
    """`/metrics` for whoever may see it; to all others there is no such page."""

    async def metrics(request: web.Request) -> web.Response:
        if not may_see(request, token):
            raise web.HTTPNotFound
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                vitals = await look()
        except Exception as fault:
            LOG.error("vitals_not_taken", fault=type(fault).__name__)
            vitals = None
        body = await asyncio.to_thread(exposition, vitals, of_process)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    app.router.add_get("/metrics", metrics)


def exposition(vitals: Vitals | None, of_process: OfProcess) -> bytes:
    """The page in the text format 0.0.4 of Prometheus; without vitals what this process knows by itself."""
    # Imported when first asked for: most bureaux run without Prometheus.
    from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
    from prometheus_client.registry import Collector

    class Once(Collector):
        def collect(self) -> Iterable[Metric]:
            yield from _of_process(vitals, of_process)
            if vitals is not None:
                yield from _of_all(vitals)

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(Once())
    return generate_latest(registry)


def _of_process(vitals: Vitals | None, of_process: OfProcess) -> Iterable[Metric]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

    yield GaugeMetricFamily(
        "anshao_database_up", "Whether the database could be asked just now.", int(vitals is not None)
    )
    counts = list(accumulate(of_process.webhook.counts))
    buckets = [*zip(map(str, BOUNDS), counts, strict=False), ("+Inf", counts[-1])]
    yield HistogramMetricFamily(
        "anshao_webhook_seconds", "How long Telegram waited for an answer to an update.", buckets=buckets,
        sum_value=of_process.webhook.seconds,
    )  # fmt: skip
    yield GaugeMetricFamily(
        "anshao_loop_longest_block_seconds", "For how long the event loop stood still at most since the last scrape.",
        of_process.longest_block(),
    )  # fmt: skip
    yield CounterMetricFamily("anshao_loop_blocked", "How often it stood still for over 5 seconds.",
                              of_process.blocked())  # fmt: skip


def _of_all(vitals: Vitals) -> Iterable[Metric]:
    from prometheus_client.core import GaugeMetricFamily

    for name, about, value in _figures(vitals):
        yield GaugeMetricFamily(f"anshao_{name}", about, value)
    refused = GaugeMetricFamily("anshao_refused", "Notices refused within a day, by reason.", labels=["reason"])
    for reason, count in sorted(vitals.refused.items()):
        refused.add_metric([reason], count)
    paused = GaugeMetricFamily(
        "anshao_paused_until_seconds", "Until when sending is paused (Unix time), by what paused it.", labels=["pause"]
    )
    for pause, until_at in sorted(vitals.pauses.items()):
        paused.add_metric([pause], until_at.timestamp())
    version = GaugeMetricFamily("anshao_database_info", "The database.", labels=["version", "journal_mode"])
    version.add_metric([vitals.database_version, vitals.journal_mode], 1)
    yield from (refused, paused, version)


def _figures(vitals: Vitals) -> Iterable[tuple[str, str, float]]:
    yield "oldest_queued_seconds", "How long the oldest notice that is due waits.", _s(vitals.oldest_queued_for)
    yield "oldest_urgent_seconds", "How long the oldest urgent notice waits.", _s(vitals.oldest_urgent_for)
    yield "claimed_past_lease", "Notices whose sender is gone and that nobody rescued yet.", vitals.claimed_past_lease
    yield "unknown", "Notices of which nobody knows whether they arrived, within a day.", vitals.unknown
    yield "unknown_share", "Their share of what went out in the last ten minutes.", vitals.unknown_share
    yield "sent_per_second", "Notices that went out, over the last minute.", vitals.sent_per_second
    yield "quarantined", "Updates set aside and not replayed.", vitals.quarantined
    yield "reminders_late", "Reminders due for over five minutes.", vitals.reminders_late
    yield "inbox_pending", "Updates that Telegram holds back for us.", vitals.inbox_pending
    yield (
        "inbox_pending_seconds",
        "For how long it has been holding some; a day is the end.",
        _s(vitals.inbox_pending_for),
    )
    yield "webhook_lost", "1 when the webhook that Telegram has is not ours.", int(pulses.WEBHOOK_LOST in vitals.pulses)
    yield "database_bytes", "Size of the database.", vitals.database_bytes
    yield "journal_bytes", "Size of SQLite's journal or write-ahead log.", vitals.journal_bytes
    yield "disk_free_bytes", "Free space where the data folder lies.", vitals.disk_free_bytes
    yield "disk_bytes", "Size of that disk.", vitals.disk_bytes
    yield "sqlite_wal_risk", "1 when this SQLite can corrupt its write-ahead log.", int(vitals.is_sqlite_at_risk)
    if vitals.backup_age is not None:
        yield "backup_age_seconds", "Age of the newest backup; missing when there is none.", _s(vitals.backup_age)
    if vitals.rescued_at is not None:
        yield (
            "lease_sweep_age_seconds",
            "How long ago abandoned notices were last looked for.",
            _s(vitals.at - vitals.rescued_at),
        )


def _s(span: timedelta) -> float:
    return span.total_seconds()
