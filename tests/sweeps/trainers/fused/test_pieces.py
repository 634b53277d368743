"""Sparse rows in pieces: sums of kernel rows, and their gradients, as of the rows written out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest
from scipy.sparse import csr_array

from sweeps.recipe import Recipe
from sweeps.trainers.fused import pieces
from sweeps.trainers.fused.bucket import PIECE, Bucket, Sizes, bucket_of, pieces_in
from sweeps.trainers.fused.piece_table import table_of

ROWS, COLUMNS, UNITS, MEMBERS, BATCH = 90, 203, 5, 3, 40


def texts() -> Any:
    """Rows of no column, of one, of just a piece, of all columns, and of any number between."""
    rng = np.random.default_rng(0)
    lengths = [0, 1, PIECE - 1, PIECE, PIECE + 1, COLUMNS, *rng.integers(0, COLUMNS, ROWS - 6)]
    dense = np.zeros((ROWS, COLUMNS), np.float32)
    for row, length in enumerate(lengths):
        dense[row, rng.choice(COLUMNS, length, replace=False)] = 1
    return dense


def bucket_for(x: Any, *, valued: bool) -> Bucket:
    sizes = Sizes(
        features=COLUMNS,
        outputs=3,
        head="softmax",
        rows=ROWS,
        train_rows=ROWS,
        pieces=pieces_in(csr_array(x).indptr),
        valued=valued,
    )
    return bucket_of(Recipe.read({"layer_count": 1, "width": UNITS, "batch_size": 8}), sizes)


@pytest.mark.parametrize("valued", [False, True], ids=["ones", "values"])
def test_sums_and_gradients_are_those_of_the_rows_written_out(valued: bool) -> None:
    rng = np.random.default_rng(1)
    x = texts() * (rng.normal(size=(ROWS, COLUMNS)).astype(np.float32) if valued else 1)
    table = table_of([csr_array(x[:50]), csr_array(x[50:])], bucket_for(x, valued=valued))
    chosen = np.stack([rng.permutation(ROWS)[:BATCH] for _ in range(MEMBERS)])
    kernel = rng.normal(size=(MEMBERS, COLUMNS + 1, UNITS)).astype(np.float32)
    kernel[:, -1] = 0
    slopes = rng.normal(size=(MEMBERS, BATCH, UNITS)).astype(np.float32)

    def both(chosen: Any, kernel: Any, slopes: Any) -> Any:
        picked = pieces.picked(jax.device_put(table), chosen)
        return pieces.summed(kernel, picked), pieces.spread(picked, slopes, COLUMNS + 1)

    sums, gradient = jax.jit(both)(chosen, kernel, slopes)
    assert int(np.asarray(table.counts)[chosen].sum(axis=1).max()) > 2 * pieces.BLOCK
    np.testing.assert_allclose(sums, x[chosen] @ kernel[:, :-1], rtol=1e-5, atol=1e-4)
    expected = np.swapaxes(x[chosen], 1, 2) @ slopes
    np.testing.assert_allclose(gradient[:, :-1], expected, rtol=1e-5, atol=1e-4)
    assert not gradient[:, -1].any()


def test_the_row_after_the_last_is_empty() -> None:
    x = texts()
    its = bucket_for(x, valued=False)
    table = table_of([csr_array(x)], its)
    assert table.counts[its.rows] == 0
    assert table.counts[:ROWS].sum() == pieces_in(csr_array(x).indptr)


def test_values_that_there_is_no_room_for_are_not_dropped() -> None:
    x = texts()
    with pytest.raises(ValueError, match="of the first fold are all ones"):
        table_of([csr_array(2 * x)], bucket_for(x, valued=False))


def test_few_numbers_of_pieces_make_different_programs() -> None:
    sizes = Sizes(COLUMNS, 3, "softmax", ROWS, ROWS)
    recipe = Recipe.read({"layer_count": 1, "width": UNITS})
    rooms = [bucket_of(recipe, replace(sizes, pieces=at)).pieces for at in range(1, 5000)]
    assert all(at < room <= max(at + 8, 1.26 * at) for at, room in enumerate(rooms, start=1))
    assert len(set(rooms)) < 50
