"""What a trained model is worth on every split, as Keras measures and predicts it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.sweep import Split
from sweeps.tasks.task import Data, Part
from sweeps.trainers.models.batches import in_order
from sweeps.trainers.models.watching import numbers

LEAST_BATCH = 32
"""Rows that are judged at once, as Keras does unless it is told else; more where training had."""


def judging_batch(batch_size: int) -> int:
    """How many rows are judged at once."""
    return max(LEAST_BATCH, batch_size)


def parts_of(data: Data) -> Mapping[Split, Part]:
    """The splits that there are, by name."""
    parts: dict[Split, Part] = {"train": data.train}
    if data.val is not None:
        parts["val"] = data.val
    parts["test"] = data.test
    return parts


def figures_of(model: Any, data: Data, batch_size: int) -> dict[str, float]:
    """Loss and compiled metrics of every split, under their names with the split's prefix."""
    figures: dict[str, float] = {}
    for split, part in parts_of(data).items():
        batches = in_order(part, judging_batch(batch_size))
        found = numbers(model.evaluate(batches, verbose=0, return_dict=True))
        figures |= {f"{split}_{name}": value for name, value in found.items()}
    return figures


def outputs_of(model: Any, data: Data, batch_size: int) -> dict[Split, npt.NDArray[Any]]:
    """Predictions for the rows of every split; none of a model with several outputs."""
    outputs: dict[Split, npt.NDArray[Any]] = {}
    for split, part in parts_of(data).items():
        found = model.predict(in_order(part, judging_batch(batch_size)), verbose=0)
        if isinstance(found, np.ndarray):
            outputs[split] = found
    return outputs
