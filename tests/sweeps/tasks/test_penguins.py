from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from sweeps.tasks.penguins import (
    FEATURES,
    ISLANDS,
    SEABORN_ORDER,
    SEX_UNKNOWN,
    SEXES,
    SPECIES,
    TEST_SHARE,
    Penguins,
    _split,
    _table,
)
from tests.sweeps.tasks.contract import TaskContract


@pytest.mark.parametrize("task", [Penguins(), Penguins("published")], ids=str)
class TestPenguins(TaskContract):
    """With all 344 of them."""


def test_the_table_is_seaborns_row_for_row():
    # Taken from seaborn's own file, encoded by hand: any other row order or coding changes it.
    assert Penguins().digest() == "385f7bbf2afa6ab8"
    assert Penguins("published").digest() == Penguins().digest()


def test_the_table_is_the_one_that_load_penguins_gives_bit_for_bit():
    from palmerpenguins import load_penguins

    birds = load_penguins()
    birds = birds.iloc[birds["species"].map(SEABORN_ORDER.index).to_numpy().argsort(kind="stable")]
    columns = [
        birds["island"].map(ISLANDS),
        *(birds[name] for name in FEATURES[1:-1]),
        birds["sex"].map(SEXES).fillna(SEX_UNKNOWN),
    ]
    expected = np.column_stack([column.to_numpy(dtype=np.float64) for column in columns])
    x, y = _table()
    assert np.array_equal(np.isnan(x), np.isnan(expected))
    assert np.array_equal(np.nan_to_num(x), np.nan_to_num(expected))
    assert np.array_equal(y, birds["species"].map(SPECIES.index))


@pytest.mark.parametrize("seed", [0, 1, 19, 2**32 - 1])
def test_a_split_is_that_of_train_test_split(seed):
    from sklearn.model_selection import train_test_split

    expected = train_test_split(np.arange(344), test_size=TEST_SHARE, random_state=seed)
    for ours, theirs in zip(_split(344, seed), expected, strict=True):
        assert np.array_equal(ours, theirs)


def test_rows_are_had_without_pandas_and_scikit_learn():
    script = (
        "import sys; from sweeps.tasks.penguins import Penguins; Penguins('published').rows(0); "
        "print({'pandas', 'sklearn', 'scipy'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (found.stdout, found.stderr) == ("set()\n", "")


@pytest.mark.parametrize("preprocessing", ["corrected", "published"])
@pytest.mark.parametrize("split", [0, 1, 7])
def test_every_split_has_275_and_69_rows_of_6_features(preprocessing, split):
    rows = Penguins(preprocessing).rows(split)
    assert rows.x_train.shape == (275, 6)
    assert rows.x_test.shape == (69, 6)
    assert rows.y_train.shape == (275,)
    assert set(rows.y_test) == {0, 1, 2}
    counts = np.bincount(np.concatenate([rows.y_train, rows.y_test]))
    assert dict(zip(SPECIES, counts, strict=True)) == {
        "Adelie": 152,
        "Gentoo": 124,
        "Chinstrap": 68,
    }


def test_splits_differ_by_number_and_agree_between_preprocessings():
    assert not np.array_equal(Penguins().rows(0).y_test, Penguins().rows(1).y_test)
    assert np.array_equal(Penguins().rows(3).y_test, Penguins("published").rows(3).y_test)


def test_corrected_learns_filling_and_scale_from_the_given_rows_only():
    x = np.array([[0.0, 10.0, 5.0], [4.0, np.nan, 5.0], [2.0, 30.0, 5.0]])
    other = np.array([[8.0, np.nan, 6.0]])
    train, test = Penguins().scaled(x, x, other)
    np.testing.assert_allclose(train, [[0, 0, 0], [1, 0.5, 0], [0.5, 1, 0]])
    np.testing.assert_allclose(test, [[2, 0.5, 0]])
    assert train.dtype == np.float32


def test_corrected_test_rows_have_no_say_in_the_scale():
    task = Penguins()
    rows = task.rows(0)
    train, _ = task.scaled(rows.x_train, rows.x_train, rows.x_test)
    again, _ = task.scaled(rows.x_train, rows.x_train, rows.x_test * 100)
    assert np.array_equal(train, again)


def test_published_scales_train_and_test_each_by_its_own_range():
    task = Penguins("published")
    rows = task.rows(0)
    for part in task.scaled(rows.x_train, rows.x_train, rows.x_test):
        np.testing.assert_allclose(part.min(axis=0), 0)
        np.testing.assert_allclose(part.max(axis=0), 1)


def test_published_fills_with_the_mean_of_the_whole_table():
    task = Penguins("published")
    raw, filled = Penguins().rows(0), task.rows(0)
    missing = np.isnan(raw.x_train[:, FEATURES.index("bill_length_mm")])
    both = np.concatenate([raw.x_train, raw.x_test])[:, 1]
    low, high = np.nanmin(raw.x_train[:, 1]), np.nanmax(raw.x_train[:, 1])
    expected = (np.nanmean(both) - low) / (high - low)
    assert missing.any()
    np.testing.assert_allclose(filled.x_train[missing, 1], expected)


def test_a_missing_sex_is_a_value_of_its_own():
    rows = Penguins().rows(0)
    sex = np.concatenate([rows.x_train, rows.x_test])[:, FEATURES.index("sex")]
    assert set(sex) == {0.0, 1.0, 3.0}
    assert (sex == 3.0).sum() == 11
