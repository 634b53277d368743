from __future__ import annotations

import numpy as np
import pytest

from sweeps.tasks.imdb import Imdb
from sweeps.tasks.task import head_of
from tests.sweeps.tasks.contract import TaskContract
from tests.sweeps.tasks.small_datasets import made_up

pytestmark = pytest.mark.usefixtures("small_datasets")


@pytest.mark.parametrize("task", [Imdb(), Imdb(500), Imdb(500, "sequence", 60)], ids=str)
class TestImdb(TaskContract):
    """With forty made-up reviews."""


def test_one_output_tells_praise_from_blame() -> None:
    assert (Imdb().outputs, head_of(Imdb()), Imdb().classes) == (
        1,
        "sigmoid",
        ("negative", "positive"),
    )


def test_multi_hot_rows_are_ones_where_a_word_occurs() -> None:
    held = made_up()["imdb"]
    text = held["tokens"][held["starts"][3] : held["starts"][4]]
    row = Imdb(500).rows(0).x_train[[3]].toarray()[0]
    assert set(np.flatnonzero(row)) == {word if word < 500 else 2 for word in text}
    assert set(row) == {0.0, 1.0}


def test_sequences_are_word_numbers_of_the_vocabulary() -> None:
    x = Imdb(500, "sequence", 60).rows(0).x_train
    assert x.shape == (20, 60)
    assert x.max() < 500
    assert np.array_equal(x, np.rint(x))


def test_other_splits_have_as_many_of_each_class() -> None:
    rows = Imdb().rows(1)
    assert np.bincount(rows.y_train).tolist() == np.bincount(rows.y_test).tolist() == [10, 10]


def test_sparse_parts_are_passed_on_uncopied() -> None:
    rows = Imdb().rows(0)
    assert Imdb().scaled(rows.x_train, rows.x_train, rows.x_test)[0] is rows.x_train


def test_each_form_has_a_digest_of_its_own() -> None:
    tasks = [Imdb(), Imdb(500), Imdb(500, "sequence"), Imdb(500, "sequence", 60)]
    assert len({task.digest() for task in tasks}) == 4
