"""Rows as TensorFlow holds them. Sparse ones stay sparse, and become an array a batch at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sweeps.tasks.inputs import is_sparse
from sweeps.tasks.task import Inputs
from sweeps.trainers.tensorflow_import import load


class SparseRows(NamedTuple):
    """The `indptr` (rows + 1,), `indices` and `data` of a `csr_array`.

    As tensors, or as what describes them in a signature.
    """

    ends: Any
    columns: Any
    values: Any


@dataclass(frozen=True)
class Rows:
    """One split: x (rows, features) float32 or sparse, y (rows,) int64 or (rows, outputs) float32.

    `labels` is y as the task gave it. `weights` (rows,) float32 say how much rows count in the
    training loss; None: all the same.
    """

    x: Any
    y: Any
    labels: npt.NDArray[Any]
    weights: Any = None

    def __len__(self) -> int:
        return len(self.labels)


def inputs_of(x: Inputs) -> Any:
    """A split's inputs as one tensor, or as the three of sparse rows."""
    tf, _ = load()
    if not is_sparse(x):
        return tf.constant(x)
    arrays = x.indptr.astype(np.int64), x.indices.astype(np.int64), x.data
    return SparseRows(*map(tf.constant, arrays))


def signature(features: int, sparse: bool) -> Any:
    """What any number of such rows looks like to a `tf.function`."""
    tf, _ = load()
    if not sparse:
        return tf.TensorSpec([None, features])
    places = tf.TensorSpec([None], tf.int64)
    return SparseRows(places, places, tf.TensorSpec([None]))


def gathered(x: Any, chosen: Any, features: int) -> Any:
    """The rows with those numbers, (chosen, features)."""
    tf, _ = load()
    if not isinstance(x, SparseRows):
        return tf.gather(x, chosen)
    places = tf.ragged.range(tf.gather(x.ends, chosen), tf.gather(x.ends, chosen + 1))
    columns = tf.gather(x.columns, places.flat_values)
    entries = tf.stack([places.value_rowids(), columns], axis=1)
    shape = tf.stack([tf.size(chosen, tf.int64), features])
    return tf.scatter_nd(entries, tf.gather(x.values, places.flat_values), shape)


def cut(x: Any, first: int, end: int, features: int) -> Any:
    """The rows from the first up to before the end, or up to the last."""
    tf, _ = load()
    if not isinstance(x, SparseRows):
        return x[first:end]
    rows = int(x.ends.shape[0]) - 1
    return gathered(x, tf.range(first, min(end, rows)), features)
