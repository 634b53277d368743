"""Compiled programs of one architecture for so many members at once, kept for the next group."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from sweeps import cores
from sweeps.trainers.models.fused.epochs import Carry, Epochs, Judged, Member, Rows
from sweeps.trainers.models.fused.shapes import shape_of, shapes_of

Compiled = Callable[..., Any]

MOST_KEPT = 16


@dataclass(frozen=True)
class Layout:
    """What besides the architecture shapes a program.

    `width` members are trained at once, on batches of `batch` rows, as many as `together` in one
    call; rows are judged `judged` at once. `splits` are the row counts of train, then the others.
    """

    width: int
    batch: int
    together: int
    judged: int
    splits: tuple[int, ...]

    @property
    def batches(self) -> int:
        """Whole batches of an epoch."""
        return self.splits[0] // self.batch

    @property
    def rest(self) -> int:
        """Rows of the last, short batch."""
        return self.splits[0] % self.batch


@dataclass
class Program:
    """Compiled functions, each for all members of a lane. `empty` is what judging starts from.

    `train` is by the shape (batches, rows) of what it trains on, `judge` by the rows of a batch.
    """

    layout: Layout
    empty: Judged
    train: dict[tuple[int, int], Compiled] = field(default_factory=dict)
    judge: dict[int, Compiled] = field(default_factory=dict)


_KEPT: OrderedDict[Hashable, Program] = OrderedDict()
_TRACING = threading.Lock()


def program_for(
    key: Hashable, epochs: Epochs, layout: Layout, carry: Carry, metrics: Sequence[Any], rows: Rows
) -> Program:
    """The program, compiled now unless it was for that key and layout before.

    `carry` and `metrics` are those of one member, `rows` those of all.
    """
    whole = (key, layout, str(shapes_of(rows)))
    with _TRACING:
        if whole not in _KEPT:
            _KEPT[whole] = _compiled(epochs, layout, carry, metrics, rows)
            if len(_KEPT) > MOST_KEPT:
                _KEPT.popitem(last=False)
        _KEPT.move_to_end(whole)
        return _KEPT[whole]


def _compiled(
    epochs: Epochs, layout: Layout, carry: Carry, metrics: Sequence[Any], rows: Rows
) -> Program:
    """Traced one after the other, since Keras's models are, and compiled side by side."""
    width = layout.width
    one = (shapes_of(carry), shapes_of(list(metrics)), _member(epochs))
    rows = shapes_of(rows)
    nothing = partial(epochs.nothing_judged, batch=layout.judged)
    empty = jax.eval_shape(nothing, *one, rows)
    carries, tallies, members, before = (shapes_of(tree, width) for tree in (*one, empty))
    active = shape_of((width,), np.bool_)
    train = jax.jit(jax.vmap(epochs.train, in_axes=(0, 0, 0, 0, 0, None)), donate_argnums=0)
    lowered: dict[Any, Any] = {}
    for shape in _train_shapes(layout):
        places = shape_of((width, *shape), np.int32)
        lowered[shape] = train.lower(carries, tallies, active, members, places, rows)
    number = shape_of((), np.int32)
    for size in _judge_sizes(layout):
        judge = jax.jit(
            jax.vmap(partial(epochs.judge, batch=size), in_axes=(0, 0, 0, None, None, None))
        )
        lowered[size] = judge.lower(carries, before, members, number, number, rows)
    with ThreadPoolExecutor(cores.threads()) as pool:
        done = pool.map(lambda one: one.compile(), lowered.values())
        compiled = dict(zip(lowered, done, strict=True))
    zeros: Judged = jax.tree.map(lambda one: jnp.zeros(one.shape, one.dtype), before)
    return Program(
        layout,
        zeros,
        {shape: compiled[shape] for shape in _train_shapes(layout)},
        {size: compiled[size] for size in _judge_sizes(layout)},
    )


def _train_shapes(layout: Layout) -> list[tuple[int, int]]:
    whole, last = divmod(layout.batches, layout.together)
    shapes = [(layout.together, layout.batch)] if whole else []
    if last:
        shapes.append((last, layout.batch))
    if layout.rest:
        shapes.append((1, layout.rest))
    return shapes


def _judge_sizes(layout: Layout) -> list[int]:
    sizes = {rows % layout.judged for rows in layout.splits} - {0}
    if any(rows >= layout.judged for rows in layout.splits):
        sizes.add(layout.judged)
    return sorted(sizes)


def _member(epochs: Epochs) -> Member:
    numbers = shape_of((len(epochs.slots), 2), np.float32)
    return Member(numbers, shape_of((), np.int32))
