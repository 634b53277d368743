"""Follows `model.fit` epoch by epoch: history, progress, and when it is over."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from sweeps.trainers.divergence import DivergedError, refuse_nonfinite
from sweeps.trainers.time_limit import TimeLimit
from sweeps.trainers.trainer import Progress
from sweeps.trial import Failure, Fit, History


@dataclass
class Watch:
    """How far a fit has come. `watched` is the prefix of the split that is validated on."""

    fit: Fit
    limit: TimeLimit
    progress: Progress | None
    watched: str = "val_"
    epoch: int = 0
    values: dict[str, list[float]] = field(default_factory=dict)
    failure: Failure | None = None
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def history(self) -> History:
        """One value an epoch, by name."""
        return {name: tuple(values) for name, values in self.values.items()}

    def ends(self) -> bool:
        """Whether no further epoch may begin; if that is for lack of time, the fit has failed."""
        left = self.fit.budget - self.epoch
        if self.failure is None and left > 0 and self.limit.is_over:
            self.failure = self.limit.failure(self.epoch, self.fit.budget)
        return self.failure is not None or left <= 0

    def keep(self, logs: Mapping[str, Any], rate: float | None) -> None:
        """An epoch's values as Keras reports them; one that is not finite ends the fit."""
        values = {self._named(name): value for name, value in numbers(logs).items()}
        if rate is not None:
            values.setdefault("learning_rate", rate)
        try:
            refuse_nonfinite(values, f"in epoch {self.epoch + 1}")
        except DivergedError as error:
            self.failure = Failure("diverged", str(error))
            return
        self.epoch += 1
        for name, value in values.items():
            self.values.setdefault(name, []).append(value)
        if self.progress is not None:
            self.progress(self.fit, self.epoch, values)

    def _named(self, name: str) -> str:
        tail = name.removeprefix("val_")
        return name if tail == name else f"{self.watched}{tail}"


def numbers(logs: Mapping[str, Any]) -> dict[str, float]:
    """What is a single number among Keras's logs; a metric may be one for each class."""
    return {name: float(value) for name, value in logs.items() if np.ndim(value) == 0}


def callback(
    watch: Watch,
    begin: Callable[[int], None] | None = None,
    ended: Callable[[], None] | None = None,
) -> Any:
    """A `keras.callbacks.Callback` that keeps the watch.

    `begin` is told the epoch, from 0; `ended` is called when an epoch is over and whole.
    """
    return _kind()(watch, begin, ended)


@cache
def _kind() -> type[Any]:
    import keras

    class Watching(keras.callbacks.Callback):  # type: ignore[misc]
        def __init__(
            self,
            watch: Watch,
            begin: Callable[[int], None] | None,
            ended: Callable[[], None] | None,
        ) -> None:
            super().__init__()
            self.watch, self.begin, self.ended = watch, begin, ended
            self.rate: float | None = None

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            if self.begin is not None:
                self.begin(epoch)
            self.rate = _learning_rate(self.model)

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            stopped = self.model.stop_training
            self.watch.keep(logs or {}, self.rate)
            if self.ended is not None:
                self.ended()
            # What a callback of the user's has ended is whole, however late it is.
            if not stopped and self.watch.ends():
                self.model.stop_training = True

    return Watching


def _learning_rate(model: Any) -> float | None:
    """The rate of the next step; None for an optimizer that has none, or that is not Keras's."""
    rate = getattr(getattr(model, "optimizer", None), "learning_rate", None)
    if rate is None:
        return None
    import keras

    value = float(keras.ops.convert_to_numpy(rate))
    return value if math.isfinite(value) else None
