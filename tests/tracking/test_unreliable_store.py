"""The tracker on a store whose every call may fail before or after it was carried out, or late.

A stand-in for MLflow makes hundreds of sweeps with sessions that are killed a matter of seconds;
`test_outages` does the same with the real one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import Literal

import pytest

from tests.tracking.records_for_tests import end, sweep, trial
from tracking.mlflow_tracker import MlflowTracker
from tracking.records import Artifact, DatasetRecord, Metric, RunFacts, TrialRecord
from tracking.tracker import RefusedError, TrackingError

Fault = Literal["none", "before", "after", "late", "killed before", "killed after"]
TRIALS = 6
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


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(random.Random(0))
    monkeypatch.setattr("tracking.mlflow_tracker.MlflowStore", lambda _: UnreliableStore(made))
    return made


Known = set[tuple[int, int]]
"""Trials, as number and attempt, that the ledger counts as sent."""


def insist(call: Callable[[], None]) -> bool:
    """As the sender does: whether it was done, or refused and so left for a later session."""
    for _ in range(1000):
        try:
            call()
        except RefusedError:
            return False
        except TrackingError:
            continue
        return True
    raise AssertionError("it never worked")


@dataclass
class Session:
    """Sends what is not known to be there, in batches, and then the end."""

    world: World
    records: Sequence[TrialRecord]
    known: Known
    asleep: bool = False
    refused: bool = False

    def __post_init__(self) -> None:
        self.steps = self._steps()

    def _steps(self) -> Iterator[str]:
        """Stop before each call but the first, and say which it is."""
        rng = self.world.rng
        tracker = MlflowTracker("sqlite:///unreliable.db")
        insist(lambda: tracker.begin(sweep()))
        left = [one for one in self.records if (one.number, one.attempt) not in self.known]
        while left:
            yield "log"
            batch = tuple(left[: rng.randrange(1, 4)])
            sent = insist(partial(tracker.log, batch))
            self.refused |= not sent
            # The ledger takes nothing from a session that has been taken over.
            if sent and not self.asleep and rng.random() < 0.8:
                self.known.update((one.number, one.attempt) for one in batch)
            left = left[len(batch) :]
        yield "end"
        insist(lambda: tracker.end(end()))

    def wake_up(self) -> None:
        """Make the call that it slept in, and learn that the sweep is no longer its own."""
        with suppress(Killed):
            next(self.steps, None)


def broken(session: Session, sleeper: Session | None) -> Session | None:
    """Run a session that is killed or falls asleep somewhere, while an older one wakes up."""
    rng = session.world.rng
    try:
        for step in session.steps:
            if sleeper is not None and rng.random() < 0.5:
                sleeper.wake_up()
                sleeper = None
            if step == "log" and rng.random() < 0.2:
                session.asleep = True
                return session
    except Killed:
        return None
    return None


def unbroken(session: Session, sleeper: Session | None) -> None:
    """Run a session to its end; by then, all that is late has come."""
    for step in session.steps:
        if sleeper is not None:
            sleeper.wake_up()
            sleeper = None
        if step == "end":
            session.world.settle()


def check(world: World, records: Sequence[TrialRecord]) -> None:
    (parent,) = (run for run in world.runs.values() if run.trial is None)
    assert (parent.status, parent.params) == ("FINISHED", sweep().params)
    children = {run.trial: run for run in world.runs.values() if run.trial is not None}
    assert len(children) == len(world.runs) - 1 == len(records)
    for one in records:
        run = children[one.number]
        assert (run.status, run.started_ms, run.ended_ms) == (
            one.status,
            one.started_ms,
            one.ended_ms,
        )
        assert run.tags["sweeps.attempt"] == str(one.attempt)
        assert run.tags["mlflow.parentRunId"] == parent.run_id
        assert (run.params, set(run.metrics)) == (one.params, {m.name for m in one.metrics})


def tried_again(records: Sequence[TrialRecord]) -> list[TrialRecord]:
    """The records once those that failed were tried again, with success."""
    return [
        replace(one, status="FINISHED", attempt=2, started_ms=one.started_ms + 9)
        if one.status == "FAILED"
        else one
        for one in records
    ]


FIRST = tuple(trial(n, "FAILED" if n % 3 == 2 else "FINISHED") for n in range(TRIALS))
AGAIN = tuple(tried_again(FIRST))


@pytest.mark.parametrize("seed", range(300))
def test_whatever_fails_every_trial_has_one_run(seed: int, world: World) -> None:
    rng = world.rng = random.Random(seed)
    known: Known = set()
    sleeper: Session | None = None
    for records in (FIRST, AGAIN):
        for _ in range(rng.randrange(4)):
            world.faults = WORKS * rng.choice([3, 8, 20]) + TROUBLES + KILLS
            sleeper = broken(Session(world, records, known), sleeper)
    world.faults = rng.choice([WORKS, WORKS * 8 + TROUBLES])
    last = Session(world, AGAIN, known)
    unbroken(last, sleeper)
    if last.refused:  # somebody who woke up deleted what was being written
        unbroken(Session(world, AGAIN, known), None)
    check(world, AGAIN)


@pytest.mark.parametrize("seed", range(100))
def test_where_nothing_comes_late_nothing_is_doubled_even_for_a_moment(
    seed: int, world: World
) -> None:
    rng = world.rng = random.Random(seed)
    known: Known = set()
    for records in (FIRST, AGAIN, AGAIN):
        for _ in range(rng.randrange(3)):
            world.faults = WORKS * rng.choice([3, 8, 20]) + ("before", "after", *KILLS)
            with suppress(Killed):
                for _ in Session(world, records, known).steps:
                    trials = [run.trial for run in world.runs.values()]
                    assert len(trials) == len(set(trials))
    world.faults = WORKS
    unbroken(Session(world, AGAIN, known), None)
    check(world, AGAIN)
