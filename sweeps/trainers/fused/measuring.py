"""Measures what a sweep evaluates besides loss and accuracy, of fits of a lane at their end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np
import numpy.typing as npt

from sweeps.metrics.scoring import extra_metrics
from sweeps.problem import Problem
from sweeps.tasks.task import Part
from sweeps.trainers.fused.lane_arrays import parts, spans_of
from sweeps.trainers.fused.seat import Seat
from sweeps.trial import Failure
from sweeps.user_code.user_code import UserCodeError

Array = npt.NDArray[Any]
Predict = Callable[[Array, Array], jax.Array]
"""See `judging.predict`, of a lane and its networks: the first rows (members,) and their number."""


@dataclass(frozen=True)
class Measured:
    """A member's figures on all splits, or why a function of the user's gave none."""

    figures: Mapping[str, float] = field(default_factory=dict)
    failure: Failure | None = None

    def and_on(self, rows: Part, prefix: str, outputs: Array, problem: Problem) -> Measured:
        """These, and those on one more split."""
        if self.failure is not None:
            return self
        try:
            more = extra_metrics(problem, rows.y, outputs[: len(rows.y)], prefix)
        except UserCodeError as error:
            return Measured(failure=error.failure)
        return Measured({**self.figures, **more})


def measured(
    problem: Problem, seats: Sequence[Seat], size: int, members: Collection[int], predict: Predict
) -> dict[int, Measured]:
    """Every metric of these members on every split; nothing when no metrics are asked for.

    Outputs are fetched split by split, so that only one split's are held at a time.
    """
    found = {member: Measured() for member in members}
    if not problem.evaluate.metrics:
        return found
    for split, (first, count) in spans_of(seats, size).items():
        wanted = np.zeros_like(count)
        wanted[list(found)] = count[list(found)]
        outputs = _outputs(predict, first, wanted)
        for member, so_far in found.items():
            rows = parts(seats[member].data)[split]
            found[member] = so_far.and_on(rows, f"{split}_", outputs[member], problem)
    return found


def _outputs(predict: Predict, first: Array, count: Array) -> Array:
    """The outputs (members, rows, outputs) for as many rows as the member with most has."""
    fetched: list[Array] = []
    done = 0
    while done < count.max():
        fetched.append(jax.device_get(predict(first + done, np.maximum(count - done, 0))))
        done += fetched[-1].shape[1]
    return np.concatenate(fetched, axis=1)
