from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from tests.tracking.tracker_contract import SeenRun
from tracking.limits import calls
from tracking.records import (
    Artifact,
    LiveRecord,
    Metric,
    SweepEnd,
    SweepFigures,
    SweepRecord,
    SweepState,
    TrialRecord,
)
from tracking.wording import UNFINISHED


@dataclass
class StoredRun:
    name: str
    started_ms: int
    status: str = "RUNNING"
    ended_ms: int | None = None
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    metrics: set[Metric] = field(default_factory=set)
    texts: dict[str, str] = field(default_factory=dict)

    def write(
        self, params: dict[str, str], tags: dict[str, str], metrics: Iterable[Metric]
    ) -> None:
        for call in calls(params, tags, tuple(metrics)):
            self.params = {**dict(call.params), **self.params}
            self.tags.update(call.tags)
            self.metrics.update(call.metrics)

    def add(self, artifacts: Iterable[Artifact]) -> None:
        self.texts.update({one.path: one.text for one in artifacts if one.text is not None})

    def seen(self) -> SeenRun:
        history = {
            name: tuple(
                sorted((m.step, m.value, m.timestamp_ms) for m in self.metrics if m.name == name)
            )
            for name in {metric.name for metric in self.metrics}
        }
        return SeenRun(
            self.name,
            self.status,
            self.started_ms,
            self.ended_ms,
            dict(self.params),
            dict(self.tags),
            history,
            dict(self.texts),
        )


UNDER_WAY = ("running", UNFINISHED)
Runs = dict[tuple[str, int | None], StoredRun]


class MemoryTracker:
    """Keeps runs in a dictionary that outlives it, as a store outlives its client."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs

    def heed(self, may_write: Callable[[], None]) -> None:
        pass

    def begin(self, record: SweepRecord) -> None:
        run = StoredRun(record.name, record.started_ms)
        run = self.runs.setdefault((record.sweep_id, None), run)
        tags = {**record.tags, "sweeps.sweep": record.sweep_id, "sweeps.command": ""}
        run.write(dict(record.params), tags, ())
        run.add(record.artifacts)
        run.status = "RUNNING"

    def log(self, trials: Sequence[TrialRecord]) -> None:
        for trial in trials:
            run = self._written(trial)
            if run is not None:
                run.status, run.ended_ms = trial.status, trial.ended_ms

    def live(self, trials: Sequence[LiveRecord]) -> None:
        for trial in trials:
            self._begun(trial.sweep_id)
            known = self.runs.get((trial.sweep_id, trial.number))
            attempt = 0 if known is None else int(known.tags["sweeps.attempt"])
            if known is None or attempt < trial.attempt or known.ended_ms is None:
                self._written(trial)

    def _written(self, trial: TrialRecord | LiveRecord) -> StoredRun | None:
        self._begun(trial.sweep_id)
        new = StoredRun(f"#{trial.number}", trial.started_ms)
        run = self.runs.setdefault((trial.sweep_id, trial.number), new)
        shown = int(run.tags.get("sweeps.attempt", trial.attempt))
        if shown > trial.attempt:
            return None
        if shown < trial.attempt and run.tags.get("sweeps.state") not in UNDER_WAY:
            run = self.runs[trial.sweep_id, trial.number] = new
        elif shown < trial.attempt:
            run.status, run.ended_ms = "RUNNING", None
        own = {
            "sweeps.sweep": trial.sweep_id,
            "sweeps.trial": str(trial.number),
            "sweeps.attempt": str(trial.attempt),
        }
        has = {(one.name, one.step, one.value) for one in run.metrics}
        lacks = [one for one in trial.metrics if (one.name, one.step, one.value) not in has]
        run.write(dict(trial.params), {**trial.tags, **own}, lacks)
        return run

    def command(self, sweep_id: str) -> str:
        return self._begun(sweep_id).tags["sweeps.command"]

    def show_state(self, record: SweepState) -> None:
        tags = {"sweeps.state": record.state, "sweeps.command": ""}
        self._begun(record.sweep_id).write({}, tags, ())

    def add_figures(self, samples: Sequence[SweepFigures]) -> None:
        for sample in samples:
            self._begun(sample.sweep_id).write({}, {}, sample.metrics)

    def end(self, record: SweepEnd) -> None:
        run = self._begun(record.sweep_id)
        run.write({}, {**record.tags, "sweeps.command": ""}, record.metrics)
        run.add(record.artifacts)
        run.status, run.ended_ms = record.status, record.ended_ms
        for (sweep_id, _), child in self.runs.items():
            if sweep_id == record.sweep_id and child is not run and child.ended_ms is None:
                child.write({}, {"sweeps.state": UNFINISHED}, ())
                child.status, child.ended_ms = "KILLED", record.ended_ms

    def link(self, sweep_id: str) -> str:
        self._begun(sweep_id)
        return f"memory://{sweep_id}"

    def close(self) -> None:
        self.runs = {}

    def _begun(self, sweep_id: str) -> StoredRun:
        try:
            return self.runs[sweep_id, None]
        except KeyError:
            raise LookupError(f"sweep {sweep_id} has not begun on this tracker") from None
