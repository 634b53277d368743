from __future__ import annotations

from dataclasses import replace

import pytest

from sweeps.reports.measured import histories, per_repeat, scores_over
from sweeps.trial import Failure
from tests.sweeps.reproduce.made_up import result


def test_a_repeat_is_the_mean_over_its_folds():
    found = result(0, {"width": 1}, repeats=2, folds=3)
    parts = [replace(p, metrics={"val_accuracy": p.repeat + p.fold / 10}) for p in found.parts]
    assert per_repeat(replace(found, parts=tuple(parts)), "val_accuracy") == pytest.approx(
        [0.1, 1.1]
    )


def test_a_repeat_with_a_failed_fold_is_left_out():
    found = result(0, {"width": 1}, repeats=2, folds=2)
    broken = replace(found.parts[0], error=Failure("diverged", "loss is nan"))
    found = replace(found, parts=(broken, *found.parts[1:]))
    assert per_repeat(found, "test_accuracy") == pytest.approx([0.91])


def test_scores_are_sorted_by_value_and_skip_values_with_a_failure():
    results = [result(n, {"width": w}, repeats=2) for n, w in enumerate((8, 2, 4))]
    broken = replace(results[2].parts[0], metrics={"test_accuracy": float("nan")})
    results[2] = replace(results[2], parts=(broken, results[2].parts[1]))
    assert list(scores_over(results, "width", "test_accuracy")) == [2, 8]


def test_a_parameter_without_an_order_is_refused():
    with pytest.raises(ValueError, match="activation: 'relu' is not a number"):
        scores_over([result(0, {"activation": "relu"})], "activation", "test_accuracy")


def test_histories_come_part_by_part():
    found = result(0, {}, repeats=3)
    assert [values[0] for values in histories(found, "accuracy")] == pytest.approx(
        [0.5, 0.51, 0.52]
    )
    assert histories(found, "val_accuracy") == []
