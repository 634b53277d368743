"""Chance in the user's code: the global generators start from what the fit is."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

LARGEST = 2**31
"""Seeds are below this: what scikit-learn, NumPy's global generator, Keras and PyTorch all take."""


def small(seed: int) -> int:
    """A fit's seed as one that every library takes."""
    return seed % LARGEST


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Within it, `random` and `numpy.random` start from the seed; they are put back afterwards."""
    python, numpy = random.getstate(), np.random.get_state()
    random.seed(small(seed))
    np.random.seed(small(seed))
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
