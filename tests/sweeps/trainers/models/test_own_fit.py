"""Hypermodels that bring a `fit` of their own."""

from __future__ import annotations

import pytest

from tests.sweeps.trainers.models.problems import Weighted, fit_of, problem_for
from tests.sweeps.trainers.models.workers import Workers


@pytest.mark.parametrize("backend", ["jax", pytest.param("tensorflow", marks=pytest.mark.slow)])
def test_the_guides_hypermodel(workers: Workers, backend: str) -> None:
    problem = problem_for("getting_started:MyHyperModel")
    kept, shuffled = (
        workers.train(fit_of({"units": 32, "shuffle": shuffle}, budget=3), problem, backend)
        for shuffle in (False, True)
    )
    for outcome in (kept, shuffled):
        assert outcome.error is None
        assert len(outcome.history["val_accuracy"]) == 3
        assert outcome.metrics["epochs"] == 3
        assert outcome.notes == {}
    assert kept.history["loss"] != shuffled.history["loss"]
    again = workers.train(fit_of({"units": 32, "shuffle": True}, budget=3), problem, backend)
    assert again.history == shuffled.history


@pytest.mark.slow
def test_the_sweeps_batch_size_is_used_where_theirs_has_none(workers: Workers) -> None:
    problem = problem_for("getting_started:MyHyperModel")
    config = {"units": 32, "shuffle": False}
    small, large = (
        workers.train(fit_of({**config, "batch_size": size}, budget=1), problem) for size in (5, 35)
    )
    assert small.history["loss"] != large.history["loss"]


@pytest.mark.slow
def test_they_may_choose_sizes_themselves(workers: Workers) -> None:
    config = {"units": 32, "batch_size": 16}
    outcome = workers.train(fit_of(config, budget=2), problem_for("getting_started:BatchSizeToo"))
    assert outcome.error is None
    assert outcome.notes == {}
    config = {"units": 8, "epochs": 2, "batch_size": 5}
    for path in ("own_loops:OwnSizes", "own_loops:ready"):
        outcome = workers.train(fit_of(config), problem_for(path, task=Weighted()))
        assert outcome.error is None
        assert outcome.metrics["epochs"] == 2


def test_a_loop_of_their_own_returns_the_objective(workers: Workers) -> None:
    config = {"units": 8, "learning_rate": 0.3}
    outcome = workers.train(fit_of(config), problem_for("own_loops:Loop", "val_loss"))
    assert outcome.error is None
    losses = outcome.history["my_metric"]
    assert len(losses) == 2
    assert outcome.metrics["val_loss"] == min(losses)
    assert outcome.metrics["epochs"] == 2
    assert outcome.confusion.keys() == {"train", "val", "test"}


@pytest.mark.slow
def test_figures_may_be_returned_by_name(workers: Workers) -> None:
    config = {"units": 8, "learning_rate": 0.25, "epochs": 4}
    problem = problem_for("own_loops:Silent", "val_loss", metrics=("f1",))
    outcome = workers.train(fit_of(config), problem)
    assert outcome.error is None
    splits = ("train", "val", "test")
    measured = {f"{split}_{name}" for split in splits for name in ("f1", "accuracy")}
    assert outcome.metrics.keys() == {"train_loss", "val_loss", "parameters", "epochs"} | measured
    assert (outcome.metrics["train_loss"], outcome.metrics["val_loss"]) == (0.5, 0.25)
    assert outcome.metrics["epochs"] == 4


def test_a_stage_that_cannot_go_on_from_the_last_one_says_so(workers: Workers) -> None:
    config = {"units": 8, "learning_rate": 0.3}
    fit = fit_of(config, resume_from="rung.npz")
    outcome = workers.train(fit, problem_for("own_loops:Loop", "val_loss"))
    said = "a `fit` of its own leaves no checkpoint: trained from epoch 0"
    assert outcome.notes == {"not_continued": said}


def test_anything_else_is_a_mistake(workers: Workers) -> None:
    outcome = workers.train(fit_of({"units": 8}), problem_for("own_loops:Strange"))
    assert outcome.error is not None
    assert outcome.error.reason == "user_error"
    assert outcome.error.message.startswith("fit returned a str: KerasTuner knows a History")


def test_asking_for_what_is_not_there_is_a_mistake_in_fit_as_well(workers: Workers) -> None:
    outcome = workers.train(fit_of({"units": 8}), problem_for("own_loops:Loop"))
    assert outcome.error is not None
    assert outcome.error.message.startswith("hp.Float('learning_rate') is asked for, but")
