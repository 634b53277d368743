"""That a trainer computes what it says: optimizers, decays, penalties, early stopping."""

from __future__ import annotations

import math

import pytest

from tests.sweeps.trainers.fitting import DEEP, Fitting, fit_of, problem_on
from tests.sweeps.trainers.softmax_regression import OPTIMIZERS, RATE, losses


class ArithmeticContract(Fitting):
    """Formulas written out by hand, and the rule of early stopping."""

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
