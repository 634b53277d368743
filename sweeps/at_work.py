"""What a worker does with a pack: it trains it, and says how that goes while it takes long."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sweeps.clock import wall_ms
from sweeps.executors.executor import Say
from sweeps.problem import Problem
from sweeps.trainers.trainer import Pack, Progress, Trainer
from sweeps.trial import Fit, Outcome

QUIET_SECONDS = 4.0
"""What is over by then is not worth watching: it has its result before anybody could look."""

PAUSE_SECONDS = 2.0
"""Between two times of saying something."""

clock = time.monotonic


@dataclass(frozen=True)
class Report:
    """An epoch of a fit that is still being trained; `at_ms` is when it ended.

    `epochs` is how many the fit will have at most.
    """

    trial: int
    fold: int
    repeat: int
    epoch: int
    epochs: int
    values: Mapping[str, float]
    at_ms: int


Reports = tuple[Report, ...]
"""What is said in one go, in the order in which epochs ended."""


def train(say: Say, trainer: Trainer, pack: Pack, problem: Problem) -> list[Outcome]:
    """The pack's outcomes. Says `Reports` of its epochs as soon as it takes longer than a glance.

    The outcomes of such a pack know when their epochs ended.
    """
    telling = Telling(say)
    outcomes = trainer.train(pack, problem, Progress(telling.epoch, telling.due))
    if not telling.heard:
        return outcomes
    return [replace(outcome, epoch_ms=telling.times(outcome.fit)) for outcome in outcomes]


class Telling:
    """Collects epochs, and says them a few seconds apart. Lanes call from threads of their own."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._next = clock() + QUIET_SECONDS
        self._lock = threading.Lock()
        self._unsaid: list[Report] = []
        self._times: dict[tuple[int, int, int], dict[int, int]] = {}
        self.heard = False

    def due(self) -> bool:
        """Whether the next epoch is going to be said at once."""
        return clock() >= self._next

    def epoch(self, fit: Fit, epoch: int, values: Mapping[str, float]) -> None:
        """Take an epoch, and say all that is unsaid when it is time."""
        report = Report(
            fit.trial.number, fit.fold, fit.repeat, epoch, fit.budget, dict(values), wall_ms()
        )
        with self._lock:
            self._times.setdefault(_key(fit), {})[epoch] = report.at_ms
            self._unsaid.append(report)
            if not self.due():
                return
            said, self._unsaid = tuple(self._unsaid), []
            self._next = clock() + PAUSE_SECONDS
            self.heard = True
            self._say(said)

    def times(self, fit: Fit) -> Mapping[int, int]:
        """When its epochs ended."""
        return self._times.get(_key(fit), {})


def _key(fit: Fit) -> tuple[int, int, int]:
    return fit.trial.number, fit.repeat, fit.fold
