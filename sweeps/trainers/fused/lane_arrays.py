"""The arrays that a lane's programs are given, built from its seats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.sweep import Split
from sweeps.tasks.task import Data, Part
from sweeps.trainers.fused.activations import number_of
from sweeps.trainers.fused.bucket import Bucket
from sweeps.trainers.fused.layer import Layer
from sweeps.trainers.fused.piece_table import table_of
from sweeps.trainers.fused.seat import Seat
from sweeps.trainers.fused.stacking import filled, knobs_of, settings_of
from sweeps.trainers.fused.structures import Epoch, Member, Network, Rows
from sweeps.trainers.fused.walking import Heights

Array = npt.NDArray[Any]
Span = tuple[Array, Array]
"""Of each member, the first of a split's rows and their number."""


def rows_of(seats: Sequence[Seat], bucket: Bucket, size: int) -> Rows:
    """Every member's rows of all splits, one after the other; shared ones once."""
    holders = seats[:1] if bucket.shared_rows else seats
    count = 1 if bucket.shared_rows else size
    classes = bucket.head == "softmax"
    shape = (count, bucket.rows) if classes else (count, bucket.rows, bucket.outputs)
    y = np.zeros(shape, np.int32 if classes else bucket.precision)
    weights = np.zeros((count, bucket.train_rows), bucket.precision) if bucket.weighted else None
    for member, seat in enumerate(holders):
        at = 0
        for part in parts(seat.data).values():
            y[member, at : at + len(part.y)] = part.y.reshape(len(part.y), *y.shape[2:])
            at += len(part.y)
        if weights is not None:
            weights[member, : seat.rows] = seat.data.train.weights
    if bucket.shared_rows:
        y, weights = y[0], None if weights is None else weights[0]
    return Rows(_inputs_of(holders, bucket, count), y, weights)  # type: ignore[arg-type]


def _inputs_of(holders: Sequence[Seat], bucket: Bucket, count: int) -> Any:
    """The rows' inputs; NumPy until they are on the device."""
    if bucket.sparse:
        return table_of([part.x for part in parts(holders[0].data).values()], bucket)
    x = np.zeros((count, bucket.rows, bucket.features), bucket.precision)
    for member, seat in enumerate(holders):
        at = 0
        for part in parts(seat.data).values():
            x[member, at : at + len(part.y)] = part.x
            at += len(part.y)
    return x[0] if bucket.shared_rows else x


def parts(data: Data) -> dict[Split, Part]:
    """The splits that there are, in the order in which their rows lie."""
    splits: dict[Split, Part] = {"train": data.train}
    if data.val is not None:
        splits["val"] = data.val
    return splits | {"test": data.test}


def spans_of(seats: Sequence[Seat], size: int) -> dict[Split, Span]:
    """Where each split's rows lie; a member that is no one's has none."""
    spans: dict[Split, Span] = {}
    for split in parts(seats[0].data):
        first, count = [], []
        for seat in seats:
            lengths = {name: len(part.y) for name, part in parts(seat.data).items()}
            before = list(lengths)[: list(lengths).index(split)]
            first.append(sum(lengths[name] for name in before))
            count.append(lengths[split])
        spans[split] = filled(first, size, np.int32), filled(count, size, np.int32)
    return spans


def member_of(seats: Sequence[Seat], bucket: Bucket, size: int) -> Member:
    """What stays the same while the lane is trained."""
    recipes = [seat.course.recipe for seat in seats]
    seeds = [seat.course.first.seed for seat in seats]
    settings = [settings_of(recipe, bucket) for recipe in recipes]
    between = [max(0, len(recipe.layers) - 1) for recipe in recipes]
    table = np.zeros((size, len(settings[0])), bucket.precision)
    table[: len(seats)] = [list(one.values()) for one in settings]
    return Member(
        activation=np.int32(number_of(recipes[0].activation) if bucket.activation == "any" else 0),  # type: ignore[arg-type]
        knobs=knobs_of(recipes, seeds, bucket, size),
        settings=table,  # type: ignore[arg-type]
        heights=Heights(filled(between, size, np.int32), np.int32(max(between))),  # type: ignore[arg-type]
        rows=filled([seat.rows for seat in seats], size, np.int32),  # type: ignore[arg-type]
        batch=filled([recipe.batch_size for recipe in recipes], size, np.int32),  # type: ignore[arg-type]
    )


def epoch_of(seats: Sequence[Seat], bucket: Bucket, size: int) -> tuple[Epoch, list[float]]:
    """The next epoch of the seats that go on, and the learning rate at its start of each."""
    order = np.zeros((size, bucket.train_rows), np.int32)
    rates = np.zeros((size, bucket.steps), bucket.precision)
    steps = np.zeros(size, np.int32)
    for member, seat in enumerate(seats):
        if seat.goes_on:
            order[member, : seat.rows] = seat.next_order()
            falling = seat.next_rates()
            steps[member] = len(falling)
            rates[member, : len(falling)] = falling
    epoch = Epoch(order, rates, steps)  # type: ignore[arg-type]
    return epoch, [float(rate) for rate in rates[: len(seats), 0]]


def weights_of(network: Network) -> Network:
    """The layers without their optimizer state."""

    def bare(layer: Layer) -> Layer:
        return Layer(layer.kernel[:1], layer.bias[:1])

    first = None if network.first is None else bare(network.first)
    between = network.between
    between = bare(between) if isinstance(between, Layer) else tuple(map(bare, between))
    return Network(first, between, bare(network.head))
