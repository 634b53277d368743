"""Trains courses: cuts them into lanes, spreads those over cores or devices, reports outcomes."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

from sweeps import checkpoints, cores
from sweeps.problem import Problem
from sweeps.sweep import Split
from sweeps.trainers.divergence import DivergedError, refuse_nonfinite
from sweeps.trainers.fused import lane_arrays
from sweeps.trainers.fused.bucket import Bucket
from sweeps.trainers.fused.courses import Course
from sweeps.trainers.fused.jax_import import load, precise
from sweeps.trainers.fused.lane import Ending, LaneTraining, figures
from sweeps.trainers.fused.packing import Lane, abreast, lanes_of, packs_of
from sweeps.trainers.fused.seat import parameters
from sweeps.trainers.trainer import Progress
from sweeps.trial import Failure, Fit, Outcome

Placed = tuple[int, Outcome]


def trained(
    courses: Sequence[tuple[Bucket, Course]], problem: Problem, progress: Progress | None
) -> list[Placed]:
    """The outcome of every fit of the courses, with its place."""
    jax = load()
    devices = jax.local_devices()
    on_cpu = devices[0].platform == "cpu"
    buckets = {id(course): bucket for bucket, course in courses}
    lanes = [
        lane for pack in packs_of(courses) for lane in lanes_of(buckets[id(pack[0])], pack, on_cpu)
    ]
    side_by_side = abreast(lanes, cores.threads()) if on_cpu else len(devices)
    if side_by_side == 1 or len(lanes) == 1:
        found = [_lane(lane, problem, devices[0], progress) for lane in lanes]
    else:
        pool = ThreadPoolExecutor(side_by_side, "sweeps-lane")
        try:
            where = zip(lanes, cycle(devices), strict=False)
            flying = [pool.submit(_lane, lane, problem, at, progress) for lane, at in where]
            found = [future.result() for future in flying]
        finally:
            # After an error or Ctrl-C nobody waits for the lanes that have not begun.
            pool.shutdown(cancel_futures=True)
    return [outcome for outcomes in found for outcome in outcomes]


def _lane(lane: Lane, problem: Problem, device: Any, progress: Progress | None) -> list[Placed]:
    jax = load()
    started = time.perf_counter()
    data = [problem.data(course.first.fold, course.first.repeat) for course in lane.courses]
    split = problem.objective.split
    watched: Split | None = None if split == "train" else split
    measure = "accuracy" if problem.task.kind == "classification" else "mae"
    try:
        with precise(lane.bucket.precision):
            training = LaneTraining.start(lane, data, watched, measure, device, progress)
            training.run()
            return list(_outcomes(training, started))
    except (jax.errors.JaxRuntimeError, MemoryError) as error:
        failure = Failure("crashed", f"{type(error).__name__}: {error}", traceback.format_exc())
        seconds = _share(lane, started)
        return [
            (place, Outcome(fit, {}, {}, seconds, error=failure))
            for course in lane.courses
            for place, fit in zip(course.places, course.fits, strict=True)
        ]


def _outcomes(training: LaneTraining, started: float) -> Iterator[Placed]:
    fetched = _fetched(training.endings)
    seconds = _share(training.lane, started)
    for ending, verdicts in zip(training.endings, fetched, strict=True):
        course = training.seats[ending.member].course
        outcome = _outcome(training, ending, verdicts, course.fits[ending.fit], seconds)
        yield course.places[ending.fit], outcome


def _fetched(endings: Sequence[Ending]) -> list[dict[Split, Any]]:
    """The endings' verdicts, brought from the device; those of one epoch are the same ones."""
    import jax

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
    failure = seat.failure if seat.seen < ending.epoch else None
    if failure is None:
        try:
            for split, part in lane_arrays.parts(seat.data).items():
                sums = verdicts[split].sums[ending.member]
                metrics |= figures(sums, len(part.y), f"{split}_", training.measure)
                if bucket.confused:
                    confusion[split] = _table(verdicts[split].confusion[ending.member])
            refuse_nonfinite(metrics, f"after epoch {ending.epoch}")
        except DivergedError as error:
            failure, metrics, confusion = Failure("diverged", str(error)), {}, {}
    if fit.save_to is not None and failure is None and ending.checkpoint is not None:
        checkpoints.save(Path(fit.save_to), ending.checkpoint.arrays, ending.checkpoint.state)
    metrics["parameters"] = float(parameters(seat.course, bucket.features, bucket.outputs))
    metrics["epochs"] = float(epochs)
    history = {name: tuple(values[:epochs]) for name, values in seat.history.items()}
    return Outcome(fit, metrics, history, seconds, confusion, failure)


def _table(counts: Any) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(count) for count in row) for row in np.asarray(counts))


def _share(lane: Lane, started: float) -> float:
    """A fit's part of the time that its lane took."""
    return (time.perf_counter() - started) / sum(len(course.fits) for course in lane.courses)
