"""What an executor is: `concurrent.futures.Executor` with a known number of slots."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sweeps import cores
from sweeps.executors.placement import Place, Shared, places_for

P = ParamSpec("P")
T = TypeVar("T")

Say = Callable[[Any], None]
"""What a call is given to say something with while it runs; what it says is pickled."""

Hear = Callable[[str, Any], None]
"""Gets the name of the slot that a call runs in, and what it says. Called from any thread, soon
after it was said and in its order, and never after the call's future is done."""

WORKER_NAME = "sweeps-worker"
GUARD = "a Python script that asks for workers must do so under `if __name__ == '__main__':`"


class WorkerDiedError(RuntimeError):
    """A worker process ended while it had work; the message says how.

    `signal` is the number of the signal that ended it, None when it left by itself.
    `out_of_memory` is whether the kernel ended it for want of memory; False where nobody can tell.
    """

    def __init__(self, message: str, signal: int | None, out_of_memory: bool = False) -> None:
        super().__init__(message)
        self.signal = signal
        self.out_of_memory = out_of_memory


class TimedOutError(RuntimeError):
    """A call took longer than it was given, so its worker was ended. `seconds` is what it had."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"took longer than {seconds:.1f} s, and its worker was ended")
        self.seconds = seconds


class ClusterError(RuntimeError):
    """A cluster cannot be joined, or its nodes cannot take our calls: one line says why."""


class ClusterLostError(RuntimeError):
    """A cluster is gone with all that was under way on it: nothing more can be run there."""


@dataclass(frozen=True)
class Terms:
    """How a call is to be run.

    It may take `seconds` (None: as long as it needs) from when a worker starts it; when they are
    over the worker is ended, and the future raises TimedOutError. Inline cannot end a call, and
    lets it finish. `hear` gets what it says. `alone` gives it a whole device: nothing else of this
    executor is on that while it runs.
    """

    seconds: float | None = None
    hear: Hear | None = None
    alone: bool = False


class Slots(Protocol):
    """Runs calls in `slots` places at once: an Executor that knows how many it has."""

    @property
    def slots(self) -> int:
        """How many calls run side by side."""

    @property
    def ahead(self) -> int:
        """How many calls should be handed over beyond those, so that no slot waits for the next."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Start a call. Its future raises what the call raised, or WorkerDiedError.

        What a call raised in another process comes as RemoteError; `raised.raised_by` tells both
        alike.
        """

    def submit_on(
        self,
        terms: Terms,
        fn: Callable[Concatenate[Say, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Future[T]:
        """The same on terms, for a function whose first argument is what it says things with."""

    @property
    def shared(self) -> Shared | None:
        """What calls share, so that one may find less of it than alone."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Finish what runs and free everything."""

    def kill(self) -> None:
        """Free everything at once; calls under way are lost."""


def executor_for(places: int | Sequence[Place], environment: Mapping[str, str]) -> Slots:
    """A worker process at each place, or so many; with none, fits are trained in this process.

    `environment` holds the variables that the trainer needs before its packages are imported.
    Raises ValueError for a negative number.
    """
    if isinstance(places, int) and places < 0:
        raise ValueError(f"workers: {places} is less than 0")
    workers = places_for(places, None) if isinstance(places, int) else places
    if workers and multiprocessing.current_process().name == WORKER_NAME:
        raise RuntimeError("a worker process cannot start workers: " + GUARD)
    if not workers:
        from sweeps.executors.inline import Inline

        return Inline(environment)
    from sweeps.executors.processes import Processes

    return Processes(workers, {**cores.share(len(workers)), **environment})
