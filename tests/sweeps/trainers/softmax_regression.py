"""Optimizers written out by hand on the one network whose gradient is a line: softmax regression.

float64, no library but NumPy: what trainers are held against.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from sweeps.draws import initial_weights, row_order

Array = npt.NDArray[np.float64]
Update = Callable[[int, Array, Array, dict[str, Array]], Array]
"""(step from 1, weight, gradient, the weight's memory) -> the new weight."""

RATE = 0.05


def adam(step: int, weight: Array, gradient: Array, memory: dict[str, Array]) -> Array:
    memory["m"] = 0.9 * memory.get("m", 0.0) + 0.1 * gradient
    memory["v"] = 0.999 * memory.get("v", 0.0) + 0.001 * gradient**2
    alpha = RATE * math.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    return weight - alpha * memory["m"] / (np.sqrt(memory["v"]) + 1e-7)


def adamw(step: int, weight: Array, gradient: Array, memory: dict[str, Array]) -> Array:
    return adam(step, weight * (1 - 0.004 * RATE), gradient, memory)


def sgd(_: int, weight: Array, gradient: Array, __: dict[str, Array]) -> Array:
    return weight - RATE * gradient


def momentum(_: int, weight: Array, gradient: Array, memory: dict[str, Array]) -> Array:
    memory["v"] = 0.9 * memory.get("v", 0.0) - RATE * gradient
    return weight + memory["v"]


def nesterov(_: int, weight: Array, gradient: Array, memory: dict[str, Array]) -> Array:
    memory["v"] = 0.9 * memory.get("v", 0.0) - RATE * gradient
    return weight + 0.9 * memory["v"] - RATE * gradient


def rmsprop(_: int, weight: Array, gradient: Array, memory: dict[str, Array]) -> Array:
    memory["v"] = 0.9 * memory.get("v", 0.0) + 0.1 * gradient**2
    return weight - RATE * gradient / np.sqrt(memory["v"] + 1e-7)


def adagrad(_: int, weight: Array, gradient: Array, memory: dict[str, Array]) -> Array:
    memory["v"] = memory.get("v", 0.1) + gradient**2
    return weight - RATE * gradient / np.sqrt(memory["v"] + 1e-7)


OPTIMIZERS: Mapping[str, tuple[Update, Mapping[str, object]]] = {
    "adam": (adam, {"optimizer": "adam"}),
    "adamw": (adamw, {"optimizer": "adamw"}),
    "sgd": (sgd, {"optimizer": "sgd"}),
    "momentum": (momentum, {"optimizer": "sgd", "optimizer.sgd.momentum": 0.9}),
    "nesterov": (
        nesterov,
        {"optimizer": "sgd", "optimizer.sgd.momentum": 0.9, "optimizer.sgd.nesterov": True},
    ),
    "rmsprop": (rmsprop, {"optimizer": "rmsprop"}),
    "adagrad": (adagrad, {"optimizer": "adagrad"}),
}


def losses(
    x: npt.NDArray[np.float32], y: npt.NDArray[np.int64], seed: int, update: Update, batch_size: int
) -> list[float]:
    """The mean loss of each of three epochs, every batch's taken before its update."""
    kernel, bias = (
        weight.astype(np.float64)
        for weight in initial_weights(seed, x.shape[1], [], 3, "he_uniform")
    )
    memories: tuple[dict[str, Array], dict[str, Array]] = ({}, {})
    step, means = 0, []
    for epoch in range(3):
        order, total = row_order(seed, epoch, len(x)), 0.0
        for start in range(0, len(x), batch_size):
            step += 1
            chosen = order[start : start + batch_size]
            loss, error = _forward(x[chosen].astype(np.float64), y[chosen], kernel, bias)
            total += loss
            kernel = update(step, kernel, x[chosen].T @ error, memories[0])
            bias = update(step, bias, error.sum(axis=0), memories[1])
        means.append(total / len(x))
    return means


def _forward(x: Array, y: npt.NDArray[np.int64], kernel: Array, bias: Array) -> tuple[float, Array]:
    """The summed loss, and the gradient of the mean loss by the logits."""
    logits = x @ kernel + bias
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares = odds / odds.sum(axis=1, keepdims=True)
    rows = np.arange(len(y))
    loss = float(-np.log(shares[rows, y]).sum())
    error = shares.copy()
    error[rows, y] -= 1
    return loss, error / len(y)
