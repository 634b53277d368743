"""What came of a lane: an outcome for every fit, and the checkpoints that are to be kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np

from sweeps import checkpoints
from sweeps.sweep import Split
from sweeps.trainers.divergence import DivergedError, refuse_nonfinite
from sweeps.trainers.fused import lane_arrays
from sweeps.trainers.fused.lane import LaneTraining
from sweeps.trainers.fused.results import Ending, figures
from sweeps.trainers.fused.seat import parameters
from sweeps.trial import Failure, Fit, Outcome


def outcomes_of(training: LaneTraining, seconds: float) -> Iterator[tuple[int, Outcome]]:
    """The outcomes of all fits of a lane that was trained, each with its place in the pack.

    `seconds` is what each fit is said to have taken.
    """
    fetched = _fetched(training.endings)
    for ending, verdicts in zip(training.endings, fetched, strict=True):
        course = training.seats[ending.member].course
        outcome = _outcome(training, ending, verdicts, course.fits[ending.fit], seconds)
        yield course.places[ending.fit], outcome


def _fetched(endings: Sequence[Ending]) -> list[dict[Split, Any]]:
    """The endings' verdicts, brought from the device; those of one epoch are the same ones."""
    known = {id(ending.verdicts): ending.verdicts for ending in endings}
    fetched = {key: jax.device_get(verdicts) for key, verdicts in known.items()}
    return [fetched[id(ending.verdicts)] for ending in endings]


def _outcome(
    training: LaneTraining, ending: Ending, verdicts: Mapping[Split, Any], fit: Fit, seconds: float
) -> Outcome:
    """What came of a fit, once its last epoch is in the history; keeps its checkpoint."""
    seat, bucket = training.seats[ending.member], training.lane.bucket
    epochs = min(ending.epoch, seat.seen)
    metrics: dict[str, float] = {}
    confusion: dict[str, Any] = {}
    failure = seat.failure if seat.seen < ending.epoch else ending.failure
    if failure is None:
        try:
            for split, part in lane_arrays.parts(seat.data).items():
                sums = verdicts[split].sums[ending.member]
                metrics |= figures(sums, len(part.y), f"{split}_", training.measure)
                if bucket.confused:
                    confusion[split] = _table(verdicts[split].confusion[ending.member])
            metrics |= ending.measured
            refuse_nonfinite(metrics, f"after epoch {ending.epoch}")
        except DivergedError as error:
            failure, metrics, confusion = Failure("diverged", str(error)), {}, {}
    if ending.kept is not None and failure is None:
        checkpoint = ending.kept.checkpoint
        checkpoints.save(Path(ending.kept.path), checkpoint.arrays, checkpoint.state)
    metrics["parameters"] = float(parameters(seat.course, bucket.features, bucket.outputs))
    metrics["epochs"] = float(epochs)
    history = {name: tuple(values[:epochs]) for name, values in seat.history.items()}
    return Outcome(fit, metrics, history, seconds, confusion, failure, notes=seat.notes)


def _table(counts: Any) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(count) for count in row) for row in np.asarray(counts))
