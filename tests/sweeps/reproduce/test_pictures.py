from __future__ import annotations

import random
from dataclasses import replace

import pytest

from sweeps.reproduce.experiments import EXPERIMENTS, sweep_of
from sweeps.reproduce.pictures import Pictures, confusions
from sweeps.reproduce.published import published
from sweeps.trial import Failure
from tests.sweeps.founds import found
from tests.sweeps.reproduce.made_up import result

SEARCHES = {"random_search_as_meant", "grid_search_as_meant", "hyperband"}
NOTHING = {"random_search_as_written", "grid_search_as_written"}


def results_of(sweep):
    configs = [sweep.space.draw(random.Random(number)) for number in range(3)]
    if (sweep.space.count or 99) <= 3:
        configs = [sweep.space.at(index) for index in range(sweep.space.count)]
    repeats, folds = min(2, sweep.evaluate.repeats), max(1, sweep.evaluate.folds)
    return [result(n, config, repeats, folds) for n, config in enumerate(configs)]


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.name)
def test_every_experiment_has_its_picture(experiment, tmp_path):
    sweep = sweep_of(experiment, points=3)
    artifacts = Pictures(experiment, published())(found(sweep, results_of(sweep)), tmp_path)
    names = [artifact.path for artifact in artifacts]
    if experiment.name in SEARCHES:
        assert names[0] == "report.html"
        assert {"plots/history.png", "plots/slices.png"} <= set(names)
    elif experiment.name in NOTHING:
        assert {"plots/history.png", "plots/slices.png"}.isdisjoint(names)
    else:
        assert names == [f"plots/{experiment.name}.png"]
        assert (tmp_path / f"{experiment.name}.png").stat().st_size > 5000


def test_nothing_is_drawn_when_every_trial_failed(tmp_path):
    experiment = EXPERIMENTS[1]
    sweep = sweep_of(experiment, points=3)
    failed = [
        replace(one, score=None, error=Failure("crashed", "gone"), parts=())
        for one in results_of(sweep)
    ]
    assert Pictures(experiment, published())(found(sweep, failed), tmp_path) == []


def test_confusions_are_named_by_depth():
    results = [result(depth, {"layer_count": depth}) for depth in (0, 1, 2)]
    assert list(confusions(results)) == ["0 hidden layers", "1 hidden layer", "2 hidden layers"]
