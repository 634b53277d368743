"""Trains courses: cuts them into lanes, spreads those over cores or devices, reports outcomes."""

from __future__ import annotations

import gc
import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Self

from sweeps import cores
from sweeps.problem import Problem
from sweeps.trainers.breakdown import failure_of
from sweeps.trainers.fused.bucket import Bucket
from sweeps.trainers.fused.courses import Course
from sweeps.trainers.fused.going_on import parted
from sweeps.trainers.fused.jax_import import load, precise
from sweeps.trainers.fused.lane import LaneTraining
from sweeps.trainers.fused.outcomes import outcomes_of
from sweeps.trainers.fused.packing import Lane, abreast, halves, lanes_of, packs_of
from sweeps.trainers.time_limit import TimeLimit
from sweeps.trainers.trainer import Progress
from sweeps.trial import Failure, Outcome

Placed = tuple[int, Outcome]


def trained(
    courses: Sequence[tuple[Bucket, Course]],
    problem: Problem,
    progress: Progress | None,
    limit: TimeLimit,
) -> list[Placed]:
    """The outcome of every fit of the courses, with its place."""
    jax = load()
    devices = jax.local_devices()
    on_cpu = devices[0].platform == "cpu"
    buckets = {id(course): bucket for bucket, course in courses}
    lanes = [
        lane
        for pack in packs_of(courses)
        for whole in lanes_of(buckets[id(pack[0])], pack, on_cpu, len(devices))
        for lane in parted(whole, problem)
    ]
    side_by_side = abreast(lanes, cores.threads()) if on_cpu else len(devices)
    with _Field(problem, progress, limit, devices, side_by_side) as field:
        return [outcome for outcomes in field.train(lanes) for outcome in outcomes]


@dataclass(frozen=True)
class _Starved:
    """A lane that the memory was not enough for, and a fit's part of the time until then."""

    failure: Failure
    seconds: float


class _Field:
    """Devices, and threads that each train one lane at a time on a device that is free.

    When it is left early, by an error or Ctrl-C, lanes under way end after their epoch.
    """

    def __init__(
        self,
        problem: Problem,
        progress: Progress | None,
        limit: TimeLimit,
        devices: Sequence[Any],
        side_by_side: int,
    ) -> None:
        self._problem = problem
        self._progress = progress
        self._limit = limit
        self._stopping = threading.Event()
        self._free: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for place in range(side_by_side):
            self._free.put(devices[place % len(devices)])
        self._pool = ThreadPoolExecutor(side_by_side, "sweeps-lane")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._pool.shutdown(cancel_futures=True)

    def train(self, lanes: Sequence[Lane]) -> list[list[Placed]]:
        """The outcomes of each lane.

        Lanes that the memory was not enough for are tried again when the others are done.
        """
        flying = [self._pool.submit(self._lane, lane) for lane in lanes]
        done, _ = wait(flying, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()  # raises at once what a lane raised, while others are under way
        outcomes = []
        for lane, future in zip(lanes, flying, strict=True):
            trained = future.result()
            if isinstance(trained, _Starved):
                alone = len(lanes) == 1
                trained = self._in_halves(lane, trained) if alone else self._alone(lane)
            outcomes.append(trained)
        return outcomes

    def _alone(self, lane: Lane) -> list[Placed]:
        """A lane with nothing beside it, in halves if it must be."""
        gc.collect()  # an error holds on to the arrays of the lane that met it
        trained = self._pool.submit(self._lane, lane).result()
        return self._in_halves(lane, trained) if isinstance(trained, _Starved) else trained

    def _in_halves(self, lane: Lane, starved: _Starved) -> list[Placed]:
        """A lane that the memory was not enough for; that of a single network fails."""
        parts = halves(lane)
        if not parts:
            return _failed(lane, starved.failure, starved.seconds)
        return [placed for part in parts for placed in self._alone(part)]

    def _lane(self, lane: Lane) -> list[Placed] | _Starved:
        device = self._free.get()
        try:
            return self._trained(lane, device)
        finally:
            self._free.put(device)

    def _trained(self, lane: Lane, device: Any) -> list[Placed] | _Starved:
        """The outcomes of a lane, unless the memory was not enough for it."""
        jax = load()
        started = time.perf_counter()
        try:
            with precise(lane.bucket.precision):
                training = LaneTraining.start(lane, self._problem, device, self._progress)
                training.run(self._stopping, self._limit)
                return list(outcomes_of(training, _share(lane, started)))
        except (jax.errors.JaxRuntimeError, MemoryError) as error:
            failure = failure_of(error)
        seconds = _share(lane, started)
        if failure.reason == "out_of_memory":
            return _Starved(failure, seconds)
        return _failed(lane, failure, seconds)


def _failed(lane: Lane, failure: Failure, seconds: float) -> list[Placed]:
    """The same failure for every fit of a lane."""
    return [
        (place, Outcome(fit, {}, {}, seconds, error=failure))
        for course in lane.courses
        for place, fit in zip(course.places, course.fits, strict=True)
    ]


def _share(lane: Lane, started: float) -> float:
    """A fit's part of the time that its lane took."""
    return (time.perf_counter() - started) / sum(len(course.fits) for course in lane.courses)
