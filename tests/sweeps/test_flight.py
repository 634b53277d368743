"""What becomes of packs whose workers die."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from sweeps.executors.executor import WorkerDiedError
from sweeps.executors.inline import Inline
from sweeps.flight import Flight
from sweeps.problem import Problem
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome, Trial
from tests.sweeps.trainers.fitting import problem_on

FITS = tuple(Fit(Trial(number, {}), 0, 0, seed=0, budget=1) for number in range(9))


@dataclass
class Deadly:
    """Its worker dies so often of each trial; `packs` are the trials of each call."""

    deaths: dict[int, int]
    signal: int | None = signal.SIGKILL
    packs: list[list[int]] = field(default_factory=list)

    @property
    def environment(self) -> Mapping[str, str]:
        return {}

    def processes(self, cores: int) -> int:
        return 0

    def pack(self, fits: Sequence[Fit], problem: Problem) -> list[Pack]:
        return [Pack(tuple(fits))]

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        self.packs.append([fit.trial.number for fit in pack.fits])
        for number in self.packs[-1]:
            if self.deaths.get(number, 0):
                self.deaths[number] -= 1
                raise WorkerDiedError(f"died of {number}", self.signal)
        return [Outcome(fit, {}, {}, 0.0) for fit in pack.fits]


def flown(trainer: Deadly) -> dict[int, str]:
    """Each trial's failure, or nothing, once all packs have landed."""
    flight = Flight(Inline({}), trainer, problem_on())
    flight.queue([Pack(FITS)])
    found: dict[int, str] = {}
    flight.launch()
    while flight.aloft:
        for outcome in flight.land(lambda: False):
            error = outcome.error
            found[outcome.fit.trial.number] = error.message if error else ""
        flight.launch()
    return found


def test_a_worker_that_dies_once_costs_no_trial() -> None:
    trainer = Deadly({0: 1})
    assert flown(trainer) == dict.fromkeys(range(9), "")
    assert trainer.packs == [list(range(9)), [0, 1, 2, 3], [4, 5, 6, 7, 8]]


@pytest.mark.parametrize("guilty", range(9))
def test_a_fit_that_ends_its_worker_is_lost_alone(guilty: int) -> None:
    found = flown(Deadly({guilty: 1000}))
    assert found == dict.fromkeys(range(9), "") | {guilty: f"died of {guilty}"}


def test_a_single_fit_is_tried_twice() -> None:
    trainer = Deadly({3: 1000})
    flown(trainer)
    assert trainer.packs.count([3]) == 2


def test_a_worker_that_was_told_to_end_leaves_its_pack_whole() -> None:
    trainer = Deadly({5: 3}, signal=signal.SIGTERM)
    assert flown(trainer) == dict.fromkeys(range(9), "")
    assert trainer.packs == [list(range(9))] * 4
