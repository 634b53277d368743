"""Sending a made-up sweep and looking at what came of it, for tests of outages."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.tracking.records_for_tests import end, sweep, trial
from tracking.mlflow_tracker import MlflowTracker
from tracking.records import TrialRecord
from tracking.shipping import Shipper

LONG = 90.0


def records(sweep_id: str, count: int) -> list[TrialRecord]:
    """Trials of all kinds: one in seven has failed, with a traceback too long for a tag."""
    made = [trial(number, epochs=4, sweep_id=sweep_id) for number in range(count)]
    long = {"sweeps.traceback": "x" * 9000}
    return [
        replace(one, status="FAILED", tags={**one.tags, **long}) if one.number % 7 == 3 else one
        for one in made
    ]


@dataclass
class Delivery:
    """One session that sends a sweep's records to the store at `uri`."""

    uri: str
    sweep_id: str
    trials: Sequence[TrialRecord]
    shipped: list[int] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    in_trouble: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.shipper = Shipper(
            lambda: MlflowTracker(self.uri),
            self.shipped.extend,
            self._trouble,
            on_ended=self.ended.set,
            pauses=(0.1, 0.3),
        )

    def _trouble(self, line: str) -> None:
        self.troubles.append(line)
        self.in_trouble.set()

    def begin(self) -> None:
        self.shipper.put(sweep(self.sweep_id))

    def put(self, first: int = 0, last: int | None = None) -> None:
        for one in self.trials[first:last]:
            self.shipper.put(one)

    def end(self) -> None:
        self.shipper.put(end(self.sweep_id))

    def all(self) -> Delivery:
        self.begin()
        self.put()
        self.end()
        return self

    def trouble_comes(self) -> None:
        assert self.in_trouble.wait(LONG), "no trouble came"
        self.in_trouble.clear()

    def arrived(self, count: int) -> None:
        until(lambda: len(self.shipped) >= count, f"{count} trials")

    def close(self, patience: float = 5.0) -> int:
        """Close, which must take no longer than ten seconds; how many trials are unsent."""
        before = time.monotonic()
        unsent = self.shipper.close(patience, 60.0)
        took = time.monotonic() - before
        assert took < 10 or self.ended.is_set(), f"closing took {took:.1f} s"
        return unsent

    def rest(self) -> Delivery:
        """A later session, which sends what this one could not."""
        left = [one for one in self.trials if one.number not in self.shipped]
        return Delivery(self.uri, self.sweep_id, left)


def until(condition: Callable[[], bool], what: str) -> None:
    pause = threading.Event()
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline, f"{what} never came"
        pause.wait(0.02)


def check_store(uri: str, sweep_id: str, trials: Sequence[TrialRecord]) -> None:
    """One run a trial, each with all that its record says and nothing else; one parent, ended."""
    from mlflow import MlflowClient

    tracker = MlflowTracker(uri)
    runs = tracker.audit(sweep_id)
    tracker.close()
    assert sorted(run.trial for run in runs if run.trial is not None) == [
        one.number for one in trials
    ]
    (parent,) = (run for run in runs if run.trial is None)
    assert (parent.status, parent.started_ms) == ("FINISHED", sweep().started_ms)
    assert (parent.ended_ms, parent.metrics) == (end().ended_ms, {"best_val_accuracy": 0.97})
    assert parent.tags["sweeps.state"] == "finished"
    client = MlflowClient(tracking_uri=uri)
    by_number = {run.trial: run for run in runs}
    for one in trials:
        run = by_number[one.number]
        assert (run.status, run.started_ms, run.ended_ms) == (
            one.status,
            one.started_ms,
            one.ended_ms,
        )
        assert run.params == one.params
        assert run.tags["mlflow.parentRunId"] == parent.run_id
        assert run.tags["sweeps.config_hash"] == one.tags["sweeps.config_hash"]
        assert len(run.tags.get("sweeps.traceback", "")) in (0, 8000)
        assert set(run.metrics) == {metric.name for metric in one.metrics}
    for one in trials[:: math.ceil(len(trials) / 5)]:
        check_history(client, by_number[one.number].run_id, one)


def check_history(client: Any, run_id: str, record: TrialRecord) -> None:
    """Every value once, at its step and time."""
    for name in {metric.name for metric in record.metrics}:
        found = client.get_metric_history(run_id, name)
        assert sorted((m.step, m.value, m.timestamp) for m in found) == sorted(
            (m.step, m.value, m.timestamp_ms) for m in record.metrics if m.name == name
        )
