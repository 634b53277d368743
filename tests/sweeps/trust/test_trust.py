from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sweeps.found import Found
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep
from sweeps.trial import Failure, Part, Result, Trial
from sweeps.trust.baseline import Baseline
from sweeps.trust.trust import Trust, trust_of
from tests.sweeps.founds import found

DOCUMENT = {
    "task": "penguins",
    "space": {"width": {"low": 1, "high": 500}},
    "search": {"backend": "random", "trials": 5},
    "evaluate": {"confirm_top": 3, "repeats": 10},
}
SWEEP = read_sweep(DOCUMENT)
LOSS = read_sweep({**DOCUMENT, "objective": "val_loss"})
SEARCHED = (0.90, 0.95, 0.99, 0.97, 0.80)
CONFIRMED = {2: 0.94, 3: 0.95, 1: 0.80}


def _result(
    trial: Trial, scores: Sequence[float], first: int, metric: str, **metrics: float
) -> Result:
    parts = [
        Part(0, first + at, {metric: float(score), **metrics}, {}, 1.0)
        for at, score in enumerate(scores)
    ]
    mean = float(np.mean(scores))
    return Result(trial, mean, {metric: mean, **metrics}, {}, 1.0, tuple(parts))


def _noise(seed: int, spread: float = 0.01) -> Any:
    """Ten parts with an ease of their own, that of all columns, and a little more."""
    ease = 0.05 * np.random.default_rng(99).normal(size=10)
    return ease - ease.mean() + _centred(seed, spread)


def _centred(seed: int, spread: float) -> Any:
    drawn = spread * np.random.default_rng(seed).normal(size=10)
    return drawn - drawn.mean()


def _found(
    sweep: Sweep = SWEEP,
    searched: Sequence[float] = SEARCHED,
    confirmed: dict[int, float] = CONFIRMED,
    baseline: float | None = None,
    **counted: dict[int, float],
) -> Found:
    """`counted` has figures of confirmations by trial: parameters, epochs, test_accuracy."""
    metric = sweep.objective.metric
    results = [
        _result(Trial(n, {"width": n + 1}), [score], 0, metric) for n, score in enumerate(searched)
    ]
    for place, (number, mean) in enumerate(confirmed.items()):
        trial = Trial(len(searched) + place, {"width": number + 1}, confirms=number)
        figures = {name: by_trial[number] for name, by_trial in counted.items()}
        results.append(_result(trial, mean + _noise(number), 1, metric, **figures))
    return found(sweep, results, None if baseline is None else _baseline(metric, baseline))


def _baseline(metric: str, mean: float) -> Baseline:
    scores = [mean, *(mean + _noise(77))]
    parts = [
        Part(0, repeat, {metric: float(score), "parameters": 21.0}, {}, 0.1)
        for repeat, score in enumerate(scores)
    ]
    return Baseline("logistic regression", tuple(parts))


def _trust(given: Found) -> Trust:
    trust = trust_of(given)
    assert trust is not None
    return trust


def test_the_confirmed_configurations_by_their_means() -> None:
    trust = _trust(_found())
    assert [row.trial for row in trust.rows] == [3, 2, 1]
    assert [row.again for row in trust.rows] == [6, 5, 7]
    assert [row.search_score for row in trust.rows] == [0.97, 0.99, 0.95]
    assert [row.in_tie_set for row in trust.rows] == [True, True, False]
    assert [row.score for row in trust.rows] == pytest.approx([0.95, 0.94, 0.80])
    assert (trust.winner, trust.winner_score) == (2, 0.99)
    assert (trust.parts, trust.fresh) == (10, "fresh seeds and validation rows")
    assert trust.rows[2].difference is not None
    assert trust.rows[2].difference[1] == 0
    assert len(trust.rows[0].scores) == 10


def test_the_smallest_of_the_tie_set_is_recommended() -> None:
    trust = _trust(_found(parameters={2: 50.0, 3: 900.0, 1: 10.0}))
    assert (trust.recommended, trust.by) == (2, "parameters")
    assert trust.choice is not None
    assert trust.choice.parameters == 50


def test_without_parameters_it_is_the_one_that_trains_for_the_fewest_epochs() -> None:
    trust = _trust(_found(epochs={2: 5.0, 3: 9.0, 1: 1.0}))
    assert (trust.recommended, trust.by) == (2, "epochs")


@pytest.mark.parametrize("counted", [{}, {"parameters": {2: 7.0, 3: 7.0, 1: 7.0}}])
def test_of_the_same_size_it_is_the_best_mean(counted: dict[str, dict[int, float]]) -> None:
    trust = _trust(_found(**counted))
    assert (trust.recommended, trust.by) == (3, "score")


def test_what_the_search_promised_too_much() -> None:
    optimism = _trust(_found(test_accuracy={2: 0.93, 3: 0.9, 1: 0.9})).optimism
    assert optimism is not None
    assert (optimism.trial, optimism.search_score) == (2, 0.99)
    assert optimism.score == pytest.approx(0.94)
    assert optimism.gap == pytest.approx(0.05)
    assert optimism.unseen == 0.93
    assert optimism.interval is not None
    assert optimism.interval[0] < 0.05 < optimism.interval[1]


