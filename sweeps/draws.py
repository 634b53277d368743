"""What is left to chance in a fit, drawn from what the fit is: seeds, initial weights, row orders.

Everything comes from NumPy's Philox streams, one stream per (seed, purpose, position), so every
trainer starts equal and sees equal batches, and epoch 7 is the same whether a run was broken before
it or not.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from enum import IntEnum
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from sweeps.recipe import Initializer

Floats = npt.NDArray[np.float32]
Order = npt.NDArray[np.int32]


class Stream(IntEnum):
    """What a stream of random numbers is for; two purposes never share one."""

    WEIGHTS = 1
    ROW_ORDER = 2
    DROPOUT = 3


def fit_seed(sweep_seed: int, recipe_identity: str, fold: int, repeat: int) -> int:
    """A seed below 2**63 that is a function of what the fit is, and of nothing else."""
    parts = json.dumps([sweep_seed, recipe_identity, fold, repeat])
    return int.from_bytes(hashlib.sha256(parts.encode()).digest()[:8], "big") >> 1


def initial_kernel(
    seed: int, layer: int, fan_in: int, fan_out: int, initializer: Initializer
) -> Floats:
    """Initial weights (fan_in, fan_out) of the layer with that position, counted from 0.

    Uniform within Keras's limit for the initializer: sqrt(6 / fan_in) for he_uniform,
    sqrt(3 / fan_in) for lecun_uniform, sqrt(6 / (fan_in + fan_out)) for glorot_uniform.
    """
    limit = _limit(initializer, fan_in, fan_out)
    unit = _generator(seed, Stream.WEIGHTS, layer).random((fan_in, fan_out), dtype=np.float32)
    return (2.0 * unit - 1.0) * np.float32(limit)


def initial_weights(
    seed: int, features: int, hidden: Sequence[int], outputs: int, initializer: Initializer
) -> list[Floats]:
    """Kernel and bias of each dense layer in turn, the head last (glorot_uniform); biases are 0."""
    sizes = [features, *hidden, outputs]
    weights: list[Floats] = []
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes)):
        kind = initializer if layer < len(hidden) else "glorot_uniform"
        weights.append(initial_kernel(seed, layer, fan_in, fan_out, kind))
        weights.append(np.zeros(fan_out, dtype=np.float32))
    return weights


def row_order(seed: int, epoch: int, rows: int) -> Order:
    """The order (rows,) in which the epoch with that number, counted from 0, sees its rows."""
    return _generator(seed, Stream.ROW_ORDER, epoch).permutation(rows).astype(np.int32)


def dropout_seed(seed: int, layer: int) -> int:
    """A seed below 2**31 for the dropout masks of the hidden layer with that position."""
    return int(_generator(seed, Stream.DROPOUT, layer).integers(2**31))


def _limit(initializer: Initializer, fan_in: int, fan_out: int) -> float:
    if initializer == "he_uniform":
        return math.sqrt(6.0 / fan_in)
    if initializer == "lecun_uniform":
        return math.sqrt(3.0 / fan_in)
    return math.sqrt(6.0 / (fan_in + fan_out))


def _generator(seed: int, stream: Stream, position: int) -> np.random.Generator:
    key = np.random.SeedSequence(entropy=seed, spawn_key=(int(stream), position))
    return np.random.Generator(np.random.Philox(key))
