"""Which rows are validated on, and how much each of the others counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_sample_weight

from sweeps.splitting import row_weights, validation_split
from sweeps.sweep import Evaluate
from sweeps.tasks.task import Kind, Rows

LABELS = np.arange(40) % 4 // 3  # a class of 30 rows, and one of 10
GROUPS = np.arange(40) // 5


def split(
    evaluate: Evaluate, fold: int = 0, kind: Kind = "classification", groups: bool = False
) -> tuple[Sequence[int], Sequence[int]]:
    rows = Rows(LABELS, LABELS, LABELS, LABELS, GROUPS if groups else None)
    trained, validated = validation_split(rows, evaluate, fold, 7, kind)
    assert sorted([*trained, *validated]) == list(range(40))
    return list(trained), list(validated)


def test_folds_in_order_are_the_rows_next_to_each_other() -> None:
    evaluate = Evaluate(folds=4, shuffle=False)
    held_out = [split(evaluate, fold)[1] for fold in range(4)]
    assert held_out == [list(range(10 * fold, 10 * fold + 10)) for fold in range(4)]


def test_the_first_rows_are_taken_undrawn() -> None:
    assert split(Evaluate(first=12))[1] == list(range(12))


def test_the_first_rows_must_leave_some_to_train_on() -> None:
    with pytest.raises(ValueError, match="the first 40 of 40 rows leave none"):
        split(Evaluate(first=40))


@pytest.mark.parametrize("evaluate", [Evaluate(folds=4), Evaluate(validation=0.25)])
def test_groups_are_never_torn_apart(evaluate: Evaluate) -> None:
    for fold in range(max(1, evaluate.folds)):
        trained, validated = split(evaluate, fold, groups=True)
        assert not {*GROUPS[trained]} & {*GROUPS[validated]}


def test_first_rows_must_not_tear_a_group_apart() -> None:
    everything = np.arange(len(LABELS))
    apart = Rows(LABELS, LABELS, LABELS, LABELS, np.sort(GROUPS))
    ends = int((apart.groups == apart.groups.min()).sum()) if apart.groups is not None else 0
    trained, validated = validation_split(apart, Evaluate(first=ends), 0, 7, "classification")
    assert [*validated, *trained] == list(everything)
    with pytest.raises(ValueError, match="tear a group apart"):
        validation_split(apart, Evaluate(first=ends + 1), 0, 7, "classification")


def test_more_folds_than_groups_are_refused() -> None:
    with pytest.raises(ValueError, match="9"):
        split(Evaluate(folds=9, stratified=False), groups=True)


def test_classes_keep_their_shares_unless_said_otherwise() -> None:
    shares = [LABELS[split(Evaluate(folds=5), fold)[1]].mean() for fold in range(5)]
    assert shares == [0.25] * 5
    plain = Evaluate(folds=5, stratified=False)
    assert len({LABELS[split(plain, fold)[1]].mean() for fold in range(5)}) > 1
    assert LABELS[split(Evaluate(validation=0.2))[1]].mean() == 0.25


def test_a_regression_has_no_classes_to_stratify() -> None:
    with pytest.raises(ValueError, match="no classes"):
        split(Evaluate(folds=2, stratified=True), kind="regression")


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    weights = row_weights(LABELS, "balanced")
    assert weights is not None
    assert np.allclose(weights, compute_sample_weight("balanced", LABELS))
    assert weights.dtype == np.float32


def test_given_weights_are_those_of_the_classes_and_1_for_the_rest() -> None:
    weights = row_weights(np.array([0, 1, 2]), {1: 2.5})
    assert weights is not None
    assert weights.tolist() == [1.0, 2.5, 1.0]
    assert row_weights(LABELS, None) is None
