from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.recipe import Recipe
from sweeps.trainers.fused.bucket import (
    BATCHES,
    DEPTHS,
    ROWS_STEP,
    WIDTHS,
    Bucket,
    Sizes,
    bucket_of,
    rung,
)

SIZES = Sizes(features=6, outputs=3, head="softmax", rows=344, train_rows=275)


def bucket(config: Mapping[str, Any], sizes: Sizes = SIZES) -> Bucket:
    return bucket_of(Recipe.read(config), sizes)


@pytest.mark.parametrize("ladder", [WIDTHS, BATCHES, DEPTHS])
def test_ladders_rise_and_have_the_next_rung_for_every_value(ladder: tuple[int, ...]) -> None:
    assert list(ladder) == sorted(set(ladder))
    for below, above in zip((0, *ladder), ladder, strict=False):
        assert rung(ladder, below + 1) == rung(ladder, above) == above
    assert rung(ladder, ladder[-1] + 1) == ladder[-1] + 1


def test_what_is_data_leaves_the_bucket_as_it_is() -> None:
    first = {
        "layer_count": 2,
        "width": 70,
        "activation": "tanh",
        "dropout": 0.2,
        "regularizers.kernel_l1": 0.1,
    }
    other = {
        "width.layers": "99-65",
        "dropout.layer_2": 0.5,
        "regularizers.layer_1.kernel_l2": 0.3,
        "activation": "gelu",
        "optimizer": "adamw",
        "learning_rate": 0.5,
        "decay": "cosine",
        "batch_size": 17,
        "epochs": 77,
        "early_stopping.patience": 3,
    }
    assert bucket(first) == bucket(other)


@pytest.mark.parametrize(
    "change",
    [
        {"layer_count": 3},
        {"width": 101},
        {"activation": "tanh"},
        {"optimizer": "sgd"},
        {"batch_size": 33},
        {"dropout": 0.1},
        {"regularizers.kernel_l1": 0.1},
        {"regularizers.activity_l2": 0.1},
    ],
    ids=str,
)
def test_what_shapes_a_program_is_another_bucket(change: Mapping[str, Any]) -> None:
    plain = {"layer_count": 2, "width": 100, "batch_size": 32}
    assert bucket({**plain, **change}) != bucket(plain)


def test_deep_networks_of_any_depth_share_a_looped_program() -> None:
    deep = [bucket({"layer_count": depth, "width": 100}) for depth in range(9, 33)]
    assert set(deep) == {deep[0]}
    assert deep[0].looped
    assert not bucket({"layer_count": 3, "width": 100}).looped


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_every_batch_size_has_room(rows: int, batch_size: int) -> None:
    """For its rows, and for its steps."""
    found = bucket({"batch_size": batch_size}, replace(SIZES, rows=rows + 69, train_rows=rows))
    assert found.train_rows % ROWS_STEP == 0
    assert found.train_rows >= rows
    assert found.batch >= min(batch_size, rows)
    assert found.steps >= -(-rows // batch_size)


def test_few_rows_are_each_members_own_and_many_are_shared() -> None:
    assert not bucket({}).shared_rows
    assert bucket({}, replace(SIZES, rows=60_000)).shared_rows


def test_folds_that_differ_by_a_row_share_a_program() -> None:
    assert bucket({}, replace(SIZES, train_rows=274, rows=343)) == bucket({})


def test_confusion_is_counted_for_few_classes_only() -> None:
    def confused(**changes: Any) -> bool:
        return bucket({}, replace(SIZES, **changes)).confused

    assert confused()
    assert confused(outputs=1, head="sigmoid")
    assert not confused(outputs=1, head="linear")
    assert not confused(outputs=21)


def test_narrow_layers_are_padded_little_where_rows_are_sparse() -> None:
    sparse = replace(SIZES, pieces=1000)
    assert [bucket({"width": width}, sparse).width for width in (8, 16, 17, 64)] == [8, 16, 32, 64]
    assert bucket({"width": 8}).width == 32


def test_sparse_rows_are_held_once() -> None:
    assert bucket({}, replace(SIZES, pieces=1000)).shared_rows
