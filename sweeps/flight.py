"""Packs on their way through an executor: queued, flying, landed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from sweeps.executors.executor import Slots, Terms
from sweeps.executors.placement import Shared
from sweeps.live import at_work
from sweeps.live.at_work import QUIET_SECONDS, Reports
from sweeps.losses import StarvedError, starved_of
from sweeps.pack_marks import marked
from sweeps.problem import Problem
from sweeps.trainers.trainer import Pack, Trainer
from sweeps.trial import Outcome
from tracking.failure_points import reach

GRACE = 1.5
GRACE_SECONDS = 30.0
"""A trainer ends by itself when its pack's time is up. What is stuck, and takes this much longer,
is ended from outside."""


@dataclass(frozen=True)
class Lost:
    """A pack that brought no outcomes, and what happened instead."""

    pack: Pack
    error: Exception


class Listener(Protocol):
    """Learns how far packs are. `heard` is called from any thread, before the pack has landed."""

    def quiet(self, pack: Pack) -> float:
        """Seconds in which nothing need be heard of a pack that is launched now."""

    def heard(self, pack: Pack, slot: str, said: Reports) -> None:
        """A slot is that far with a pack."""

    def landed(self, pack: Pack) -> None:
        """Nobody trains the pack any more."""


class Deaf:
    """Learns nothing."""

    def quiet(self, pack: Pack) -> float:  # noqa: ARG002
        """As long as for any pack."""
        return QUIET_SECONDS

    def heard(self, pack: Pack, slot: str, said: Reports) -> None:
        """Nothing."""

    def landed(self, pack: Pack) -> None:
        """Nothing."""


DEAF = Deaf()


class Flight:
    """Keeps an executor's slots busy and brings outcomes back.

    Packs are handed over only as far ahead as the executor asks for: enough that no slot waits, few
    enough that an interruption leaves little under way.
    """

    def __init__(
        self, executor: Slots, trainer: Trainer, problem: Problem, listener: Listener = DEAF
    ) -> None:
        self._executor = executor
        self._listener = listener
        self._trainer = trainer
        self._problem = problem
        self._queued: deque[Pack] = deque()
        self._flying: dict[Future[list[Outcome]], Pack] = {}

    @property
    def aloft(self) -> bool:
        """Whether any pack is with the executor."""
        return bool(self._flying)

    @property
    def shared(self) -> Shared | None:
        """What packs share with those beside them."""
        return self._executor.shared

    def queue(self, packs: Iterable[Pack]) -> None:
        """Packs to train after those already queued."""
        self._queued.extend(packs)

    def queue_first(self, packs: Sequence[Pack]) -> None:
        """Packs to train before those already queued."""
        self._queued.extendleft(reversed(packs))

    def launch(self) -> None:
        """Hand packs over until the executor has enough."""
        room = self._executor.slots + self._executor.ahead
        while self._queued and len(self._flying) < room:
            pack = self._queued.popleft()
            reach("dispatch")
            terms = Terms(_limit(pack), partial(self._listener.heard, pack), pack.alone)
            quiet = self._listener.quiet(pack)
            future = self._executor.submit_on(
                terms, at_work.train, self._trainer, pack, self._problem, quiet
            )
            self._flying[future] = pack

    def recall(self) -> None:
        """Take back, to be queued again, what no worker has begun yet."""
        back = [future for future in self._flying if future.cancel()]
        self.queue_first([self._flying.pop(future) for future in back])

    def land(self) -> tuple[list[Outcome], list[Lost]]:
        """Wait for at least one pack; (outcomes of all that are done, those that are lost).

        Fits that found too little memory beside others are lost, and may be trained alone.
        """
        done, _ = wait(self._flying, return_when=FIRST_COMPLETED)
        outcomes: list[Outcome] = []
        lost: list[Lost] = []
        for future in done:
            pack = self._flying.pop(future)
            self._listener.landed(pack)
            try:
                brought = marked(future.result(), pack)
            except Exception as error:  # noqa: BLE001 - what it means is decided in `losses`
                lost.append(Lost(pack, error))
                continue
            starved = starved_of(pack, brought, self._executor.shared)
            outcomes += [outcome for outcome in brought if outcome not in starved]
            if starved:
                fits = tuple(outcome.fit for outcome in starved)
                lost.append(Lost(replace(pack, fits=fits), StarvedError(fits)))
        return outcomes, lost


def _limit(pack: Pack) -> float | None:
    """Seconds after which a pack is ended from outside."""
    seconds = [fit.seconds for fit in pack.fits if fit.seconds is not None]
    return GRACE * sum(seconds) + GRACE_SECONDS if len(seconds) == len(pack.fits) else None
