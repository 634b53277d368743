"""What a trainer is: it trains fits, packed as it likes, and reports outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sweeps.problem import Problem
from sweeps.trial import Fit, Outcome

Tell = Callable[[Fit, int, Mapping[str, float]], None]


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Progress:
    """Told after each epoch of a fit: the fit, the epoch (from 1), that epoch's history values.

    A trainer for which an epoch's values come dear may keep them back while nobody has `wanted`
    them, and tell of several epochs late, in their order.
    """

    tell: Tell
    wanted: Callable[[], bool] = _always

    def __call__(self, fit: Fit, epoch: int, values: Mapping[str, float]) -> None:
        """Tell it."""
        self.tell(fit, epoch, values)


@dataclass(frozen=True)
class Pack:
    """Fits that are trained together. A pack is what an executor is given, and repeated whole.

    `knowledge` is that of the search, for trials that choose values as they run. `alone`: nothing
    else is to be on its device, since the memory was not enough beside others.
    """

    fits: tuple[Fit, ...]
    knowledge: Mapping[str, Any] | None = None
    alone: bool = False


class Trainer(Protocol):
    """Trains networks. Trainers are frozen and picklable; heavy packages are imported in `train`.

    Folds and repeats are unknown here: every fit stands alone.
    """

    @property
    def environment(self) -> Mapping[str, str]:
        """Environment variables that must stand before the process first trains."""

    def processes(self, cores: int) -> int:
        """How many worker processes make the most of so many cores."""

    def pack(self, fits: Sequence[Fit], problem: Problem) -> list[Pack]:
        """The fits, each in exactly one pack, cut the same way every time.

        Taking away whole packs leaves the others as they were, so that what an interrupted sweep
        still has to train is packed as it was before.
        """

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        """One outcome per fit, in the pack's order.

        A fit that fails is an outcome with an error; only a wrong program raises, and a machine
        that fails (OSError, where a checkpoint cannot be written).

        The pack's fits may train for the sum of their `seconds`. When that is over, those that
        have their last epoch behind them keep their outcomes, and the others are `timed_out`, with
        the history so far.
        """
