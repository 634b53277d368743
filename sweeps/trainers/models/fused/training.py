"""Trains members of one fingerprint: cuts them into lanes, spreads those over cores."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import numpy.typing as npt

from sweeps import cores
from sweeps.problem import Problem
from sweeps.sweep import Split
from sweeps.trainers.divergence import DivergedError, refuse_nonfinite
from sweeps.trainers.models import past
from sweeps.trainers.models.fused.epochs import Carry, Epochs, Rows
from sweeps.trainers.models.fused.fingerprint import fingerprint
from sweeps.trainers.models.fused.lane import Found, Lane, Seat, member_of
from sweeps.trainers.models.fused.numbers import slots_of, values_of
from sweeps.trainers.models.fused.program import Layout, Program, program_for
from sweeps.trainers.models.fused.prototype import (
    carry_of,
    fresh_metrics,
    make_ready,
    put_back,
    stacked_rows,
)
from sweeps.trainers.models.fused.tracing import traced
from sweeps.trainers.models.fused.widths import width_of
from sweeps.trainers.models.judging import judging_batch, parts_of
from sweeps.trainers.models.member import Fitted, Member
from sweeps.trainers.models.mishaps import failure_in
from sweeps.trainers.models.single import watched_split
from sweeps.trainers.models.watching import Watch
from sweeps.trainers.time_limit import TimeLimit
from sweeps.trainers.trainer import Progress
from sweeps.trainers.under_way import Interval
from sweeps.trial import Failure

Array = npt.NDArray[Any]


def trained_together(
    members: Sequence[Member], problem: Problem, progress: Progress | None, limit: TimeLimit
) -> list[Fitted]:
    """What comes of members that share a fingerprint, and that nothing speaks against fusing.

    Each is as `single.trained_alone` would have trained it, but for rounding, and fails alone;
    what XLA breaks down on takes a whole lane with it, and a lack of memory those members that
    lack it by themselves. Time is that of epochs; tracing and compiling are not counted.
    """
    group = _Group(members, problem, progress, limit)
    return group.trained(list(range(len(members))), group.width)


class _Group:
    """Members of one program. The first of them is the model that is traced."""

    def __init__(
        self,
        members: Sequence[Member],
        problem: Problem,
        progress: Progress | None,
        limit: TimeLimit,
    ) -> None:
        self._members, self._problem = members, problem
        self._progress, self._limit = progress, limit
        first = members[0]
        facts = traced(first)
        make_ready(first)
        self._epochs = Epochs(first.model, slots_of(first.model))
        self._metrics = fresh_metrics(first.model)
        self._splits = {name: len(part.y) for name, part in parts_of(first.data).items()}
        self._on_cpu = jax.local_devices()[0].platform == "cpu"
        self.width = width_of(first.model, facts, len(members), self._on_cpu)
        # On a CPU, convolutions are several times as slow in loops.
        self._unrolled = self._on_cpu and facts.convolves
        self._rows, self._data_sets = _rows_of(members)

    def trained(self, places: Sequence[int], width: int) -> list[Fitted]:
        """What comes of the members at these places, so many of them at once.

        Those that the memory was not enough for are tried again in lanes of half the width.
        """
        seats = {place: self._seat(self._members[place]) for place in places}
        # Those with the most epochs left first, so that members of a lane end together.
        order = sorted(places, key=lambda place: -_left(seats[place].watch))
        cuts = [order[at : at + width] for at in range(0, len(order), width)]
        program = self._program(width, seats[order[0]])
        found: dict[int, Fitted] = {}
        stopping = threading.Event()
        with ThreadPoolExecutor(self._abreast, "sweeps-models") as pool:
            try:
                lanes = [
                    pool.submit(self._lane, cut, [seats[at] for at in cut], program, stopping)
                    for cut in cuts
                ]
                for lane in lanes:
                    found |= lane.result()
            finally:
                stopping.set()
                pool.shutdown(cancel_futures=True)
        starved = [at for at in places if _starved(found[at]) and width > 1]
        if starved:
            found |= dict(zip(starved, self.trained(starved, width // 2), strict=True))
        return [found[place] for place in places]

    @property
    def _abreast(self) -> int:
        return cores.threads() if self._on_cpu else 1

    def _seat(self, member: Member) -> Seat:
        watch = Watch(member.fit, self._limit, self._progress, watched_split(self._problem))
        past.taken_up(member, watch, self._problem)
        start = carry_of(member.model, self._epochs.model)
        numbers = values_of(slots_of(member.model))
        return Seat(watch, start, numbers, self._data_sets[id(member.data)])

    def _program(self, width: int, seat: Seat) -> Program:
        first = self._members[0]
        batches = len(first.data.train.y) // first.batch_size
        layout = Layout(
            width=width,
            batch=first.batch_size,
            together=1 if self._unrolled else max(1, batches),
            judged=judging_batch(first.batch_size),
            splits=tuple(self._splits.values()),
        )
        key = fingerprint(first)
        return program_for(key, self._epochs, layout, seat.start, self._metrics, self._rows)

    def _lane(
        self,
        places: Sequence[int],
        seats: Sequence[Seat],
        program: Program,
        stopping: threading.Event,
    ) -> dict[int, Fitted]:
        started = time.perf_counter()
        judged: list[_Judged] = []
        watched: Split | None = "test" if self._problem.objective.split == "test" else "val"
        interval = Interval(seat.watch.fit for seat in seats)

        def keep(at: int, carry: Carry, path: str) -> None:
            self._keep(places[at], seats[at].watch, carry, path)

        def train() -> None:
            lane = Lane(
                seats,
                program,
                self._rows,
                self._metrics,
                self._splits,
                watched if watched in self._splits else None,
            )
            with self._limit.counting():
                lane.run(stopping, interval, keep)
            found = {split: lane.found(split) for split in self._splits}
            judged.append(_Judged(lane.weights(), found, interval))

        failure = failure_in(train, self._members[places[0]], self._problem)
        seconds = (time.perf_counter() - started) / len(places)
        if failure is not None:
            return {
                place: _failed(seat.watch, seconds, failure)
                for place, seat in zip(places, seats, strict=True)
            }
        return {
            place: self._fitted(place, seat.watch, judged[0], at, seconds)
            for at, (place, seat) in enumerate(zip(places, seats, strict=True))
        }

    def _fitted(self, place: int, watch: Watch, judged: _Judged, at: int, seconds: float) -> Fitted:
        if watch.failure is not None:
            return _failed(watch, seconds, watch.failure)
        member = self._members[place]
        figures = {
            f"{split}_{name}": float(values[at])
            for split, found in judged.found.items()
            for name, values in found.logs.items()
        }
        try:
            refuse_nonfinite(figures, f"after epoch {watch.epoch}")
        except DivergedError as error:
            return _failed(watch, seconds, Failure("diverged", str(error)))
        carry = member_of(judged.carry, at)
        end = judged.interval.end_of(member.fit)
        if end is not None:
            self._keep(place, watch, carry, end)
        outputs = {split: found.outputs[at] for split, found in judged.found.items()}
        weights = _weights(member.model, carry)
        its = watch.history, figures, outputs, weights, watch.epoch, seconds, None, watch.notes
        return Fitted(*its)

    def _keep(self, place: int, watch: Watch, carry: Carry, path: str) -> None:
        member = self._members[place]
        put_back(member.model, carry)
        past.kept(member, watch, self._problem, path)


@dataclass(frozen=True)
class _Judged:
    """What became of a lane: its members' variables, and what every split says of them.

    `interval` says since when they were not kept.
    """

    carry: Carry
    found: dict[Split, Found]
    interval: Interval


def _rows_of(members: Sequence[Member]) -> tuple[Rows, dict[int, int]]:
    """The rows of all data sets that members see, once each, and whose data set is which."""
    sets: dict[Hashable, list[Any]] = {}
    numbers: dict[int, int] = {}
    for member in members:
        parts = list(parts_of(member.data).values())
        # Members of one fold see the same rows, if not the same `Data`.
        key = tuple((id(part.x), part.y.tobytes()) for part in parts)
        sets.setdefault(key, parts)
        numbers[id(member.data)] = list(sets).index(key)
    return jax.device_put(Rows(*stacked_rows(list(sets.values())))), numbers


def _weights(model: Any, carry: Carry) -> tuple[Array, ...]:
    """In the order of `model.get_weights()`."""
    variables = [*model.trainable_variables, *model.non_trainable_variables]
    values = [*carry.trainable, *carry.other]
    held = {id(variable): value for variable, value in zip(variables, values, strict=True)}
    return tuple(np.asarray(held[id(variable)]) for variable in model.weights)


def _left(watch: Watch) -> int:
    return watch.fit.budget - watch.epoch


def _starved(fitted: Fitted) -> bool:
    return fitted.error is not None and fitted.error.reason == "out_of_memory"


def _failed(watch: Watch, seconds: float, failure: Failure) -> Fitted:
    return Fitted(watch.history, {}, {}, (), watch.epoch, seconds, failure, watch.notes)