def test_a_smaller_loss_is_better() -> None:
    searched, again = (0.9, 0.5, 0.1, 0.3), {2: 0.4, 3: 0.3, 1: 0.9}
    trust = _trust(_found(LOSS, searched, again, baseline=0.6))
    assert [row.trial for row in trust.rows] == [3, 2, 1]
    assert [row.in_tie_set for row in trust.rows] == [True, False, False]
    assert trust.rows[2].difference is not None
    assert trust.rows[2].difference[0] == 0
    assert trust.rows[2].difference[1] > 0.6
    assert trust.optimism is not None
    assert trust.optimism.gap == pytest.approx(0.3)
    assert trust.baseline is not None
    assert trust.baseline.beaten
    assert trust.baseline.difference is not None
    assert trust.baseline.difference[1] < 0


def test_the_best_of_a_search_that_failed_when_trained_again() -> None:
    given = _found(confirmed={3: 0.95, 1: 0.80})
    lost = Result(
        Trial(7, {"width": 3}, confirms=2), None, {}, {}, 1.0, error=Failure("diverged", "nan")
    )
    trust = _trust(found(SWEEP, [*given.results, *given.confirmed, lost]))
    assert trust.optimism is None
    assert [(one.trial, one.why) for one in trust.missing] == [(2, "diverged")]
    assert [row.trial for row in trust.rows] == [3, 1]


def test_confirmations_that_are_not_there_yet() -> None:
    given = _found()
    begun = replace(given.trials[-1], result=None)
    trust = _trust(replace(given, trials=(*given.trials[:-1], begun)))
    assert [(one.trial, one.why) for one in trust.missing] == [(1, "not there yet")]


def test_a_baseline_that_is_beaten_and_one_that_is_not() -> None:
    beaten = _trust(_found(baseline=0.70)).baseline
    assert beaten is not None
    assert beaten.beaten
    assert beaten.difference is not None
    assert beaten.difference[0] < 0.25 < beaten.difference[1]
    assert sum(beaten.difference) / 2 == pytest.approx(0.95 - 0.70)
    assert (beaten.search_score, beaten.parameters) == (0.70, 21)
    assert beaten.score == pytest.approx(0.70)
    for score in (0.945, 0.99):
        level = _trust(_found(baseline=score)).baseline
        assert level is not None
        assert level.beaten is False


def test_a_baseline_of_the_search_only_is_shown_and_not_compared() -> None:
    given = _found(baseline=0.7)
    assert given.baseline is not None
    searched = Baseline("ridge regression", given.baseline.parts[:1])
    rival = _trust(replace(given, baseline=searched)).baseline
    assert rival is not None
    assert (rival.score, rival.difference, rival.beaten) == (None, None, None)
    assert rival.search_score == 0.7


def test_a_baseline_without_parts_is_none() -> None:
    assert _trust(replace(_found(), baseline=Baseline("ridge regression", ()))).baseline is None


@pytest.mark.parametrize(("score", "beaten"), [(0.7, True), (0.99, False), (1.0, False)])
def test_without_a_confirmation_nothing_is_said_to_be_tied(score: float, beaten: bool) -> None:
    trust = _trust(_found(confirmed={}, baseline=score))
    assert (trust.rows, trust.recommended, trust.optimism) == ((), None, None)
    assert (trust.winner, trust.winner_score) == (2, 0.99)
    assert trust.baseline is not None
    assert trust.baseline.beaten is beaten


def test_one_confirmed_configuration() -> None:
    trust = _trust(_found(confirmed={2: 0.9}, baseline=0.5))
    assert [row.trial for row in trust.tie_set] == [2]
    assert trust.rows[0].difference is None
    assert trust.recommended == 2


def test_seeds_alone_speak_for_the_same_rows() -> None:
    sweep = read_sweep({**DOCUMENT, "objective": "test_accuracy"})
    trust = _trust(_found(sweep))
    assert trust.same_rows
    assert trust.fresh == "fresh seeds, the same rows"
    assert trust.optimism is not None
    assert trust.optimism.unseen is None


def test_nothing_with_a_score_is_nothing_to_trust() -> None:
    lost = Result(Trial(0, {}), None, {}, {}, 1.0, error=Failure("diverged", "nan"))
    assert trust_of(found(SWEEP, [lost])) is None
    assert trust_of(found(SWEEP, [])) is None


def test_several_objectives_have_no_best() -> None:
    sweep = read_sweep({**DOCUMENT, "evaluate": {}, "objective": ["val_accuracy", "val_loss"]})
    assert trust_of(_found(sweep, confirmed={})) is None


def test_it_is_plain_data() -> None:
    given = _found(baseline=0.9, parameters={2: 50.0, 3: 900.0, 1: 10.0})
    document = json.loads(json.dumps(_trust(given).to_dict(), allow_nan=False))
    assert document["tie_set"] == [3, 2]
    assert document["recommended"] == 2
    assert document["rows"][0]["config"] == {"width": 4}


def test_the_same_results_are_judged_the_same() -> None:
    assert trust_of(_found(baseline=0.9)) == trust_of(_found(baseline=0.9))
