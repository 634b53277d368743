"""What goes into training a user's model, and what comes out, whoever trains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

from sweeps.sweep import Split
from sweeps.tasks.task import Data
from sweeps.trial import Failure, Fit, History


@dataclass(frozen=True)
class Member:
    """A fit with its model, compiled and freshly initialised from the fit's seed.

    `model` is a `keras.Model`; its weights are those that training starts from. Epoch `e`, counted
    from 0, sees the rows in the order `sweeps.draws.row_order(fit.seed, e, rows)`, in batches of
    `batch_size`, the last as short as it is.
    """

    fit: Fit
    model: Any
    data: Data
    batch_size: int


@dataclass(frozen=True)
class Fitted:
    """What came of a member.

    `history` is what Keras's `fit` would report, one value an epoch (`loss`, `accuracy`,
    `val_loss`, …, and `learning_rate`). `figures` hold the loss and the compiled metrics of every
    split with the final weights (`train_loss`, `val_accuracy`, …), as `evaluate` gives them.
    `outputs` are the model's predictions for the rows of every split, and `weights` the final
    ones, in the order of `model.get_weights()`; both are empty after a failure.
    """

    history: History
    figures: Mapping[str, float]
    outputs: Mapping[Split, npt.NDArray[Any]]
    weights: tuple[npt.NDArray[Any], ...]
    epochs: int
    seconds: float
    error: Failure | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
