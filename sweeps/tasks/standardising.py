"""Columns around 0 with a standard deviation of 1."""

from __future__ import annotations

import numpy as np

from sweeps.tasks.task import Array, Raw


def standardised(fitted_on: Raw, *parts: Raw) -> tuple[Array, ...]:
    """The parts minus the mean of `fitted_on`, divided by its standard deviation, by column.

    A column that does not vary in `fitted_on` becomes 0 everywhere.
    """
    mean, spread = fitted_on.mean(axis=0), fitted_on.std(axis=0)
    # Not 0 exactly, since the mean of equal numbers is rounded.
    varies = np.ptp(fitted_on, axis=0) > 0
    divisor = np.where(varies, spread, 1.0)
    return tuple(
        np.where(varies, (part - mean) / divisor, 0.0).astype(np.float32) for part in parts
    )
