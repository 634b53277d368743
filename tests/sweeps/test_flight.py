"""Packs on their way through an executor."""

from __future__ import annotations

import threading

import pytest

from sweeps.executors.executor import WorkerDiedError
from sweeps.executors.inline import Inline
from sweeps.flight import Flight
from sweeps.problem import Problem
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome, Trial
from tests.sweeps.fakes import FakeTrainer, Threads
from tests.sweeps.trainers.fitting import problem_on

FITS = tuple(Fit(Trial(number, {}), 0, 0, seed=0, budget=1) for number in range(9))
PACKS = [Pack((fit,)) for fit in FITS]


class Deadly(FakeTrainer):
    """Its worker dies of trial 1."""

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        if pack.fits[0].trial.number == 1:
            raise WorkerDiedError("died of 1", 9)
        return super().train(pack, problem, progress)


def test_a_pack_brings_its_outcomes_or_what_happened_instead() -> None:
    flight = Flight(Inline({}), Deadly(), problem_on())
    flight.queue(PACKS[:2])
    flight.launch()
    outcomes, lost = flight.land()
    assert [outcome.fit for outcome in outcomes] == [FITS[0]]
    assert lost == []
    flight.launch()
    outcomes, (loss,) = flight.land()
    assert (outcomes, loss.pack, str(loss.error)) == ([], PACKS[1], "died of 1")
    assert not flight.aloft


def test_what_is_queued_first_flies_first_in_its_order() -> None:
    flight = Flight(Inline({}), FakeTrainer(), problem_on())
    flight.queue(PACKS[:2])
    flight.queue_first(PACKS[5:7])
    flown = []
    for _ in range(4):
        flight.launch()
        flown += [outcome.fit.trial.number for outcome in flight.land()[0]]
    assert flown == [5, 6, 0, 1]


@pytest.mark.parametrize("slots", [1, 3])
def test_no_more_is_handed_over_than_the_executor_asks_for(slots: int) -> None:
    executor = Threads(slots)
    flight = Flight(executor, FakeTrainer(), problem_on())
    flight.queue(PACKS)
    flight.launch()
    landed = 0
    while flight.aloft:
        landed += len(flight.land()[0])
    executor.shutdown()
    assert landed == 2 * slots


def test_what_no_worker_has_begun_is_taken_back() -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Held(FakeTrainer):
        def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
            begun.set()
            assert go_on.wait(20)
            return super().train(pack, problem, progress)

    executor = Threads(1)
    flight = Flight(executor, Held(), problem_on())
    flight.queue(PACKS[:4])
    flight.launch()
    assert begun.wait(20)
    flight.recall()
    go_on.set()
    flown = [[outcome.fit.trial.number for outcome in flight.land()[0]]]
    assert not flight.aloft, "trial 1 was handed over, and waits again"
    while len(flown) < 4:
        flight.launch()
        # Two that are done by then land together, in no order.
        flown += sorted([outcome.fit.trial.number] for outcome in flight.land()[0])
    executor.shutdown()
    assert flown == [[0], [1], [2], [3]]


def test_a_pack_has_the_time_of_its_fits_and_some_grace() -> None:
    limits: list[float | None] = []

    class Timed(Inline):
        def submit_on(self, terms, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
            limits.append(terms.seconds)
            return super().submit_on(terms, fn, *args, **kwargs)

    timed = tuple(Fit(fit.trial, 0, 0, seed=0, budget=1, seconds=20.0) for fit in FITS[:2])
    flight = Flight(Timed({}), FakeTrainer(), problem_on())
    flight.queue([Pack(timed), Pack(FITS[2:4])])
    for _ in range(2):
        flight.launch()
        flight.land()
    assert limits == [1.5 * 40 + 30, None]
