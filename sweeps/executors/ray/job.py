"""A call on its way through the pool."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from sweeps.executors.executor import Terms
from sweeps.executors.ray.parcel import Parcel


@dataclass(frozen=True, eq=False)
class Job:
    """A call, who waits for it, and on which terms. `modules` is where its user's code lies."""

    future: Future[Any]
    parcel: Parcel
    terms: Terms
    modules: Any = None

    def finish(self, answer: Any) -> None:
        """Hand its answer over, unless it has ended."""
        if not self.future.done():
            self.future.set_result(answer)

    def fail(self, error: Exception) -> None:
        """Have it raise this, unless it has ended."""
        if not self.future.done():
            self.future.set_exception(error)

    def give_up(self, error: Exception) -> None:
        """The same, also where it was never begun."""
        if self.future.running() or self.future.set_running_or_notify_cancel():
            self.fail(error)
