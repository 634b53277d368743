"""Trains a lane: all of its courses at once, epoch by epoch, on one device.

Epochs are handed to the device as fast as it takes them; results are fetched at the end, unless
somebody must know them on the way: early stopping, or a progress display.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np
import numpy.typing as npt

from sweeps.checkpoints import Checkpoint
from sweeps.sweep import Split
from sweeps.tasks.task import Data
from sweeps.trainers.fused import lane_arrays as arrays
from sweeps.trainers.fused.compiled import programs_for
from sweeps.trainers.fused.packing import Lane
from sweeps.trainers.fused.program import Network, State, Verdict
from sweeps.trainers.fused.seat import Seat
from sweeps.trainers.fused.stacking import Tensors, filled, fresh, stacked, taken_apart
from sweeps.trainers.trainer import Progress

Array = npt.NDArray[Any]

MOST_PENDING = 64
"""Epochs whose results may wait on the device before they are fetched."""


@dataclass(frozen=True)
class Ending:
    """A fit at its end: how its network was judged on each split, and what a checkpoint keeps."""

    member: int
    fit: int
    epoch: int
    verdicts: dict[Split, Verdict]
    checkpoint: Checkpoint | None


@dataclass(frozen=True)
class _Pending:
    """An epoch's results on the device: who took part, its rates, and the watched split's."""

    members: list[int]
    rates: list[float]
    loss: Any
    measure: Any
    watched: Verdict | None


@dataclass
class LaneTraining:
    """A lane under way. `watched` is the split that is judged after every epoch, if any."""

    lane: Lane
    seats: list[Seat]
    watched: Split | None
    measure: str
    device: Any
    progress: Progress | None = None
    endings: list[Ending] = field(default_factory=list)
    _pending: list[_Pending] = field(default_factory=list)
    _best: Network | None = None

    @classmethod
    def start(
        cls,
        lane: Lane,
        data: Sequence[Data],
        watched: Split | None,
        measure: str,
        device: Any,
        progress: Progress | None,
    ) -> LaneTraining:
        """The lane before its first epoch, or where its checkpoints ended."""
        seats = [Seat.of(course, rows) for course, rows in zip(lane.courses, data, strict=True)]
        training = cls(lane, seats, watched, measure, device, progress)
        training._place()
        return training

    def run(self) -> None:
        """Train until every fit has ended; see `endings`."""
        self._end([seat.epoch == seat.course.first.budget or seat.stopped for seat in self.seats])
        while any(seat.goes_on for seat in self.seats):
            going = [seat.goes_on for seat in self.seats]
            self._train_epoch()
            if self._followed or len(self._pending) >= MOST_PENDING:
                self._absorb()
            self._end(going)
        self._absorb()

    @property
    def _followed(self) -> bool:
        """Whether results must be known after every epoch."""
        return self.progress is not None or any(seat.patience for seat in self.seats)

    def _place(self) -> None:
        """Put everything on the device."""
        bucket, size = self.lane.bucket, self.lane.size
        self._programs = programs_for(bucket, size, self.device)
        self._fresh = [
            fresh(seat.course.recipe, seat.course.first.seed, bucket) for seat in self.seats
        ]
        tensors, steps, best = list(self._fresh), [0] * len(self.seats), {}
        for member, seat in enumerate(self.seats):
            checkpoint = seat.earlier()
            if checkpoint is not None:
                seat.go_on_from(checkpoint.state)
                steps[member] = checkpoint.state["steps"]
                tensors[member] = _read(checkpoint, "state", tensors[member])
                if "best_0_0" in checkpoint.arrays:
                    best[member] = _read(checkpoint, "best", tensors[member][:1])
        state = State(stacked(bucket, tensors, size), filled(steps, size, np.int32))  # type: ignore[arg-type]
        self._state: State = jax.device_put(state, self.device)
        self._rows = jax.device_put(arrays.rows_of(self.seats, bucket, size), self.device)
        self._member = jax.device_put(arrays.member_of(self.seats, bucket, size), self.device)
        self._spans = jax.device_put(arrays.spans_of(self.seats, size), self.device)
        if best:
            room = [best.get(member, self._fresh[member][:1]) for member in range(len(self.seats))]
            self._best = jax.device_put(stacked(bucket, room, size), self.device)

    def _train_epoch(self) -> None:
        epoch, rates = arrays.epoch_of(self.seats, self.lane.bucket, self.lane.size)
        members = [member for member, seat in enumerate(self.seats) if seat.goes_on]
        epoch = jax.device_put(epoch, self.device)
        self._state, loss, measure = self._programs.train_epoch(
            self._state, self._rows, self._member, epoch
        )
        watched = None if self.watched is None else self._judged(self.watched, self._weights)
        self._pending.append(_Pending(members, rates, loss, measure, watched))
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
            results = jax.device_get((pending.loss, pending.measure, pending.watched))
            improved = np.zeros(self.lane.size, bool)
            for member in pending.members:
                seat = self.seats[member]
                values = self._values(member, pending, *results)
                watched = "" if self.watched is None else f"{self.watched}_"
                improved[member] = seat.take(values, watched) and seat.restores
                if self.progress is not None and seat.failure is None:
                    self._tell(self.progress, seat, values)
            if improved.any():
                self._keep_best(improved)
        self._pending.clear()

    def _values(
        self, member: int, pending: _Pending, loss: Array, measure: Array, watched: Verdict | None
    ) -> dict[str, float]:
        rows = self.seats[member].rows
        values = {"loss": float(loss[member]) / rows, self.measure: float(measure[member]) / rows}
        if watched is not None:
            count = len(arrays.parts(self.seats[member].data)[self.watched].y)  # type: ignore[index]
            values |= figures(watched, member, count, f"{self.watched}_", self.measure)
        return values | {"learning_rate": pending.rates[member]}

    def _tell(self, progress: Progress, seat: Seat, values: dict[str, float]) -> None:
        for fit in seat.course.fits:
            if seat.seen <= fit.budget:
                progress(fit, seat.seen, values)

    def _keep_best(self, improved: Array) -> None:
        weights = self._weights
        best = weights if self._best is None else self._best
        self._best = self._programs.choose(improved, weights, best)

    def _end(self, trained: Sequence[bool]) -> None:
        """Judge the fits that end here, of the members that were trained just now."""
        ended = [
            (member, fit)
            for member, seat in enumerate(self.seats)
            if trained[member]
            for fit in seat.ending()
        ]
        if not ended:
            return
        settled = self._settled()
        verdicts = {split: self._judged(split, settled) for split in self._spans}
        keeping = any(self.seats[member].course.fits[fit].save_to for member, fit in ended)
        if keeping:
            self._absorb()
        network, best, steps = (
            jax.device_get((self._state.network, self._best, self._state.steps))
            if keeping
            else (None, None, None)
        )
        for member, fit in ended:
            seat = self.seats[member]
            checkpoint = None
            if seat.course.fits[fit].save_to and seat.failure is None:
                checkpoint = self._checkpoint(member, network, best, int(steps[member]))
            self.endings.append(Ending(member, fit, seat.epoch, verdicts, checkpoint))

    def _settled(self) -> Network:
        """The weights that fits are judged by: the best epoch's, where so asked."""
        if self._best is None:
            return self._weights
        has_best = [
            seat.restores and seat.patience is not None and seat.patience.best is not None
            for seat in self.seats
        ]
        return self._programs.choose(
            filled(has_best, self.lane.size, bool), self._best, self._weights
        )

    def _checkpoint(
        self, member: int, network: Network, best: Network | None, steps: int
    ) -> Checkpoint:
        """All that is needed to go on."""
        like = self._fresh[member]
        kept = _named("state", taken_apart(network, self.lane.bucket, member, like))
        seat = self.seats[member]
        if best is not None and seat.restores and seat.patience is not None:
            kept |= _named("best", taken_apart(best, self.lane.bucket, member, like[:1]))
        return Checkpoint(kept, seat.state(steps))


def figures(
    verdict: Verdict, member: int, rows: int, prefix: str, measure: str
) -> dict[str, float]:
    """A member's loss, penalties included, and accuracy or mean absolute error."""
    loss = float(verdict.loss[member]) / rows + float(verdict.penalty[member])
    return {f"{prefix}loss": loss, f"{prefix}{measure}": float(verdict.measure[member]) / rows}


def _named(name: str, tensors: list[Tensors]) -> dict[str, Array]:
    return {
        f"{name}_{slot}_{at}": array
        for slot, one in enumerate(tensors)
        for at, array in enumerate(one)
    }


def _read(checkpoint: Checkpoint, name: str, like: list[Tensors]) -> list[Tensors]:
    return [
        [np.asarray(checkpoint.arrays[f"{name}_{slot}_{at}"]) for at in range(len(one))]
        for slot, one in enumerate(like)
    ]
