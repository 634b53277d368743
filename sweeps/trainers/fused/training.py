"""Trains courses: cuts them into lanes, spreads those over cores or devices, reports outcomes."""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any, Self

from sweeps import cores
from sweeps.problem import Problem
from sweeps.trainers.fused.bucket import Bucket
from sweeps.trainers.fused.courses import Course
from sweeps.trainers.fused.jax_import import load, precise
from sweeps.trainers.fused.lane import LaneTraining
from sweeps.trainers.fused.outcomes import outcomes_of
from sweeps.trainers.fused.packing import Lane, abreast, lanes_of, packs_of
from sweeps.trainers.trainer import Progress
from sweeps.trial import Failure, Outcome

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
        lane
        for pack in packs_of(courses)
        for lane in lanes_of(buckets[id(pack[0])], pack, on_cpu, len(devices))
    ]
    side_by_side = abreast(lanes, cores.threads()) if on_cpu else len(devices)
    with _Field(problem, progress, devices, side_by_side) as field:
        return [outcome for outcomes in field.train(lanes) for outcome in outcomes]


class _Field:
    """Devices, and threads that each train one lane at a time on a device that is free.

    When it is left early, by an error or Ctrl-C, lanes under way end after their epoch.
    """

    def __init__(
        self,
        problem: Problem,
        progress: Progress | None,
        devices: Sequence[Any],
        side_by_side: int,
    ) -> None:
        self._problem = problem
        self._progress = progress
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
        """The outcomes of each lane."""
        flying = [self._pool.submit(self._lane, lane) for lane in lanes]
        done, _ = wait(flying, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()  # raises at once what a lane raised, while others are under way
        return [future.result() for future in flying]

    def _lane(self, lane: Lane) -> list[Placed]:
        device = self._free.get()
        try:
            return self._trained(lane, device)
        finally:
            self._free.put(device)

    def _trained(self, lane: Lane, device: Any) -> list[Placed]:
        jax = load()
        started = time.perf_counter()
        try:
            with precise(lane.bucket.precision):
                training = LaneTraining.start(lane, self._problem, device, self._progress)
                training.run(self._stopping)
                return list(outcomes_of(training, _share(lane, started)))
        except (jax.errors.JaxRuntimeError, MemoryError) as error:
            failure = Failure("crashed", f"{type(error).__name__}: {error}", traceback.format_exc())
            seconds = _share(lane, started)
            return [
                (place, Outcome(fit, {}, {}, seconds, error=failure))
                for course in lane.courses
                for place, fit in zip(course.places, course.fits, strict=True)
            ]


def _share(lane: Lane, started: float) -> float:
    """A fit's part of the time that its lane took."""
    return (time.perf_counter() - started) / sum(len(course.fits) for course in lane.courses)
