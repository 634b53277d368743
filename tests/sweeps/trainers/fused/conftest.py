from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from tests.sweeps.trainers.fused import keras_reference


@pytest.fixture(scope="module")
def keras64() -> Iterator[Executor]:
    """A process in which Keras computes in float64."""
    pool = ProcessPoolExecutor(1, get_context("spawn"), keras_reference.start)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
