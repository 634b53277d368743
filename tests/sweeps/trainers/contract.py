"""What every trainer must do. An implementation subclasses `TrainerContract` and names itself."""

from __future__ import annotations

import math
import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweeps import checkpoints
from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from sweeps.tasks.task import Rows
from sweeps.trainers.trainer import Pack, Trainer
from sweeps.trial import Fit, Outcome, Trial
from tests.sweeps.tiny_task import TinyTask
from tests.sweeps.trainers.softmax_regression import OPTIMIZERS, RATE, losses

DEEP = {
    "layer_count": 2,
    "width": 9,
    "batch_size": 8,
    "learning_rate": 0.02,
    "epochs": 9,
}
EVERYTHING = {
    **DEEP,
    "dropout": 0.3,
    "decay": "cosine",
    "regularizers.kernel_l2": 0.01,
    "regularizers.activity_l1": 0.01,
    "early_stopping.patience": 4,
    "early_stopping.restore_best": True,
}


def problem_on(
    metric: str = "val_accuracy", task: TinyTask | None = None, validation: float = 0.2
) -> Problem:
    return Problem(task or TinyTask(), Evaluate(validation=validation), Objective(metric), seed=0)


def fit_of(config: Mapping[str, Any], seed: int = 1, **changes: Any) -> Fit:
    budget = changes.pop("budget", config.get("epochs", 3))
    return Fit(Trial(0, dict(config)), fold=0, repeat=0, seed=seed, budget=budget, **changes)


def same(first: Outcome, second: Outcome) -> bool:
    """Equal bit for bit, but for the time they took and the fit's checkpoints and budget."""
    return (first.metrics, first.history, first.confusion, first.error) == (
        second.metrics,
        second.history,
        second.confusion,
        second.error,
    )


@dataclass(frozen=True)
class BrokenTask(TinyTask):
    """A task whose rows cannot be had."""

    def rows(self, split: int) -> Rows:
        raise KeyError("no column 'species'")


