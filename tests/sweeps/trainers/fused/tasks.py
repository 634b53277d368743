"""Made-up tasks for every kind of head and of rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from sweeps.tasks.task import ClassWeights, Head, Rows
from tests.sweeps.tiny_task import TinyTask

VOCABULARY = 50


@dataclass(frozen=True)
class HeadTask(TinyTask):
    """The tiny task with any head; a sigmoid tells the first class from the others."""

    head: Head = "softmax"

    @property
    def outputs(self) -> int:
        return 3 if self.head == "softmax" else 1

    def rows(self, split: int) -> Rows:
        rows = super().rows(split)
        if self.head != "sigmoid":
            return rows
        return replace(rows, y_train=(rows.y_train > 0) * 1, y_test=(rows.y_test > 0) * 1)


class Words(HeadTask):
    """Words that occur in a text, as a sparse table of ones: none at all, some, or nearly all."""

    def rows(self, split: int) -> Rows:
        rows = super().rows(split)
        return replace(
            rows,
            x_train=csr_array(self._words(rows.x_train, 1)),
            x_test=csr_array(self._words(rows.x_test, 2)),
        )

    def scaled(self, fitted_on: Any, *parts: Any) -> tuple[Any, ...]:
        return tuple(part.astype(np.float32) for part in parts)

    def _words(self, x: Any, seed: int) -> Any:
        """Of some texts every third word, of others hardly any; which ones depends on x."""
        rng = np.random.default_rng(seed)
        likings = np.random.default_rng(3).normal(size=(x.shape[1], VOCABULARY))
        talkative = rng.uniform(-4, 2, size=(len(x), 1))
        words = (x @ likings + talkative > rng.normal(size=(len(x), VOCABULARY))) * 1.0
        words[::7] = 0
        words[3::7] = 1
        return words


class CountedWords(Words):
    """How often each word occurs."""

    def _words(self, x: Any, seed: int) -> Any:
        often = np.random.default_rng(seed + 10).integers(1, 4, size=(len(x), VOCABULARY))
        return super()._words(x, seed) * often / 2


class WeighedRows(HeadTask):
    """The rows of some classes count more in training."""

    def rows(self, split: int) -> Rows:
        weights: ClassWeights = {0: 0.25, 1: 2.5, 3: 1.5, -3: 3.0}
        return replace(super().rows(split), class_weights=weights)


class WeighedWords(WeighedRows, Words):
    """Words, in rows of which some count more."""


class Pairs(HeadTask):
    """Two numbers to predict, neither of them whole."""

    @property
    def outputs(self) -> int:
        return 2

    def rows(self, split: int) -> Rows:
        rows = super().rows(split)
        return replace(rows, y_train=self._pairs(rows.x_train), y_test=self._pairs(rows.x_test))

    def _pairs(self, x: Any) -> Any:
        return np.stack([x.sum(axis=1), np.sin(3 * x[:, 0]) + 0.3], axis=1)
