"""How fast this machine multiplies batches of matrices in JAX, float32.

Products are chained within one compiled program, so that neither calls nor copies count: each
takes the last one's result for its left side. The right sides are orthogonal, so that numbers stay
of one size. Every shape is tried alone and with as many calls at once as there are cores, as packs
in flight may use them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from tests.benchmarks.child import report

ROWS = 32
INNER = (100, 128, 256, 512)
BATCHES = (4, 16, 64, 256, 1000)
TRIES = 5
OPERATIONS = 4e9
"""Floating-point operations in one timed call, roughly."""

MOST_BYTES = 1e9


def chain(batch: int, rows: int, inner: int) -> tuple[Callable[[], Any], float]:
    """A compiled chain of [batch, rows, inner] x [batch, inner, inner], and its operations."""
    import jax
    import jax.numpy as jnp

    rng = np.random.default_rng(0)
    one = np.linalg.qr(rng.normal(size=(inner, inner)))[0].astype(np.float32)
    right = jax.device_put(np.broadcast_to(one, (batch, inner, inner)))
    left = jax.device_put(rng.normal(size=(batch, rows, inner)).astype(np.float32))
    each = 2.0 * batch * rows * inner * inner
    links = max(1, round(OPERATIONS / each))

    @jax.jit
    def product(start: Any, matrices: Any) -> Any:
        return jax.lax.fori_loop(0, links, lambda _, x: jnp.matmul(x, matrices), start)

    def call() -> Any:
        return product(left, right).block_until_ready()

    call()
    return call, each * links


def rate(calls: Sequence[Callable[[], Any]], operations: float) -> float:
    """GFLOP/s of these calls made at once, the best of several tries; `operations` is of one."""
    best = float("inf")
    with ThreadPoolExecutor(len(calls)) as threads:
        for _ in range(TRIES):
            before = time.perf_counter()
            for done in [threads.submit(call) for call in calls]:
                done.result()
            best = min(best, time.perf_counter() - before)
    return len(calls) * operations / best / 1e9


def measured(batch: int, rows: int, inner: int, cores: int) -> dict[str, Any]:
    call, operations = chain(batch, rows, inner)
    found = {
        "batch": batch,
        "rows": rows,
        "inner": inner,
        "alone": rate([call], operations),
    }
    if cores > 1:
        calls = [call, *(chain(batch, rows, inner)[0] for _ in range(cores - 1))]
        found["at_once"] = rate(calls, operations)
    return found


def main() -> None:
    cores = min(4, len(os.sched_getaffinity(0)))
    started, before = time.time(), time.perf_counter()
    shapes = [(batch, ROWS, inner) for inner in INNER for batch in BATCHES]
    shapes.append((1, 2048, 2048))
    found = [
        measured(*shape, cores=cores)
        for shape in shapes
        if 4.0 * shape[0] * shape[2] ** 2 * cores <= MOST_BYTES
    ]
    report(len(found), time.perf_counter() - before, started, rates=found, cores=cores)


if __name__ == "__main__":
    main()
