"""Packs on their way through an executor: queued, flying, landed."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait

from sweeps.executors.executor import Slots, WorkerDiedError
from sweeps.problem import Problem
from sweeps.trainers.trainer import Pack, Trainer
from sweeps.trial import Failure, Outcome

FROM_OUTSIDE = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
"""A worker ended by one of these was told to end: that says nothing about what it trained."""


class Flight:
    """Keeps an executor's slots busy and brings outcomes back.

    Packs are handed over only as far ahead as the executor asks for: enough that no slot waits, few
    enough that an interruption leaves little under way.
    """

    def __init__(self, executor: Slots, trainer: Trainer, problem: Problem) -> None:
        self._executor = executor
        self._trainer = trainer
        self._problem = problem
        self._queued: deque[Pack] = deque()
        self._flying: dict[Future[list[Outcome]], Pack] = {}
        self._tried: set[tuple[int, int, int]] = set()

    @property
    def aloft(self) -> bool:
        """Whether any pack is with the executor."""
        return bool(self._flying)

    def queue(self, packs: Iterable[Pack]) -> None:
        """Packs to train after those already queued."""
        self._queued.extend(packs)

    def launch(self) -> None:
        """Hand packs over until the executor has enough."""
        room = self._executor.slots + self._executor.ahead
        while self._queued and len(self._flying) < room:
            pack = self._queued.popleft()
            future = self._executor.submit(self._trainer.train, pack, self._problem, None)
            self._flying[future] = pack

    def land(self, interrupted: Callable[[], bool]) -> list[Outcome]:
        """Wait for at least one pack, and return the outcomes of all that are done.

        A pack whose worker died is trained again: in halves, so that of many fits only the one that
        ends its worker is lost, and a single fit once more before it is called a crash. When the
        worker was told to end, or the whole sweep was, the pack is queued as it is. What a trainer
        raises is raised, with the trials named.
        """
        done, _ = wait(self._flying, return_when=FIRST_COMPLETED)
        landed = [self._landed(future, self._flying.pop(future), interrupted) for future in done]
        return [outcome for outcomes in landed for outcome in outcomes]

    def _landed(
        self, future: Future[list[Outcome]], pack: Pack, interrupted: Callable[[], bool]
    ) -> list[Outcome]:
        try:
            return future.result()
        except WorkerDiedError as error:
            if error.signal in FROM_OUTSIDE or interrupted():
                self._queued.appendleft(pack)
                return []
            again = self._again(pack)
            self._queued.extendleft(reversed(again))
            crash = Failure("crashed", str(error))
            return [] if again else [Outcome(f, {}, {}, 0.0, error=crash) for f in pack.fits]
        except Exception as error:
            error.add_note(f"while training {_trials(pack)}")
            raise

    def _again(self, pack: Pack) -> list[Pack]:
        """The packs to train in place of one whose worker died; none for a fit tried twice."""
        middle = len(pack.fits) // 2
        if middle:
            return [Pack(pack.fits[:middle]), Pack(pack.fits[middle:])]
        (fit,) = pack.fits
        key = fit.trial.number, fit.fold, fit.repeat
        if key in self._tried:
            return []
        self._tried.add(key)
        return [pack]


def _trials(pack: Pack) -> str:
    numbers = sorted({fit.trial.number for fit in pack.fits})
    return f"trial{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"
