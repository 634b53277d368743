"""What Prometheus is told of a service, in a registry of its own."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sweeps.clock import wall_ms
from sweeps.errors import LedgerError
from sweeps.ledger import counts as ledger_counts
from sweeps.ledger import pages as ledger_pages
from sweeps.ledger.records import ACTIVE, ENDED, FINAL, QUEUED
from sweeps.service.desk import Desk

STATES = (QUEUED, *ACTIVE, "crashed", "interrupted", "finished", "failed", "out_of_time", *FINAL)
JOBS = ("waiting", "held", "running", "over")

SETTLED_MS = 5_000
"""A result is counted when so much time has passed: its transaction is over by then."""

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """Counts requests, and looks at the ledger and the queue whenever it is asked."""

    def __init__(self, desk: Desk, streams: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        self.requests = Histogram(
            "sweeps_http_request_seconds",
            "Time that requests took, by the route's template; streams count when they end",
            ("method", "route", "status"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._registry.register(Standing(desk, streams))
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """In Prometheus's text format."""
        return generate_latest(self._registry)

    def measured(self, app: ASGIApp) -> ASGIApp:
        """The application, each of whose requests is counted."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            status, began = 500, time.perf_counter()

            async def sent(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await app(scope, receive, sent)
            finally:
                took = time.perf_counter() - began
                method = scope["method"] if scope["method"] in METHODS else "other"
                self.requests.labels(method, _template(scope), str(status)).observe(took)

        return answer


METHODS = ("GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS")


class Standing(Collector):
    """How the service stands: sweeps, jobs, slots, trials, and whether the ledger answers."""

    def __init__(self, desk: Desk, streams: Callable[[], int]) -> None:
        self._desk = desk
        self._streams = streams
        self._lock = threading.Lock()
        self._counted_until = wall_ms() - SETTLED_MS
        self._ended = Counter[str](dict.fromkeys(ENDED, 0))

    def describe(self) -> list[Metric]:
        """Nothing is looked at to be registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Look now; of a ledger that does not answer only that."""
        yield from self._queue()
        began = time.perf_counter()
        try:
            ledger_pages.answers(self._desk.ledger)
            took = time.perf_counter() - began
            families = [*self._kept()]
        except LedgerError:
            yield _gauge("sweeps_ledger_up", "Whether the ledger answers", 0)
            return
        yield _gauge("sweeps_ledger_up", "Whether the ledger answers", 1)
        yield _gauge("sweeps_ledger_answer_seconds", "Time that it took to answer now", took)
        yield from families

    def _queue(self) -> Iterator[Metric]:
        runner = self._desk.runner
        view = runner.view()
        working = runner.alive and view.trouble is None
        yield _gauge("sweeps_runner_up", "Whether the queue is looked after", working)
        yield _gauge("sweeps_draining", "Whether the service is about to end", view.draining)
        yield _gauge("sweeps_slots", "Trial processes at once", view.slots)
        yield _gauge("sweeps_slots_used", "Slots that sweeps have", view.used)
        yield _gauge("sweeps_gpus", "GPUs that sweeps may have", len(view.gpus))
        used = sum(sweep is not None for sweep in view.gpus.values())
        yield _gauge("sweeps_gpus_used", "GPUs that sweeps have", used)
        yield _gauge("sweeps_streams", "Event streams that are followed", self._streams())

    def _kept(self) -> Iterator[Metric]:
        ledger = self._desk.ledger
        sweeps = ledger_counts.sweeps_by_state(ledger)
        yield _by_state("sweeps_sweeps", "Sweeps in the ledger", sweeps, STATES)
        yield _by_state("sweeps_jobs", "Jobs", ledger_counts.jobs_by_state(ledger), JOBS)
        ended = CounterMetricFamily(
            "sweeps_trials_ended", "Trials that ended since the service began", labels=["state"]
        )
        for state, number in self._ended_by_now().items():
            ended.add_metric([state], number)
        yield ended

    def _ended_by_now(self) -> Mapping[str, int]:
        with self._lock:
            until = wall_ms() - SETTLED_MS
            if until > self._counted_until:
                self._ended.update(
                    ledger_counts.ended_between(self._desk.ledger, self._counted_until, until)
                )
                self._counted_until = until
            return dict(self._ended)


def _gauge(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(name, said, value=float(value))


def _by_state(name: str, said: str, counted: Mapping[str, int], states: tuple[str, ...]) -> Metric:
    family = GaugeMetricFamily(name, said, labels=["state"])
    for state in dict.fromkeys((*states, *counted)):
        family.add_metric([state], counted.get(state, 0))
    return family


def _template(scope: Scope) -> str:
    """The route as it was declared: ids in labels would be without end."""
    route = scope.get("route")
    return getattr(route, "path", None) or "none"
