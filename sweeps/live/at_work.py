"""What a worker does with a pack: it trains it, and says how that goes while it takes long."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sweeps.clock import wall_ms
from sweeps.costs import Meter
from sweeps.executors.executor import Say
from sweeps.problem import Problem
from sweeps.trainers.trainer import Pack, Progress, Trainer
from sweeps.trial import Fit, Outcome

QUIET_SECONDS = 4.0
"""What is over by then is not worth watching: it has its result before anybody could look."""

PAUSE_SECONDS = 2.0
"""Between two times of saying something."""

MOMENT_SECONDS = 0.1
"""In which epochs are said together that are told at once, though they ended before."""

MOST_FOLLOWED = 64
"""Trials of a pack whose every epoch is said; of others it is the latest one."""

clock = time.monotonic
Timer = threading.Timer

Place = tuple[int, int, int]
"""A fit among those of a sweep: trial, repeat, fold."""


@dataclass(frozen=True)
class Report:
    """An epoch of a fit that is still being trained; `at_ms` is when it ended.

    `epochs` is how many the fit will have at most.
    """

    trial: int
    repeat: int
    fold: int
    epoch: int
    epochs: int
    values: Mapping[str, float]
    at_ms: int


@dataclass(frozen=True)
class Reports:
    """What is said in one go, in the order in which epochs ended.

    `every` are all epochs of some trials since the last time, `latest` one epoch of each other fit.
    There is neither where no epoch has ended yet: the pack is being trained, that is all.
    """

    every: tuple[Report, ...] = ()
    latest: tuple[Report, ...] = ()


def train(
    say: Say, trainer: Trainer, pack: Pack, problem: Problem, quiet: float = QUIET_SECONDS
) -> list[Outcome]:
    """The pack's outcomes, with what they cost. Says `Reports` when it takes longer than `quiet`.

    The outcomes of such a pack know when their epochs ended.
    """
    meter = Meter(pack.fits)
    with Telling(say, pack, quiet) as telling:
        outcomes = trainer.train(pack, problem, Progress(telling.epoch, telling.due))
    costed = meter.costed(outcomes, problem)
    if not telling.heard:
        return costed
    return [replace(outcome, epoch_ms=telling.times(outcome.fit)) for outcome in costed]


class Telling:
    """Collects epochs, and says them a few seconds apart. Lanes call from threads of their own.

    They are said by another thread, since the next epoch may be long in coming. Used in a `with`
    block, after which nothing more is said.
    """

    def __init__(self, say: Say, pack: Pack, quiet: float) -> None:
        self._say = say
        self._followed = _first_trials(pack)
        self._next = clock() + quiet
        self._lock = threading.Lock()
        self._every: list[Report] = []
        self._latest: dict[Place, Report] = {}
        self._times: dict[Place, dict[int, int]] = {}
        self._timer: threading.Timer | None = None
        self._asked: dict[int, float] = {}
        self._over = False
        self.heard = False

    def __enter__(self) -> Telling:
        with self._lock:
            self._arm()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._over = True
            if self._timer is not None:
                self._timer.cancel()

    def due(self) -> bool:
        """Whether the next epoch is going to be said in a moment, if it takes as long as the last.

        That is the time since the same thread has asked before.
        """
        now, thread = clock(), threading.get_ident()
        last, self._asked[thread] = self._asked.get(thread, now), now
        return now + (now - last) >= self._next

    def epoch(self, fit: Fit, epoch: int, values: Mapping[str, float]) -> None:
        """Take an epoch; it is said when it is time."""
        number = fit.trial.number
        at_ms = wall_ms()
        report = Report(number, fit.repeat, fit.fold, epoch, fit.budget, dict(values), at_ms)
        with self._lock:
            if number in self._followed:
                self._times.setdefault(place_of(fit), {})[epoch] = at_ms
                self._every.append(report)
            else:
                self._latest[place_of(fit)] = report
            self._arm()

    def times(self, fit: Fit) -> Mapping[int, int]:
        """When its epochs ended; nothing for a fit of which only the latest was said."""
        return self._times.get(place_of(fit), {})

    def _arm(self) -> None:
        if self._timer is None:
            self._timer = Timer(max(self._next - clock(), MOMENT_SECONDS), self._say_all)
            self._timer.daemon = True
            self._timer.start()

    def _say_all(self) -> None:
        with self._lock:
            self._timer = None
            unsaid = self._every or self._latest or not self.heard
            if self._over or not unsaid:
                return
            said = Reports(tuple(self._every), tuple(self._latest.values()))
            self._every.clear()
            self._latest.clear()
            self._next = clock() + PAUSE_SECONDS
            self.heard = True
            self._say(said)


def place_of(fit: Fit) -> Place:
    """Which of a sweep's fits it is."""
    return fit.trial.number, fit.repeat, fit.fold


def _first_trials(pack: Pack) -> frozenset[int]:
    numbers = dict.fromkeys(fit.trial.number for fit in pack.fits)
    return frozenset(list(numbers)[:MOST_FOLLOWED])
