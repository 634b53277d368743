"""Rows as Keras takes them: batch after batch, in the order that a fit's seed says."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from sweeps.draws import row_order
from sweeps.tasks.inputs import taken
from sweeps.tasks.task import Inputs, Part


def drawn(part: Part, batch_size: int, seed: int) -> Any:
    """Batches to train on, a `keras.utils.PyDataset`: `begin(epoch)` draws that epoch's order."""
    return _kinds()[1](part, batch_size, seed)


def in_order(part: Part, batch_size: int) -> Any:
    """Batches to judge by, a `keras.utils.PyDataset`: the rows as they are, counted the same."""
    return _kinds()[0](part, batch_size)


def dense(x: Inputs) -> Any:
    """Rows as an array; only ever a batch of sparse ones is."""
    return x.toarray() if hasattr(x, "indptr") else x


@cache
def _kinds() -> tuple[type[Any], type[Any]]:
    import keras

    class InOrder(keras.utils.PyDataset):  # type: ignore[misc]
        def __init__(self, part: Part, batch_size: int) -> None:
            super().__init__()
            self.part, self.batch_size = part, batch_size

        @property
        def num_batches(self) -> int:
            return -(-len(self.part.y) // self.batch_size)

        def __getitem__(self, index: int) -> Any:
            rows = slice(index * self.batch_size, (index + 1) * self.batch_size)
            return dense(self.part.x[rows]), self.part.y[rows]

    class Drawn(InOrder):
        def __init__(self, part: Part, batch_size: int, seed: int) -> None:
            super().__init__(part, batch_size)
            self.seed = seed
            self.begin(0)

        def begin(self, epoch: int) -> None:
            self.order = row_order(self.seed, epoch, len(self.part.y))

        def __getitem__(self, index: int) -> Any:
            rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
            x, y = dense(taken(self.part.x, rows.astype(np.int64))), self.part.y[rows]
            return (x, y) if self.part.weights is None else (x, y, self.part.weights[rows])

    return InOrder, Drawn
