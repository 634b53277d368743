"""Trains a lane: all of its courses at once, epoch by epoch, on one device.

Epochs are handed to the device as fast as it takes them; results are fetched at the end, unless
somebody must know them on the way: early stopping, or a progress display.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import jax
import numpy as np
import numpy.typing as npt

from sweeps import checkpoints
from sweeps.checkpoints import Checkpoint
from sweeps.problem import Problem
from sweeps.sweep import Split
from sweeps.trainers.fused import lane_arrays as arrays
from sweeps.trainers.fused.compiled import programs_for
from sweeps.trainers.fused.held_rows import rows_on
from sweeps.trainers.fused.keeping import Kept, tensors_of
from sweeps.trainers.fused.measuring import measured
from sweeps.trainers.fused.packing import Lane
from sweeps.trainers.fused.results import End, Ending, Pending
from sweeps.trainers.fused.seat import Seat, ended_of
from sweeps.trainers.fused.stacking import filled, fresh, shapes_of, stacked
from sweeps.trainers.fused.structures import Network, State, Verdict
from sweeps.trainers.fused.telling import tell
from sweeps.trainers.time_limit import TimeLimit
from sweeps.trainers.trainer import Progress
from sweeps.trainers.under_way import Interval

Array = npt.NDArray[Any]

MOST_PENDING = 64
"""Epochs whose results may wait on the device before they are fetched."""


@dataclass
class LaneTraining:
    """A lane under way. `watched` is the split that is judged after every epoch, if any."""

    lane: Lane
    problem: Problem
    seats: list[Seat]
    watched: Split | None
    measure: str
    device: Any
    progress: Progress | None = None
    endings: list[Ending] = field(default_factory=list)
    _pending: list[Pending] = field(default_factory=list)
    _first: int = 0
    """Epochs that may be handed over before one is waited for."""
    _best: Network | None = None

    @classmethod
    def start(
        cls, lane: Lane, problem: Problem, device: Any, progress: Progress | None
    ) -> LaneTraining:
        """The lane before its first epoch, or where its checkpoints ended."""
        seats = [
            Seat.of(course, problem.data(course.first.fold, course.first.repeat))
            for course in lane.courses
        ]
        split = problem.objective.split
        watched: Split | None = None if split == "train" else split
        measure = "accuracy" if problem.task.kind == "classification" else "mae"
        training = cls(lane, problem, seats, watched, measure, device, progress)
        training._place()
        return training

    def run(self, stopping: threading.Event, limit: TimeLimit) -> None:
        """Train until every fit has ended, see `endings`, or until somebody is stopping it.

        Fits that have not ended when the time is up end as they are. Compiling is not counted.
        """
        self._interval = Interval(fit for seat in self.seats for fit in seat.course.fits)
        self._end([seat.epoch == seat.course.first.budget or seat.stopped for seat in self.seats])
        if limit.seconds is not None and any(self._going):
            self._prepare()
        self._interval.begin()
        with limit.counting():
            while any(self._going) and not stopping.is_set() and not limit.is_over:
                self._advance()
        going = self._going
        self._absorb()
        if any(seat.told for seat in self.seats):
            self._tell()
        if not stopping.is_set():
            self._break_off(going, limit)

    def _advance(self) -> None:
        """One epoch of those that go on, and what must be known or kept after it."""
        if heard := self._heard:  # what is trained by now does not wait for this epoch
            self._tell()
        going = self._going
        if not any(going):
            return
        self._train_epoch()
        due = self._interval.is_over()
        decides = any(seat.patience for seat in self.seats)
        if heard or due or decides or len(self._pending) >= MOST_PENDING:
            self._absorb()
        self._end(going)
        if heard:
            self._tell()
        if due:
            self._keep()
            self._interval.begin()
        if len(self._pending) > self._first:
            # Or epochs would be handed over long before the time that they take is spent. The
            # first may be a long one, and is to be told when it ends.
            self._pending[-2:][0].sums.block_until_ready()
            self._first = 1

    def _tell(self) -> None:
        self._absorb()
        tell(self.progress, self.seats)

    def _prepare(self) -> None:
        """Have all programs compiled before time is counted."""
        epoch, _ = arrays.epoch_of(self.seats, self.lane.bucket, self.lane.size)
        self._programs.prepare("train_epoch", self._state, self._rows, self._member, epoch)
        if any(seat.restores for seat in self.seats):
            none, weights = filled([], self.lane.size, bool), self._weights
            self._programs.prepare("choose", none, weights, weights)
        self._programs.finish_preparing()

    @property
    def _going(self) -> list[bool]:
        """Which members have an epoch left to train, as far as is known."""
        return [seat.goes_on for seat in self.seats]

    @property
    def _heard(self) -> bool:
        """Whether somebody wants to know how it goes."""
        return self.progress is not None and self.progress.wanted()

    def _place(self) -> None:
        """Put everything on the device."""
        bucket, size = self.lane.bucket, self.lane.size
        self._programs = programs_for(bucket, size, self.device)
        drawn = [fresh(seat.course.recipe, seat.course.first.seed, bucket) for seat in self.seats]
        self._shapes = [shapes_of(one) for one in drawn]
        tensors, steps, best = list(drawn), [0] * len(self.seats), {}
        for member, seat in enumerate(self.seats):
            checkpoint = seat.earlier()
            if checkpoint is not None:
                seat.go_on_from(checkpoint.state)
                steps[member] = checkpoint.state["steps"]
                tensors[member], kept = tensors_of(checkpoint, drawn[member])
                if kept:
                    best[member] = kept
        # What is used once goes to the device with the call that uses it, which is twice as fast.
        self._state = State(stacked(bucket, tensors, size), filled(steps, size, np.int32))  # type: ignore[arg-type]
        self._rows = rows_on(self.device, self.seats, bucket, size)
        self._member = jax.device_put(arrays.member_of(self.seats, bucket, size), self.device)
        self._spans = jax.device_put(arrays.spans_of(self.seats, size), self.device)
        judging = self._weights, self._rows, self._member, *self._spans["train"]
        for name in ("judge", "predict") if self.problem.evaluate.metrics else ("judge",):
            self._programs.prepare(name, *judging)  # while the first epoch is trained
        if best:
            room = [best.get(member, one[:1]) for member, one in enumerate(drawn)]
            self._best = jax.device_put(stacked(bucket, room, size), self.device)

    def _train_epoch(self) -> None:
        epoch, rates = arrays.epoch_of(self.seats, self.lane.bucket, self.lane.size)
        members = [member for member, seat in enumerate(self.seats) if seat.goes_on]
        self._state, sums = self._programs.train_epoch(self._state, self._rows, self._member, epoch)
        watched = None
        if self.watched is not None:
            watched = self._judged(self.watched, self._weights).sums
        self._pending.append(Pending(members, rates, sums, watched))
        for member in members:
            self.seats[member].epoch += 1

    @property
    def _weights(self) -> Network:
        return arrays.weights_of(self._state.network)

    def _judged(self, split: Split, network: Network) -> Verdict:
        return self._programs.judge(network, self._rows, self._member, *self._spans[split])

    def _absorb(self) -> None:
        """Fetch what is pending into the seats' histories."""
        for pending in self._pending:
            fetched = pending.fetched()
            improved = np.zeros(self.lane.size, bool)
            for member in pending.members:
                seat = self.seats[member]
                values = fetched.values(member, seat, self.measure, self.watched)
                watched = "" if self.watched is None else f"{self.watched}_"
                improved[member] = seat.take(values, watched) and seat.restores
            if improved.any():
                self._keep_best(improved)
        self._pending.clear()

    def _keep_best(self, improved: Array) -> None:
        weights = self._weights
        best = weights if self._best is None else self._best
        self._best = self._programs.choose(improved, weights, best)

    def _end(self, trained: Sequence[bool]) -> None:
        """Judge the fits that end here, of the members that were trained just now."""
        paths = {
            (member, fit): self._interval.end_of(self.seats[member].course.fits[fit])
            for member, fit in ended_of(self.seats, trained)
        }
        keeping = any(paths.values())
        if keeping:
            self._absorb()  # before the rest: who is seen to have diverged ends here as well
        ended = ended_of(self.seats, trained)
        if not ended:
            return
        settled = self._settled()
        verdicts = {split: self._judged(split, settled) for split in self._spans}
        predict = partial(self._programs.predict, settled, self._rows, self._member)
        members = {member for member, _ in ended}
        extra = measured(self.problem, self.seats, self.lane.size, members, predict)
        kept = Kept.of(self._state, self._best) if keeping else None
        for member, fit in ended:
            path, epoch, more = paths.get((member, fit)), self.seats[member].epoch, extra[member]
            end = None
            if kept is not None and path is not None:
                end = End(path, self._checkpoint(kept, member))
            its = verdicts, end, more.figures, more.failure
            self.endings.append(Ending(member, fit, epoch, *its))

    def _break_off(self, going: Sequence[bool], limit: TimeLimit) -> None:
        """End the fits of these members that have not had their last epoch."""
        for member, seat in enumerate(self.seats):
            for fit, one in enumerate(seat.course.fits):
                if going[member] and one.budget > seat.epoch:
                    failure = limit.failure(seat.seen, one.budget)
                    self.endings.append(Ending(member, fit, seat.epoch, {}, None, {}, failure))

    def _settled(self) -> Network:
        """The weights that fits are judged by: the best epoch's, where so asked."""
        if self._best is None:
            return self._weights
        has_best = filled([seat.has_best for seat in self.seats], self.lane.size, bool)
        return self._programs.choose(has_best, self._best, self._weights)

    def _keep(self) -> None:
        """Keep every member that goes on, as far as it has come."""
        kept = Kept.of(self._state, self._best)
        for member, seat in enumerate(self.seats):
            if seat.kept_at is not None:
                checkpoint = self._checkpoint(kept, member)
                checkpoints.save(Path(seat.kept_at), checkpoint.arrays, checkpoint.state)

    def _checkpoint(self, kept: Kept, member: int) -> Checkpoint:
        """All that the member's course needs to go on from here."""
        return kept.checkpoint(member, self.seats[member], self.lane.bucket, self._shapes[member])
