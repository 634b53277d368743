"""What an executor is: `concurrent.futures.Executor` with a known number of slots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class WorkerDiedError(RuntimeError):
    """A worker process ended while it had work; the message says how."""


class Slots(Protocol):
    """Runs calls in `slots` places at once: an Executor that knows how many it has."""

    @property
    def slots(self) -> int:
        """How many calls run side by side."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Start a call. Its future raises what the call raised, or WorkerDiedError."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Finish what runs and free everything."""

    def kill(self) -> None:
        """Free everything at once; calls under way are lost."""


def executor_for(workers: int, environment: Mapping[str, str]) -> Slots:
    """One worker trains in this process; more are processes of their own.

    `environment` holds the variables that the trainer needs before its packages are imported.
    """
    if workers < 1:
        raise ValueError(f"workers: {workers} is less than 1")
    if workers == 1:
        from sweeps.executors.inline import Inline

        return Inline(environment)
    from sweeps.executors.processes import Processes

    return Processes(workers, environment)
