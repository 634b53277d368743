from __future__ import annotations

import pytest

from sweeps.reproduce.baseline import logistic_regression
from sweeps.tasks.penguins import Penguins


@pytest.mark.parametrize("preprocessing", ["published", "corrected"])
def test_the_baseline_is_as_good_as_published_on_every_split(preprocessing):
    found = logistic_regression(Penguins(preprocessing), 3)
    assert len(found.scores["train_accuracy"]) == len(found.scores["test_accuracy"]) == 3
    assert min(found.scores["train_accuracy"]) > 0.95
    assert min(found.scores["test_accuracy"]) > 0.9


def test_its_confusion_matrices_are_those_of_split_0():
    found = logistic_regression(Penguins("published"), 1)
    counts = {split: sum(map(sum, matrix)) for split, matrix in found.confusion.items()}
    right = sum(found.confusion["train"][species][species] for species in range(3))
    assert counts == {"train": 275, "test": 69}
    assert right / 275 == pytest.approx(found.scores["train_accuracy"][0])
