"""The tracker on a store whose every call may fail before or after it was carried out, or late.

A stand-in for MLflow makes hundreds of sweeps with sessions that are killed a matter of seconds;
`test_outages` does the same with the real one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

import pytest

from tests.tracking.records_for_tests import end, sweep, trial
from tests.tracking.unreliable_store import KILLS, TROUBLES, WORKS, Killed, UnreliableStore, World
from tracking.mlflow_tracker import MlflowTracker
from tracking.records import LiveRecord, TrialRecord
from tracking.tracker import RefusedError, TrackingError

TRIALS = 6


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(random.Random(0))
    monkeypatch.setattr("tracking.mlflow_tracker.MlflowStore", lambda _: UnreliableStore(made))
    return made


Known = set[tuple[int, int]]
"""Trials, as number and attempt, that the ledger counts as sent."""


def under_way(one: TrialRecord) -> LiveRecord:
    """The same trial before it has its result."""
    tags = {**one.tags, "sweeps.state": "running"}
    its = one.sweep_id, one.number, one.started_ms, one.attempt
    return LiveRecord(*its, one.params, tags, one.metrics[:2])


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
            for some in (batch, left)[: rng.randrange(3)]:
                with suppress(TrackingError):  # nobody insists on that
                    tracker.live([under_way(one) for one in some])
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
        assert run.tags["sweeps.state"] == one.tags["sweeps.state"]
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