class TrainerContract:
    """Give `trainer` in a subclass."""

    trainer: Trainer

    @pytest.fixture(autouse=True)
    def environment(self) -> None:
        for name, value in self.trainer.environment.items():
            os.environ.setdefault(name, value)

    def train(self, fit: Fit, problem: Problem | None = None) -> Outcome:
        (outcome,) = self.trainer.train(Pack((fit,)), problem or problem_on(), None)
        assert outcome.fit == fit
        assert outcome.seconds > 0
        return outcome

    # What an outcome holds

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
            Pack((fit,)), problem_on(), lambda *what: told.append((what[0], what[1], {**what[2]}))
        )
        assert [(about, epoch) for about, epoch, _ in told] == [(fit, 1), (fit, 2), (fit, 3)]
        for name, values in outcome.history.items():
            assert tuple(values_of[name] for _, _, values_of in told) == values

    # Chance

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
        packs = self.trainer.pack(fits)
        assert packs == self.trainer.pack(fits)
        assert [fit for pack in packs for fit in pack.fits] == fits

    # Arithmetic

    @pytest.mark.parametrize("name", OPTIMIZERS)
    @pytest.mark.parametrize("batch_size", [8, 1000])
    def test_optimizers_are_their_formulas(self, name: str, batch_size: int) -> None:
        """35 rows: batches of 8 end with a short one, one of 1000 is the whole split."""
        update, settings = OPTIMIZERS[name]
        problem = problem_on()
        train = problem.data(0, 0).train
        config = {"layer_count": 0, "learning_rate": RATE, "batch_size": batch_size, **settings}
        outcome = self.train(fit_of(config, seed=5, budget=3), problem)
        expected = losses(train.x, train.y, 5, update, batch_size)
        assert outcome.history["loss"] == pytest.approx(expected, rel=2e-5)

    @pytest.mark.parametrize(
        "activation", ["relu", "tanh", "sigmoid", "elu", "selu", "gelu", "softplus", "swish"]
    )
    def test_every_activation_learns(self, activation: str) -> None:
        config = {**DEEP, "activation": activation, "layer_count": 1}
        outcome = self.train(fit_of(config, budget=9))
        assert outcome.error is None
        assert outcome.history["loss"][-1] < 0.8 * outcome.history["loss"][0]

    def test_decays_start_at_the_learning_rate_and_span_the_recipe(self) -> None:
        steps = math.ceil(35 / 8)
        whole = {
            "constant": ({}, [0.02] * 4),
            "step": ({"drop": 0.5, "every_epochs": 2}, [0.02, 0.02, 0.01, 0.01]),
            "exponential": (
                {"rate": 0.25, "every_epochs": 2},
                [0.02 * 0.5**epoch for epoch in range(4)],
            ),
            "cosine": ({}, [0.01 * (1 + math.cos(math.pi * epoch / 9)) for epoch in range(4)]),
            "cosine_restarts": (
                {"first_decay_steps": steps, "period_multiplier": 1.0, "peak_multiplier": 0.5},
                [0.02 * 0.5**epoch for epoch in range(4)],
            ),
        }
        for kind, (settings, expected) in whole.items():
            named = {f"decay.{kind}.{name}": value for name, value in settings.items()}
            outcome = self.train(fit_of({**DEEP, "decay": kind, **named}, budget=4))
            assert outcome.history["learning_rate"] == pytest.approx(expected), kind

    def test_penalties_are_part_of_every_loss(self) -> None:
        heavy = {**DEEP, "layer_count": 1, "learning_rate": 1e-12}
        plain = self.train(fit_of(heavy, budget=1))
        for name in ("kernel_l1", "kernel_l2", "activity_l1", "activity_l2"):
            outcome = self.train(fit_of({**heavy, f"regularizers.{name}": 0.1}, budget=1))
            for split in ("train", "val", "test"):
                extra = outcome.metrics[f"{split}_loss"] - plain.metrics[f"{split}_loss"]
                assert extra > 0.01, name

    # Early stopping

    @pytest.mark.parametrize("metric", ["val_accuracy", "test_accuracy", "train_accuracy"])
    @pytest.mark.parametrize("monitor", ["loss", "accuracy"])
    def test_stops_as_the_rule_says(self, metric: str, monitor: str) -> None:
        """Held against the history of the same fit without early stopping."""
        config = {**DEEP, "learning_rate": 0.1, "epochs": 25}
        problem = problem_on(metric)
        prefix = {"val_accuracy": "val_", "test_accuracy": "test_"}.get(metric, "")
        free = self.train(fit_of(config), problem).history[f"{prefix}{monitor}"]
        watched = {**config, "early_stopping.patience": 3, "early_stopping.monitor": monitor}
        outcome = self.train(fit_of(watched), problem)
        sign = 1 if monitor == "loss" else -1
        best, waited, last = math.inf, 0, len(free)
        for epoch, value in enumerate(free, start=1):
            waited = 0 if sign * value < best else waited + 1
            best = min(best, sign * value)
            if waited == 3:
                last = epoch
                break
        assert outcome.history[f"{prefix}{monitor}"] == free[:last]
        assert outcome.metrics["epochs"] == last

    def test_min_delta_counts_small_gains_as_none(self) -> None:
        stopping = {"early_stopping.patience": 2, "early_stopping.min_delta": 100.0}
        assert self.train(fit_of({**DEEP, **stopping})).metrics["epochs"] == 3

    @pytest.mark.parametrize("patience", [2, 100])
    def test_restores_the_best_epoch_stopped_or_not(self, patience: int) -> None:
        config = {
            **DEEP,
            "learning_rate": 0.3,
            "epochs": 12,
            "early_stopping.patience": patience,
            "early_stopping.restore_best": True,
        }
        outcome = self.train(fit_of(config))
        history = outcome.history["val_loss"]
        assert min(history) < history[-1]
        assert outcome.metrics["val_loss"] == min(history)
        assert (len(history) < 12) is (patience == 2)
        assert outcome.metrics["epochs"] == len(history)

    # Checkpoints

    @pytest.mark.parametrize("optimizer", ["adam", "sgd"])
    def test_three_epochs_and_six_more_are_nine(self, tmp_path: Path, optimizer: str) -> None:
        config = {**EVERYTHING, "optimizer": optimizer}
        if optimizer == "sgd":
            config |= {"optimizer.sgd.momentum": 0.9, "early_stopping.monitor": "accuracy"}
        rung, end, whole = (str(tmp_path / f"{name}.npz") for name in ("rung", "end", "whole"))
        self.train(fit_of(config, budget=3, save_to=rung))
        continued = self.train(fit_of(config, budget=9, resume_from=rung, save_to=end))
        unbroken = self.train(fit_of(config, budget=9, save_to=whole))
        assert unbroken.metrics["epochs"] > 3
        assert same(continued, unbroken)
        ends = [checkpoints.load(Path(path)) for path in (end, whole)]
        assert ends[0] is not None
        assert ends[1] is not None
        assert ends[0].state == ends[1].state
        for name, array in ends[1].arrays.items():
            assert ends[0].arrays[name].tobytes() == array.tobytes(), name

    def test_training_goes_on_from_the_checkpoint(self, tmp_path: Path) -> None:
        """A checkpoint that was tampered with shows, so it is really used."""
        path = tmp_path / "rung.npz"
        self.train(fit_of(EVERYTHING, budget=3, save_to=str(path)))
        found = checkpoints.load(path)
        assert found is not None
        history = {name: [*values[:2], 0.125] for name, values in found.state["history"].items()}
        checkpoints.save(path, found.arrays, {**found.state, "history": history})
        outcome = self.train(fit_of(EVERYTHING, budget=4, resume_from=str(path)))
        assert outcome.history["loss"][2] == 0.125
        assert len(outcome.history["loss"]) == 4

    def test_what_stopped_early_stays_stopped(self, tmp_path: Path) -> None:
        path = str(tmp_path / "rung.npz")
        config = {**DEEP, "early_stopping.patience": 1, "early_stopping.min_delta": 100.0}
        stopped = self.train(fit_of(config, budget=3, save_to=path))
        assert stopped.metrics["epochs"] == 2
        assert same(stopped, self.train(fit_of(config, budget=9, resume_from=path)))

    def test_without_a_usable_checkpoint_the_result_is_the_same(self, tmp_path: Path) -> None:
        expected = self.train(fit_of(EVERYTHING, budget=5))
        torn, foreign, later = (tmp_path / name for name in ("torn", "foreign", "later"))
        self.train(fit_of(EVERYTHING, budget=3, save_to=str(torn)))
        torn.write_bytes(torn.read_bytes()[:-200])
        self.train(fit_of(EVERYTHING, seed=2, budget=3, save_to=str(foreign)))
        self.train(fit_of(EVERYTHING, budget=6, save_to=str(later)))
        for path in (tmp_path / "missing", torn, foreign, later):
            outcome = self.train(fit_of(EVERYTHING, budget=5, resume_from=str(path)))
            assert same(outcome, expected), path.name

    # Failure is data

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

    def test_a_task_that_fails_is_an_outcome(self) -> None:
        outcome = self.train(fit_of(DEEP), replace(problem_on(), task=BrokenTask()))
        assert outcome.error is not None
        assert outcome.error.reason == "user_error"
        assert "no column 'species'" in outcome.error.message
        assert "KeyError" in outcome.error.traceback
