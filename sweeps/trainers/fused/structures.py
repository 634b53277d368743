"""What a lane's programs take and give: arrays of all members, with the member axis first.

Arrays of looped hidden layers have the layer axis before it, so that one layer of all members lies
in one piece.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax

from sweeps.trainers.fused.pieces import Pieces
from sweeps.trainers.fused.walking import Heights

Array = jax.Array


class Network(NamedTuple):
    """First hidden layer, those between, head. Without hidden layers there is only a head.

    Holds layers, or their knobs (the head has none). `between` is as the walk holds it.
    """

    first: Any
    between: Any
    head: Any


class State(NamedTuple):
    """All that training changes: the layers with their optimizer state, and the steps taken."""

    network: Network
    steps: Array


class Rows(NamedTuple):
    """Rows of train, validation and test, one after the other: of each member, or shared by all.

    `weights` say how much rows count in the training loss, None where all count the same.
    """

    x: Array | Pieces
    y: Array
    weights: Array | None = None


class Member(NamedTuple):
    """What stays the same of a lane's members while they are trained.

    `settings` (members, settings) are the optimizer's, in the order of its rule's names. `rows`
    (members,) counts the rows trained on and `batch` those of a full batch; `heights` is about the
    layers between the first and the head. All share the activation, a number.
    """

    activation: Array
    knobs: Network
    settings: Array
    heights: Heights
    rows: Array
    batch: Array


class Epoch(NamedTuple):
    """What an epoch needs: row orders (members, train_rows), rates (members, steps), steps.

    `steps` (members,) counts the batches of an epoch of each member, 0 for one that sits it out.
    """

    order: Array
    rates: Array
    steps: Array


class Verdict(NamedTuple):
    """What a lane's networks are worth on a split.

    `sums` (members, 3) are loss and measure, summed over the rows without penalties, and the
    penalty that is to be added to the mean loss. `confusion` (members, true class, predicted class)
    counts rows.
    """

    sums: Array
    confusion: Array
