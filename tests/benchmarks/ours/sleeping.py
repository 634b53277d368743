"""A trainer whose fits take a fixed time and no processor, and say where and when they ran."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sweeps.problem import Problem
from sweeps.tasks.no_rows import NoRows
from sweeps.tasks.task import Kind
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Metrics, Outcome

EPOCHS = 5
NAMES = ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate")
FINAL = tuple(f"{split}_{name}" for split in ("train", "val", "test") for name in NAMES[:2])


class Span(NamedTuple):
    """A call: which process it ran in, and from when to when by the machine's own clock.

    `computed` is the processor time of that process by then, since it was started.
    """

    process: int
    began: float
    ended: float
    computed: float


class Nothing(NoRows):
    """A task without rows, whose splitting would import more than a light worker holds."""

    @property
    def kind(self) -> Kind:
        return "classification"


@dataclass(frozen=True)
class Sleeping:
    """Sleeps `seconds` for each fit; its outcomes are as large as those of a small classifier."""

    seconds: float

    @property
    def environment(self) -> Mapping[str, str]:
        return {}

    def processes(self, cores: int) -> int:
        return cores

    def pack(self, fits: Sequence[Fit], problem: Problem) -> list[Pack]:
        return [Pack((fit,)) for fit in fits]

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        return [self._slept(fit) for fit in pack.fits]

    def _slept(self, fit: Fit) -> Outcome:
        began = time.monotonic()
        time.sleep(self.seconds)
        value = (fit.seed % 997) / 997
        history = dict.fromkeys(NAMES, (value,) * EPOCHS)
        metrics = dict.fromkeys(FINAL, value) | {"epochs": float(EPOCHS)}
        span = Span(os.getpid(), began, time.monotonic(), time.process_time())
        return Outcome(fit, metrics | span._asdict(), history, self.seconds)


def span_of(metrics: Metrics) -> Span:
    """When and where a fit of this trainer ran."""
    return Span(int(metrics["process"]), metrics["began"], metrics["ended"], metrics["computed"])
