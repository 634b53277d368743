from __future__ import annotations

from dataclasses import replace

import pytest

from sweeps.reproduce.measures import candidate_means, ours, result_for
from sweeps.reproduce.published import PublishedRun
from sweeps.trial import Failure
from tests.sweeps.reproduce.made_up import result


def test_figures_are_found_by_configuration_one_per_repeat():
    results = [result(n, {"layer_count": n}, repeats=2, test=0.5 + n / 10) for n in (0, 1, 2)]
    figures = {"parameters": 21, "test_accuracy": 0.768, "first_loss": 6.1, "last_test_loss": 3.0}
    found = ours(PublishedRun("", "hidden", "", figures, {"layer_count": 1}), results)
    assert found["parameters"] == [21, 21]
    assert found["test_accuracy"] == pytest.approx([0.6, 0.61])
    assert found["first_loss"] == pytest.approx([5.5, 5.49])
    assert found["last_test_loss"] == pytest.approx([4.14, 4.13])


def test_a_configuration_that_was_not_run_has_no_figures():
    run = PublishedRun("", "hidden", "", {"test_accuracy": 0.5}, {"layer_count": 7})
    assert ours(run, [result(0, {"layer_count": 0})]) == {"test_accuracy": []}
    assert result_for({"layer_count": 7}, []) is None


def test_candidates_are_repeats_as_written_and_trials_as_meant():
    one = result(0, {}, repeats=3, folds=2)
    assert candidate_means(True, [one]) == pytest.approx([0.9, 0.91, 0.92])
    failed = replace(result(1, {}), score=None, error=Failure("crashed", ""))
    assert candidate_means(False, [result(0, {}, test=0.8), failed]) == [0.8]
