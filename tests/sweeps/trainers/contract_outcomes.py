"""What an outcome holds, what chance may do, and how a fit fails."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest

from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit
from tests.sweeps.tiny_task import TinyTask
from tests.sweeps.trainers.fitting import DEEP, EVERYTHING, Fitting, fit_of, problem_on, same


class OutcomeContract(Fitting):
    """Histories, metrics, confusion matrices, seeds and failures."""

    def test_an_outcome_on_validation_rows(self) -> None:
        outcome = self.train(fit_of(DEEP, budget=3))
        assert outcome.error is None
        splits = ("train", "val", "test")
        measured = {f"{split}_{what}" for split in splits for what in ("loss", "accuracy")}
        assert outcome.metrics.keys() == measured | {"parameters", "epochs"}
        assert outcome.metrics["epochs"] == 3
        names = {"loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"}
        assert outcome.history.keys() == names
        assert all(len(values) == 3 for values in outcome.history.values())
        for split, rows in (("train", 35), ("val", 9), ("test", 15)):
            matrix = np.array(outcome.confusion[split])
            assert matrix.shape == (3, 3)
            assert matrix.sum() == rows
            assert outcome.metrics[f"{split}_accuracy"] == pytest.approx(matrix.trace() / rows)
        assert outcome.metrics["val_loss"] == outcome.history["val_loss"][-1]

    def test_rows_of_the_confusion_matrix_are_true_classes(self) -> None:
        problem = problem_on("test_accuracy")
        outcome = self.train(fit_of(DEEP, budget=2), problem)
        truth = np.bincount(problem.data(0, 0).test.y, minlength=3)
        assert np.array(outcome.confusion["test"]).sum(axis=1).tolist() == truth.tolist()

    def test_the_objective_decides_what_is_watched(self) -> None:
        on_test = self.train(fit_of(DEEP, budget=2), problem_on("test_accuracy"))
        assert {"test_loss", "test_accuracy"} < on_test.history.keys()
        assert on_test.history["test_loss"][-1] == on_test.metrics["test_loss"]
        on_train = self.train(fit_of(DEEP, budget=2), problem_on("train_loss"))
        assert on_train.history.keys() == {"loss", "accuracy", "learning_rate"}
        for outcome in (on_test, on_train):
            assert "val_loss" not in outcome.metrics
            assert outcome.confusion.keys() == {"train", "test"}

    def test_a_regression_reports_its_errors(self) -> None:
        task = TinyTask(kind="regression")
        outcome = self.train(fit_of({**DEEP, "epochs": 30}), problem_on("val_loss", task))
        assert outcome.error is None
        assert outcome.metrics["val_mae"] == outcome.history["val_mae"][-1]
        assert outcome.metrics["val_mae"] ** 2 <= outcome.metrics["val_loss"]
        assert outcome.history["loss"][-1] < 0.7 * outcome.history["loss"][0]
        assert outcome.confusion == {}

    @pytest.mark.parametrize(("depth", "parameters"), [(0, 21), (1, 1003), (2, 11103)])
    def test_parameters_are_counted(self, depth: int, parameters: int) -> None:
        problem = problem_on(task=TinyTask(columns=6))
        outcome = self.train(fit_of({"layer_count": depth, "width": 100}, budget=1), problem)
        assert outcome.metrics["parameters"] == parameters

    def test_progress_is_told_every_epoch(self) -> None:
        told: list[tuple[Fit, int, dict[str, float]]] = []
        fit = fit_of(DEEP, budget=3)
        (outcome,) = self.trainer.train(
            Pack((fit,)),
            problem_on(),
            Progress(lambda *what: told.append((what[0], what[1], {**what[2]}))),
        )
        assert [(about, epoch) for about, epoch, _ in told] == [(fit, 1), (fit, 2), (fit, 3)]
        for name, values in outcome.history.items():
            assert tuple(values_of[name] for _, _, values_of in told) == values

    def test_equal_seeds_are_equal_and_others_are_not(self) -> None:
        first, other = (self.train(fit_of(EVERYTHING, seed=seed, budget=3)) for seed in (1, 2))
        again = self.train(fit_of(EVERYTHING, seed=1, budget=3))
        assert same(first, again)
        assert first.history["loss"] != other.history["loss"]

    def test_masks_follow_the_seed(self) -> None:
        plain = self.train(fit_of(DEEP, budget=2))
        dropped = self.train(fit_of({**DEEP, "dropout": 0.5}, budget=2))
        assert plain.history["loss"] != dropped.history["loss"]

    def test_trainers_travel_and_cut_the_same_packs(self) -> None:
        assert pickle.loads(pickle.dumps(self.trainer)) == self.trainer
        fits = [fit_of({**DEEP, "width": width}) for width in (3, 4, 5)]
        packs = self.trainer.pack(fits, problem_on())
        assert packs == self.trainer.pack(fits, problem_on())
        assert [fit for pack in packs for fit in pack.fits] == fits

    def test_divergence_fails_alone(self) -> None:
        bad = {**DEEP, "optimizer": "sgd", "learning_rate": 1e30}
        fits = (fit_of(DEEP, budget=2), fit_of(bad, budget=3), fit_of(DEEP, seed=2, budget=2))
        outcomes = self.trainer.train(Pack(fits), problem_on(), None)
        assert [outcome.fit for outcome in outcomes] == list(fits)
        assert [outcome.error is None for outcome in outcomes] == [True, False, True]
        failed = outcomes[1]
        assert failed.error is not None
        assert failed.error.reason == "diverged"
        assert "became" in failed.error.message
        assert "epoch 1" in failed.error.message
        figures = [*failed.metrics.values(), *(v for row in failed.history.values() for v in row)]
        assert all(math.isfinite(figure) for figure in figures)
        assert failed.metrics["epochs"] == 0
        assert same(outcomes[0], self.train(fits[0]))

    @pytest.mark.parametrize(
        ("config", "message"),
        [
            ({"widht": 3}, "did you mean 'width'"),
            ({"early_stopping.patience": 1, "early_stopping.monitor": "mae"}, "'mae' is not"),
        ],
    )
    def test_a_bad_configuration_is_an_outcome(self, config: dict[str, Any], message: str) -> None:
        outcome = self.train(fit_of(config))
        assert outcome.error is not None
        assert outcome.error.reason == "bad_configuration"
        assert message in outcome.error.message
        assert outcome.metrics == {}
        assert outcome.history == {}
