"""Stand-ins for what trains, in a session that is played back; the rest of it is the real one."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, Concatenate, ParamSpec, TypeVar

from sweeps.backends.backend import State, Told
from sweeps.executors.executor import Say, Slots, Terms, TimedOutError
from sweeps.executors.placement import Shared
from sweeps.live import at_work
from sweeps.result_json import result_to_json
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome, Result, Trial
from sweeps.watcher import Silent
from tracking.tracker import Tracker

P = ParamSpec("P")
T = TypeVar("T")

TOGETHER = 64
"""Fits in a pack that is played back."""

LONGEST = 30.0
"""Seconds that what is measured after the search, a simple model say, may take in a rehearsal."""


class Fixed:
    """A search that offers these trials, and learns nothing."""

    learns = False

    def __init__(self, trials: Sequence[Trial]) -> None:
        self._left = list(trials)

    def ask(self, limit: int) -> list[Trial]:
        """The next of them."""
        asked, self._left = self._left[:limit], self._left[limit:]
        return asked

    def tell(self, results: Sequence[Told]) -> None:
        """Nothing."""

    def state(self) -> State:
        """Nothing that would be read again."""
        return {}

    def continuable(self) -> frozenset[int]:
        """None."""
        return frozenset()

    def knowledge(self) -> None:
        """None."""


@dataclass(frozen=True)
class Bundling:
    """In place of a trainer: packs as they come."""

    environment: Mapping[str, str]

    def processes(self, cores: int) -> int:  # noqa: ARG002
        """It trains nothing."""
        return 0

    def pack(self, fits: Sequence[Fit], problem: object) -> list[Pack]:  # noqa: ARG002
        """In their order."""
        starts = range(0, len(fits), TOGETHER)
        return [Pack(tuple(fits[start : start + TOGETHER])) for start in starts]

    def train(self, pack: Pack, problem: object, progress: Progress | None) -> list[Outcome]:
        """Nobody asks for it."""
        raise NotImplementedError


class Instead:
    """An executor that answers training at once, and hands everything else to the real one."""

    def __init__(self, real: Slots, outcome: Callable[[Fit], Outcome]) -> None:
        self._real = real
        self._outcome = outcome
        self.slots = real.slots
        self.ahead = real.ahead
        self.seconds = 0.0
        self.cut = False

    @property
    def shared(self) -> Shared | None:
        """Nothing."""
        return None

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run it for real, and see how long that takes."""
        began = time.monotonic()
        future = self._real.submit(fn, *args, **kwargs)
        future.exception()
        self.seconds += time.monotonic() - began
        return future

    def submit_on(
        self,
        terms: Terms,
        fn: Callable[Concatenate[Say, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Future[T]:
        """The made-up outcomes of a pack, which is the argument after the trainer."""
        if fn is not at_work.train:
            began = time.monotonic()
            short = replace(terms, seconds=min(LONGEST, terms.seconds or LONGEST))
            done = self._real.submit_on(short, fn, *args, **kwargs)
            self.cut = isinstance(done.exception(), TimedOutError) or self.cut
            self.seconds += time.monotonic() - began
            return done
        pack: Any = args[1]
        future: Future[Any] = Future()
        future.set_result([self._outcome(fit) for fit in pack.fits])
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """It goes on."""

    def kill(self) -> None:
        """It goes on."""


class Timed:
    """A tracker whose calls are timed."""

    def __init__(self, real: Tracker) -> None:
        self._real = real
        self.beginning = 0.0
        self.sending = 0.0
        self.core_seconds = 0.0

    def begin(self, record: Any) -> None:
        """Timed."""
        began = time.monotonic()
        self._real.begin(record)
        self.beginning += time.monotonic() - began

    def log(self, trials: Any) -> None:
        """Timed."""
        began, cores = time.monotonic(), time.thread_time()
        self._real.log(trials)
        self.sending += time.monotonic() - began
        self.core_seconds += time.thread_time() - cores

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@dataclass
class Watching(Silent):
    """Notes when the last trial had its result, and how large the results are."""

    last: float = 0.0
    core_seconds: float = 0.0
    bytes: int = 0

    def finished(self, result: Result, best: Result | None, front: int = 0) -> None:  # noqa: ARG002
        """Note the times."""
        self.last, self.core_seconds = time.monotonic(), time.thread_time()
        self.bytes += len(result_to_json(result)) + len(json.dumps(result.trial.config))
