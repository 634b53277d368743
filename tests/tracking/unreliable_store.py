"""A stand-in for MLflow whose every call may fail before or after it was carried out, or late."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Literal

from tracking.records import Artifact, DatasetRecord, Metric, RunFacts
from tracking.tracker import RefusedError, TrackingError

Fault = Literal["none", "before", "after", "late", "killed before", "killed after"]


WORKS: tuple[Fault, ...] = ("none",)
TROUBLES: tuple[Fault, ...] = ("before", "after", "late")
KILLS: tuple[Fault, ...] = ("killed before", "killed after")


class Killed(BaseException):
    """The process ends here."""


@dataclass
class World:
    """What the server has, and how it fails: `faults` are drawn for each call."""

    rng: random.Random
    faults: tuple[Fault, ...] = WORKS
    runs: dict[str, RunFacts] = field(default_factory=dict)
    delayed: list[Callable[[], object]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def call(self, carry_out: Callable[[], object]) -> None:
        if self.delayed and self.rng.random() < 0.3:
            self.delayed.pop(0)()
        fault = self.rng.choice(self.faults)
        if fault == "killed before":
            raise Killed
        if fault == "late":
            self.delayed.append(carry_out)
        if fault in ("before", "late"):
            raise OSError("no answer")
        carry_out()
        if fault == "killed after":
            raise Killed
        if fault == "after":
            raise OSError("no answer")

    def settle(self) -> None:
        """Nothing is on its way any more, and nothing fails from now on."""
        for one in self.delayed:
            one()
        self.delayed.clear()
        self.faults = WORKS


class UnreliableStore:
    """The members of MlflowStore, on a world that outlives it. Only creations come late."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.may_write: Callable[[], None] = lambda: None

    @contextmanager
    def asked(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise TrackingError(f"{what}: {error}") from error

    def experiment(self, name: str) -> str:
        return "1"

    def runs(self, experiment_id: str, tags: Mapping[str, str]) -> list[RunFacts]:
        return [run for run in self.world.runs.values() if tags.items() <= run.tags.items()]

    def create_run(self, experiment_id: str, name: str, at: int, tags: Mapping[str, str]) -> str:
        world = self.world
        run_id = f"{world.rng.randrange(16**4):04x}-{next(world.numbers)}"
        number = tags.get("sweeps.trial")
        made = RunFacts(
            run_id, None if number is None else int(number), "RUNNING", at, None, {}, tags, {}
        )
        world.call(lambda: world.runs.update({run_id: made}))
        return run_id

    def write(
        self,
        run_id: str,
        params: Mapping[str, str],
        tags: Mapping[str, str],
        metrics: Sequence[Metric],
    ) -> None:
        def change(run: RunFacts) -> RunFacts:
            assert all(params.get(name, value) == value for name, value in run.params.items())
            values = {metric.name: metric.value for metric in metrics}
            return replace(
                run,
                params={**run.params, **params},
                tags={**run.tags, **tags},
                metrics={**run.metrics, **values},
            )

        self._change(run_id, change)

    def history(self, run_id: str) -> Iterator[tuple[str, int, float]]:
        run = self.world.runs.get(run_id)
        if run is None:
            raise RefusedError("the run was deleted")
        return ((name, 0, value) for name, value in run.metrics.items())

    def delete_run(self, run_id: str) -> None:
        self.world.call(lambda: self.world.runs.pop(run_id, None))

    def set_running(self, run_id: str) -> None:
        self._change(run_id, lambda run: replace(run, status="RUNNING"))

    def set_ended(self, run_id: str, status: str, ended_ms: int) -> None:
        self._change(run_id, lambda run: replace(run, status=status, ended_ms=ended_ms))

    def add_dataset(self, run_id: str, record: DatasetRecord) -> None:
        self._change(run_id, lambda run: run)

    def add_artifacts(self, run_id: str, artifacts: Iterable[Artifact]) -> None:
        self._change(run_id, lambda run: run)

    def settle(self) -> None:
        pass

    def close(self) -> None:
        pass

    def _change(self, run_id: str, change: Callable[[RunFacts], RunFacts]) -> None:
        runs = self.world.runs

        def carry_out() -> None:
            if run_id not in runs:
                raise RefusedError("the run was deleted")
            runs[run_id] = change(runs[run_id])

        # A write that comes late would be one more replay; it is left out.
        faults = self.world.faults
        self.world.faults = tuple(one for one in faults if one != "late")
        try:
            self.world.call(carry_out)
        finally:
            self.world.faults = faults
