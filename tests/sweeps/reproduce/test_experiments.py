from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from sweeps.evaluation import fits_of
from sweeps.problem import Problem
from sweeps.reproduce.experiments import (
    EXPERIMENTS,
    check_names,
    document_of,
    experiment_names,
    sweep_of,
    thinned,
)
from sweeps.trial import Trial
from tests.sweeps.tiny_task import TinyTask

BY_NAME = {experiment.name: experiment for experiment in EXPERIMENTS}
GRIDS = {
    "hidden": 3,
    "layers": 99,
    "units": 100,
    "ratio": 99,
    "epochs": 30,
    "batch_size": 275,
    "step_decay": 1,
    "cosine_restarts": 1,
    "weight_decay": 1,
    "dropout": 1,
    "early_stopping": 1,
    "random_search_as_written": 1,
    "grid_search_as_written": 1,
    "grid_search_as_meant": 8,
}
SHIPPED = files("sweeps.experiments") / "penguins"
AS_WRITTEN = ("random_search_as_written", "grid_search_as_written")


def problem_of(sweep):
    return Problem(TinyTask(), sweep.evaluate, sweep.objective, sweep.seed)


def test_every_shipped_file_is_an_experiment():
    shipped = {file.name.removesuffix(".yaml") for file in SHIPPED.iterdir()}
    assert shipped == set(BY_NAME)
    assert (files("sweeps.experiments") / "published.yaml").is_file()


@pytest.mark.parametrize("name", GRIDS)
def test_grids_have_the_studys_number_of_points(name):
    sweep = sweep_of(BY_NAME[name])
    assert sweep.search.backend == "grid"
    assert sweep.space.count == GRIDS[name]


@pytest.mark.parametrize("name", BY_NAME)
def test_files_say_what_they_are_and_use_the_published_preprocessing(name):
    sweep = sweep_of(BY_NAME[name])
    assert sweep.name == f"penguins-{name.replace('_', '-')}"
    assert sweep.task.options == {"preprocessing": "published"}
    assert (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8").startswith("# ")


def test_the_searches_are_as_large_as_published():
    meant = sweep_of(BY_NAME["random_search_as_meant"])
    assert (meant.search.backend, meant.search.trials, meant.evaluate.folds) == ("random", 10, 3)
    assert sweep_of(BY_NAME["random_search_as_written"]).evaluate.repeats == 10
    assert sweep_of(BY_NAME["grid_search_as_written"]).evaluate.repeats == 8
    hyperband = sweep_of(BY_NAME["hyperband"])
    assert hyperband.space.count == 16 * 3
    assert hyperband.search.options == {"factor": 3}


def test_the_two_searches_as_written_train_networks_of_their_own():
    random, grid = (
        fits_of(Trial(0, sweep.space.at(0)), problem_of(sweep), Path("kept"))
        for sweep in map(sweep_of, (BY_NAME[name] for name in AS_WRITTEN))
    )
    assert (len(random), len(grid)) == (30, 24)
    assert not {fit.seed for fit in random} & {fit.seed for fit in grid}


@pytest.mark.parametrize("name", BY_NAME)
def test_searches_over_folds_are_judged_on_them_and_the_rest_on_test_rows(name):
    sweep = sweep_of(BY_NAME[name])
    folded = name.startswith(("random", "grid"))
    assert sweep.objective.metric == ("val_accuracy" if folded else "test_accuracy")
    assert sweep.evaluate.folds == (3 if folded else 0)


def test_repeats_are_set_everywhere_but_where_they_are_candidates():
    assert sweep_of(BY_NAME["layers"], repeats=4).evaluate.repeats == 4
    assert sweep_of(BY_NAME["grid_search_as_meant"], repeats=4).evaluate.repeats == 4
    assert sweep_of(BY_NAME["grid_search_as_written"], repeats=4).evaluate.repeats == 8


@pytest.mark.parametrize("name", [e.name for e in EXPERIMENTS if e.place])
def test_points_thin_the_varied_quantity_and_keep_its_ends(name):
    experiment = BY_NAME[name]
    whole, thin = sweep_of(experiment), sweep_of(experiment, points=3)
    ends = [whole.space.at(0), whole.space.at((whole.space.count or 0) - 1)]
    assert thin.space.count == 3
    assert [thin.space.at(0)[experiment.parameter], thin.space.at(2)[experiment.parameter]] == [
        end[experiment.parameter] for end in ends
    ]


def test_points_leave_other_experiments_alone():
    assert sweep_of(BY_NAME["hidden"], points=2) == sweep_of(BY_NAME["hidden"])


def test_preprocessing_can_be_chosen():
    assert sweep_of(BY_NAME["hidden"], "corrected").task.options["preprocessing"] == "corrected"


def test_documents_are_not_shared():
    document_of(BY_NAME["hidden"])["space"].clear()
    assert document_of(BY_NAME["hidden"])["space"]


def test_thinning_is_even_and_bounded():
    assert thinned(1, 99, 3) == [1, 50, 99]
    assert thinned(1, 30, 30) == list(range(1, 31))
    assert thinned(1, 30, 500) == list(range(1, 31))
    with pytest.raises(ValueError, match="points: 1"):
        thinned(1, 30, 1)


def test_unknown_experiments_are_refused_with_the_nearest():
    with pytest.raises(LookupError, match="did you mean 'layers'"):
        check_names(["hidden", "layer"])
    check_names(experiment_names())
