"""What shapes a compiled program. Fits whose buckets are equal are trained by the same program.

Everything else that tells two fits apart (weights, rows, rates, penalties, depth within a bucket,
batch size within a bucket) is data of the program.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from sweeps.optimizers import Adagrad, Adam, AdamW, Optimizer, RmsProp, Sgd
from sweeps.recipe import PENALTIES, Recipe
from sweeps.tasks.task import Head
from sweeps.trainers.measures import MOST_CLASSES

Rule = Literal["adam", "sgd", "rmsprop", "adagrad"]
Precision = Literal["float32", "float64"]

WIDTHS = (32, 64, 100, 128, 200, 256, 400, 512, 768, 1024, 1536, 2048, 3072, 4096)
"""Units that hidden layers are padded to: powers of two, and the round numbers people write."""

NARROW = (8, 16)
"""Further ones where rows are sparse: with thousands of columns, padding a layer costs much."""

BATCHES = (8, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192)
"""Rows that batches are padded to; a batch beyond the last has a program of its own size."""

DEEPEST_UNROLLED = 3
"""Hidden layers up to which a program is written out layer by layer.

Deeper ones walk a loop whose length is data, in room for `DEPTHS` layers: such a program compiles
in the same time whatever its depth, and costs a copy of each kernel on the way up and down.
"""

DEPTHS = (8, 32, 128, 512, 2048)

PIECE = 16
"""Columns of a piece of a sparse row. With 4 or 8, training was slower however short the rows."""

ROWS_STEP = 64
"""Row counts are padded to multiples of this, so that folds which differ by a row are alike."""

MOST_BYTES_OF_OWN_ROWS = 1_000_000
"""Up to here each member has rows of its own, so that folds and repeats mix in a pack."""

BUILT_IN = "relu"
"""The activation that has programs of its own; they compile in two thirds of the time."""

FEW_ROWS, SMALL_BLOCK, LARGE_BLOCK = 4096, 32, 512


@dataclass(frozen=True)
class Bucket:
    """The shapes and static choices of one program, but for its number of members.

    `width` is the padded width of hidden layers (0 when there are none), `depth` the hidden layers
    that there is room for. `rows` is the padded number of rows of train, validation and test
    together, `train_rows` that of train. `shared_rows` says that all members see the same rows,
    which are then held once. `weighted` says that rows count differently in the loss. Sparse rows
    are held in `pieces` pieces, which have values where `valued`, else all ones.
    """

    features: int
    outputs: int
    head: Head
    activation: Literal["relu", "any"]
    rule: Rule
    width: int
    depth: int
    batch: int
    rows: int
    train_rows: int
    shared_rows: bool
    dropout: bool
    penalties: bool
    weighted: bool = False
    pieces: int = 0
    valued: bool = False
    precision: Precision = "float32"

    @property
    def sparse(self) -> bool:
        """Whether rows are held as pieces of a few columns each."""
        return self.pieces > 0

    @property
    def fan_in(self) -> int:
        """Rows of the first kernel: a column each, and one of zeros for the padding of pieces."""
        return self.features + 1 if self.sparse else self.features

    @property
    def looped(self) -> bool:
        """Whether the hidden layers are walked in a loop."""
        return self.depth > DEEPEST_UNROLLED

    @property
    def confused(self) -> bool:
        """Whether a confusion matrix is counted."""
        return self.head != "linear" and self.classes <= MOST_CLASSES

    @property
    def classes(self) -> int:
        """How many classes the head tells apart."""
        return max(2, self.outputs)

    @property
    def steps(self) -> int:
        """The most steps that an epoch of a member can have."""
        smaller = max(rows for rows in (0, *BATCHES) if rows < self.batch)
        return -(-self.train_rows // (smaller + 1))

    @property
    def block(self) -> int:
        """Rows that are judged at once."""
        return SMALL_BLOCK if self.rows <= FEW_ROWS else LARGE_BLOCK


@dataclass(frozen=True)
class Sizes:
    """What of a task shapes a program: columns, outputs, rows in all, and rows to train on.

    `pieces`, `valued` and `weighted` are as in `Bucket`.
    """

    features: int
    outputs: int
    head: Head
    rows: int
    train_rows: int
    pieces: int = 0
    valued: bool = False
    weighted: bool = False


def bucket_of(recipe: Recipe, sizes: Sizes, precision: Precision = "float32") -> Bucket:
    """The bucket of a recipe's network on rows of those sizes."""
    layers, sparse = recipe.layers, sizes.pieces > 0
    widths = NARROW + WIDTHS if sparse else WIDTHS
    return Bucket(
        features=sizes.features,
        outputs=sizes.outputs,
        head=sizes.head,
        activation="relu" if recipe.activation == BUILT_IN or not layers else "any",
        rule=rule_of(recipe.optimizer),
        width=rung(widths, max((layer.units for layer in layers), default=0)) if layers else 0,
        depth=depth_room(len(layers)),
        batch=min(rung(BATCHES, recipe.batch_size), _padded(sizes.train_rows)),
        rows=_padded(sizes.rows),
        train_rows=_padded(sizes.train_rows),
        shared_rows=sparse or 4 * sizes.rows * sizes.features > MOST_BYTES_OF_OWN_ROWS,
        dropout=any(layer.dropout for layer in layers),
        penalties=any(getattr(layer, name) for layer in layers for name in PENALTIES),
        weighted=sizes.weighted,
        pieces=sizes.pieces and _eighths(sizes.pieces + 1),
        valued=sizes.valued,
        precision=precision,
    )


def rule_of(optimizer: Optimizer) -> Rule:
    """The formula that updates weights; AdamW is Adam with a setting more."""
    match optimizer:
        case Adam() | AdamW():
            return "adam"
        case Sgd():
            return "sgd"
        case RmsProp():
            return "rmsprop"
        case Adagrad():
            return "adagrad"


def _padded(rows: int) -> int:
    return -(-rows // ROWS_STEP) * ROWS_STEP


def pieces_in(row_ends: npt.NDArray[Any]) -> int:
    """Into how many pieces sparse rows are cut, by the `indptr` (rows + 1,) of their array.

    No row at all would still be one piece: what is sparse is known by having some.
    """
    return max(1, int(np.sum(-(-np.diff(row_ends) // PIECE))))


def _eighths(count: int) -> int:
    """The next number with three binary digits and zeros behind, so that few counts differ."""
    step = 1 << max(0, count.bit_length() - 3)
    return -(-count // step) * step


def rung(ladder: tuple[int, ...], value: int) -> int:
    """The first rung that is at least the value; the value itself above the last."""
    position = bisect_left(ladder, value)
    return ladder[position] if position < len(ladder) else value


def depth_room(hidden_layers: int) -> int:
    """Hidden layers that a program for so many has room for."""
    if hidden_layers <= DEEPEST_UNROLLED:
        return hidden_layers
    return rung(DEPTHS, hidden_layers)
