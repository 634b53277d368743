"""How many numbers an estimator has learned, where that means something."""

from __future__ import annotations

from typing import Any

import numpy as np

LEARNED = (("coef_", "intercept_"), ("coefs_", "intercepts_"))
"""Attributes of linear models, and of scikit-learn's neural networks."""


def parameters_of(estimator: Any) -> float | None:
    """Trainable parameters of a linear model or a network, a Pipeline's last step; else None."""
    steps = getattr(estimator, "steps", None)
    last = steps[-1][1] if steps else estimator
    if hasattr(last, "model_") and hasattr(last.model_, "trainable_weights"):
        return float(sum(np.prod(weight.shape) for weight in last.model_.trainable_weights))
    for names in LEARNED:
        if all(hasattr(last, name) for name in names):
            return float(sum(_size(getattr(last, name)) for name in names))
    return None


def _size(learned: Any) -> int:
    """Of an array, dense or sparse, a number, or a list of them."""
    if isinstance(learned, list):
        return sum(_size(one) for one in learned)
    return int(np.prod(np.shape(learned)))
