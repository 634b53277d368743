"""A refitted network is the one that a sweep trains when it is judged on the test rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweeps.exporting.choosing import refit_of
from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from sweeps.trainers.keras_fit import KerasFit
from sweeps.trainers.refitting.loading import keras_model
from sweeps.trainers.refitting.refit import RefitError, refitted
from sweeps.trainers.trainer import Pack
from sweeps.trial import Part, Result, Trial
from tests.sweeps.tiny_task import TinyTask
from tests.sweeps.trainers.fitting import DEEP, Fitting

# Keras's way of reading a TensorFlow variable, of which NumPy warns.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

CONFIG = {**DEEP, "dropout": 0.3, "decay": "cosine", "epochs": 4}


def result(config: dict[str, Any], epochs: int) -> Result:
    part = Part(0, 0, {"epochs": epochs}, {}, 1.0)
    return Result(Trial(5, config), 0.5, {}, {}, 1.0, parts=(part,))


class TestRefittedNetworks(Fitting):
    trainer = KerasFit()

    @pytest.mark.parametrize("kind", ["classification", "regression"])
    @pytest.mark.parametrize("epochs", [4, 2])
    def test_equal_to_the_fit_of_a_test_objective(
        self, tmp_path: Path, kind: Any, epochs: int
    ) -> None:
        """Of rungs too: a schedule spans all epochs, and the rung's are trained."""
        task = TinyTask(kind=kind)
        folds = Problem(task, Evaluate(folds=3), Objective("val_loss", "minimize"), seed=2)
        fit, whole = refit_of(folds, result(CONFIG, epochs))
        made = refitted("network", fit, whole, str(tmp_path))
        on_test = Problem(task, Evaluate(), Objective("test_loss", "minimize"), seed=2)
        (expected,) = self.trainer.train(Pack((fit,)), on_test, None)
        assert expected.error is None
        names = {n for n in expected.metrics if n.startswith(("train_", "test_"))}
        assert made.metrics.keys() == names
        for name in names:
            assert made.metrics[name] == pytest.approx(expected.metrics[name], rel=1e-6)
        self._is_judged_the_same(tmp_path, on_test, made.metrics)

    def _is_judged_the_same(self, folder: Path, problem: Problem, metrics: Any) -> None:
        """The file holds the network that the figures are of, compiled or not."""
        test = problem.data(0, 0).test
        compiled = keras_model(folder / "model.keras", "", "", "tensorflow", compiled=True)
        loss, measure = compiled.evaluate(test.x, test.y, verbose=0)
        other = "test_mae" if problem.task.kind == "regression" else "test_accuracy"
        assert loss == pytest.approx(metrics["test_loss"], rel=1e-5)
        assert measure == pytest.approx(metrics[other], rel=1e-5)
        bare = keras_model(folder / "model.keras", "", "", "tensorflow")
        assert not bare.compiled
        assert np.array_equal(bare.predict(test.x, verbose=0), compiled.predict(test.x, verbose=0))

    def test_other_metrics_are_measured_as_well(self, tmp_path: Path) -> None:
        problem = Problem(TinyTask(), Evaluate(metrics=("f1",)), Objective("val_f1"), seed=2)
        fit, whole = refit_of(problem, result(CONFIG, 1))
        assert "test_f1" in refitted("network", fit, whole, str(tmp_path)).metrics

    def test_one_that_diverges_is_no_model(self, tmp_path: Path) -> None:
        problem = Problem(TinyTask(kind="regression"), Evaluate(), Objective(), seed=2)
        wild = {"width": 5, "learning_rate": 1e30, "optimizer": "sgd", "epochs": 3}
        fit, whole = refit_of(problem, result(wild, 3))
        with pytest.raises(RefitError, match="in epoch"):
            refitted("network", fit, whole, str(tmp_path))
        assert list(tmp_path.iterdir()) == []
