"""A made-up task, small enough that a network is fitted in a blink."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from sweeps.tasks.task import Array, Kind, Raw, Rows


@dataclass(frozen=True)
class TinyTask:
    """Three overlapping clouds of points (or, as a regression, their noisy sum)."""

    train: int = 44
    test: int = 15
    columns: int = 4
    kind: Kind = "classification"

    @property
    def name(self) -> str:
        return "tiny"

    @property
    def outputs(self) -> int:
        return 3 if self.kind == "classification" else 1

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(f"x{column}" for column in range(self.columns))

    @property
    def classes(self) -> tuple[str, ...]:
        return ("red", "green", "blue") if self.kind == "classification" else ()

    def rows(self, split: int) -> Rows:
        rng = np.random.default_rng(100 + split)
        count = self.train + self.test
        classes = rng.permutation(np.arange(count) % 3)
        centres = np.random.default_rng(7).normal(size=(3, self.columns))
        x = centres[classes] + rng.normal(scale=0.8, size=(count, self.columns))
        y = classes if self.kind == "classification" else np.rint(4 * x.sum(axis=1)).astype(int)
        return Rows(x[: self.train], y[: self.train], x[self.train :], y[self.train :])

    def scaled(self, fitted_on: Raw, *parts: Raw) -> tuple[Array, ...]:
        mean, spread = fitted_on.mean(axis=0), fitted_on.std(axis=0)
        return tuple(((part - mean) / spread).astype(np.float32) for part in parts)

    def digest(self) -> str:
        return hashlib.sha256(self.rows(0).x_train.tobytes()).hexdigest()[:16]
