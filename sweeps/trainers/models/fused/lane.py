"""A lane: members that are trained by the same calls of one program, epoch by epoch."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import numpy.typing as npt

from sweeps.draws import row_order
from sweeps.sweep import Split
from sweeps.trainers.models.fused.epochs import Carry, Judged, Member, Rows
from sweeps.trainers.models.fused.program import Program
from sweeps.trainers.models.watching import Watch
from sweeps.trainers.under_way import Interval

Array = npt.NDArray[Any]
Keep = Callable[[int, Carry, str], None]
"""Keeps a member, by its place in the lane, with these variables in that file."""


@dataclass
class Seat:
    """A member's place in a lane: how far it has come, what it starts from and what it sees."""

    watch: Watch
    start: Carry
    numbers: Array
    data_set: int


@dataclass(frozen=True)
class Found:
    """What a split's rows say of every member of a lane, the member's axis first."""

    logs: Mapping[str, Array]
    outputs: Array


class Lane:
    """Trains up to as many members as its program is wide; the last fills what is left over."""

    def __init__(
        self,
        seats: Sequence[Seat],
        program: Program,
        rows: Rows,
        metrics: Sequence[Array],
        splits: Mapping[Split, int],
        watched: Split | None,
    ) -> None:
        self.seats = list(seats)
        self._program, self._rows = program, rows
        self._watched = watched
        self._splits = splits
        self._full = [*self.seats, *[self.seats[-1]] * (program.layout.width - len(self.seats))]
        self._carry: Carry = jax.device_put(_stack([seat.start for seat in self._full]))
        self._metrics = jax.device_put(_stack([list(metrics)] * len(self._full)))
        numbers = np.stack([seat.numbers for seat in self._full])
        which = np.array([seat.data_set for seat in self._full], np.int32)
        self._member = jax.device_put(Member(numbers, which))

    def run(self, stopping: threading.Event, interval: Interval, keep: Keep) -> None:
        """Train until every member's watch is over, or until somebody is stopping it.

        `keep` is called for each member that is to be kept on its way, whenever the interval says
        so.
        """
        while not stopping.is_set():
            active = [not seat.watch.ends() for seat in self.seats]
            if not any(active):
                return
            self._epoch(active)
            if interval.is_over():
                self._keep(keep)
                interval.begin()

    def _keep(self, keep: Keep) -> None:
        weights = self.weights()
        for at, seat in enumerate(self.seats):
            keeping = seat.watch.fit.keeping
            if keeping is not None and not seat.watch.ends():
                keep(at, member_of(weights, at), keeping.path)

    def weights(self) -> Carry:
        """The variables of all members, on the host."""
        fetched: Carry = jax.device_get(self._carry)
        return fetched

    def found(self, split: Split) -> Found:
        """The split's rows, judged with the variables as they are."""
        judged = self._judged(split)
        first, count = self._place(split)
        logs, outputs = jax.device_get((judged.logs, judged.outputs[:, first : first + count]))
        return Found(logs, outputs)

    def _epoch(self, active: Sequence[bool]) -> None:
        logs, rate = self._trained(active)
        judged: dict[str, Any] = {}
        if self._watched is not None:
            verdict = self._judged(self._watched)
            # As Keras's own fit, which goes on from what it evaluated with.
            self._carry = self._carry._replace(other=verdict.other)
            judged = verdict.logs
        logs, judged, rate = jax.device_get((logs, judged, rate))
        for place, seat in enumerate(self.seats):
            if active[place]:
                values = {name: value[place] for name, value in logs.items()}
                values |= {f"val_{name}": value[place] for name, value in judged.items()}
                seat.watch.keep(values, float(rate[place]))

    def _trained(self, active: Sequence[bool]) -> tuple[dict[str, Any], Any]:
        """One epoch's training: Keras's logs, and the learning rate that it began with."""
        layout = self._program.layout
        going = np.array([*active, *[False] * (layout.width - len(active))])
        metrics, rate, logs = self._metrics, None, {}
        for places in self._batches():
            train = self._program.train[places.shape[1:]]
            self._carry, trained = train(
                self._carry, metrics, going, self._member, places, self._rows
            )
            metrics, logs = trained.metrics, trained.logs
            rate = trained.rate if rate is None else rate
        return logs, rate

    def _batches(self) -> list[Array]:
        """The epoch's row order, cut as the program takes it: (members, batches, rows) each."""
        layout = self._program.layout
        rows = layout.splits[0]
        orders = {
            id(seat): row_order(seat.watch.fit.seed, seat.watch.epoch, rows) for seat in self.seats
        }
        order = np.stack([orders[id(seat)] for seat in self._full])
        whole = layout.batches * layout.batch
        batches = order[:, :whole].reshape(len(order), layout.batches, layout.batch)
        cuts = [
            batches[:, at : at + layout.together]
            for at in range(0, layout.batches, layout.together)
        ]
        return [*cuts, order[:, None, whole:]] if layout.rest else cuts

    def _judged(self, split: Split) -> Judged:
        first, count = self._place(split)
        whole, rest = divmod(count, self._program.layout.judged)
        judged = self._program.empty._replace(other=self._carry.other, metrics=self._metrics)
        for size, start, batches in (
            (self._program.layout.judged, first, whole),
            (rest, first + count - rest, 1),
        ):
            if size and batches:
                judge = self._program.judge[size]
                numbers = np.int32(start), np.int32(batches)
                judged = judge(self._carry, judged, self._member, *numbers, self._rows)
        return judged

    def _place(self, split: Split) -> tuple[int, int]:
        """The split's first row among all rows, and how many there are."""
        names = list(self._splits)
        first = sum(self._splits[name] for name in names[: names.index(split)])
        return first, self._splits[split]


def member_of(carry: Carry, at: int) -> Carry:
    """One member's variables."""
    own: Carry = jax.tree.map(lambda values: values[at], carry)
    return own


def _stack(trees: Sequence[Any]) -> Any:
    return jax.tree.map(lambda *leaves: np.stack(leaves), *trees)
