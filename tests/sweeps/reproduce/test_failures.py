from __future__ import annotations

from dataclasses import replace

from sweeps.reproduce.failures import failures_table, without_score
from sweeps.trial import Failure
from tests.sweeps.reproduce.made_up import result

NAN = Failure("diverged", "loss became nan in epoch 2\nand more lines")


def failed(number, **shape):
    return replace(result(number, {"width": 8}, **shape), score=None, error=NAN)


def test_each_experiment_with_failures_says_how_many_and_why():
    results = {
        "hidden": [result(0, {}), result(1, {})],
        "layers": [result(0, {}), failed(1), failed(2)],
    }
    table = failures_table(results)
    reason = "trial 1: diverged: loss became nan in epoch 2"
    assert table.rows == (("layers", "2 of 3", reason),)
    assert without_score(results) == ()


def test_a_trial_of_many_fits_says_how_many_of_them_failed():
    found = failed(0, repeats=5, folds=2)
    found = replace(found, parts=(*found.parts[:9], replace(found.parts[9], error=NAN)))
    (row,) = failures_table({"dropout": [found]}).rows
    assert row[1:] == (
        "1 of 1",
        "trial 0: diverged: loss became nan in epoch 2 (in 1 of its 10 fits)",
    )


def test_what_could_not_even_be_begun_has_no_fits_to_count():
    (row,) = failures_table({"dropout": [replace(failed(0), parts=())]}).rows
    assert row[2].endswith("epoch 2")


def test_an_experiment_has_no_score_when_no_trial_has_one():
    results = {"hidden": [failed(0), failed(1)], "layers": [failed(0), result(1, {})]}
    assert without_score(results) == ("hidden",)
