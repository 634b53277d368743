from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweeps.exporting.choosing import refit_of
from sweeps.problem import Problem
from sweeps.subjects.own_code import OwnCode
from sweeps.sweep import Evaluate, Objective, SubjectChoice
from sweeps.trainers.refitting.loading import ModelFileError, keras_model, names_own_classes
from sweeps.trainers.refitting.refit import RefitError, Refitted, UnexportableError, attempted
from sweeps.trial import Part, Result, Trial
from tests.sweeps.tiny_task import TinyTask
from tests.sweeps.trainers.models.conftest import workers as workers
from tests.sweeps.trainers.models.problems import WRITTEN
from tests.sweeps.trainers.models.workers import Workers

HERE = str(Path(__file__).parent)
CONFIG = {"units": 6, "epochs": 3, "batch_size": 8}


def problem_for(path: str, metric: str = "val_accuracy", folder: str = HERE, **options: str) -> Any:
    subject = OwnCode(SubjectChoice("model", path, options), folder)
    return Problem(TinyTask(), Evaluate(), Objective(metric), 4, subject, folder)


def made(
    workers: Workers, problem: Problem, folder: Path, backend: str = "jax", **config: Any
) -> Any:
    part = Part(0, 0, {"epochs": 3}, {}, 1.0)
    best = Result(Trial(0, {**CONFIG, **config}), 0.5, {}, {}, 1.0, parts=(part,))
    fit, whole = refit_of(problem, best)
    return workers.call(backend, attempted, "model", fit, whole, str(folder)), fit


def asked(file: str, subject: str, backend: str) -> tuple[Any, bool]:
    """In a worker: what the kept model says of the test rows, and whether it is compiled."""
    model = keras_model(Path(file), subject, HERE, backend)
    return model.predict(problem_for(subject).data(0, 0).test.x, verbose=0), model.compiled


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "tensorflow"])
def test_equal_to_the_fit_of_a_test_objective(
    workers: Workers, tmp_path: Path, backend: str
) -> None:
    problem = problem_for("kept_models:own_layer", keras=backend)
    found, fit = made(workers, problem, tmp_path, backend)
    assert isinstance(found, Refitted), found
    assert (found.keras, found.logits) == (backend, True)
    on_test = problem_for("kept_models:own_layer", "test_accuracy", keras=backend)
    expected = workers.train(fit, on_test, backend)
    for name in ("train_loss", "train_accuracy", "test_loss", "test_accuracy"):
        assert found.metrics[name] == pytest.approx(expected.metrics[name], rel=1e-6)
    file = tmp_path / "model.keras"
    assert names_own_classes(file, compiled=False)
    logits, compiled = workers.call(backend, asked, str(file), "kept_models:own_layer", backend)
    assert not compiled
    right = logits.argmax(axis=1) == on_test.data(0, 0).test.y
    assert right.mean() == pytest.approx(found.metrics["test_accuracy"])


def test_keras_alone_needs_none_of_their_code(workers: Workers, tmp_path: Path) -> None:
    found, _ = made(workers, problem_for("kept_models:plain"), tmp_path)
    assert isinstance(found, Refitted)
    assert not found.logits
    assert not names_own_classes(tmp_path / "model.keras", compiled=False)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param(
            "with_code",
            "has a Lambda layer, which holds code; write a registered layer class",
            marks=pytest.mark.slow,
        ),
        ("unregistered", "Nameless is not registered: put @keras.saving.register_keras_seriali"),
    ],
)
def test_models_that_cannot_be_loaded_again(
    workers: Workers, tmp_path: Path, name: str, said: str
) -> None:
    error, _ = made(workers, problem_for(f"kept_models:{name}"), tmp_path)
    assert isinstance(error, UnexportableError)
    assert f"kept_models:{name}: the model cannot be loaded again" in str(error)
    assert said in str(error)


def test_callbacks_that_watch_validation_rows_are_left_out(
    workers: Workers, tmp_path: Path
) -> None:
    """The schedule of learning rates stays: with none of them nothing is learned."""
    told = problem_for("kept_models:plain", callbacks="kept_models:callbacks")
    still, fit = made(workers, told, tmp_path)
    assert isinstance(still, Refitted), still
    free, _ = made(workers, problem_for("kept_models:plain"), tmp_path)
    assert still.metrics["train_loss"] != free.metrics["train_loss"]
    assert fit.budget == 3


def test_a_fit_of_their_own_that_needs_validation_rows(workers: Workers, tmp_path: Path) -> None:
    problem = problem_for("own_loops:Loop", "val_loss", folder=WRITTEN)
    found, _ = made(workers, problem, tmp_path, learning_rate=0.3)
    assert isinstance(found, Refitted), found
    assert not [name for name in found.metrics if name.startswith("val_")]
    assert np.isfinite(found.metrics["test_loss"])


def test_mistakes_of_theirs_come_with_their_lines(workers: Workers, tmp_path: Path) -> None:
    error, _ = made(workers, problem_for("kept_models:plain"), tmp_path, units="many")
    assert isinstance(error, RefitError)
    assert "keras.layers.Dense(units" in error.lines


def test_files_that_are_no_models(tmp_path: Path) -> None:
    file = tmp_path / "model.keras"
    file.write_bytes(b"PK\x03\x04 not")
    with pytest.raises(ModelFileError, match=r"model\.keras is no Keras model"):
        names_own_classes(file, compiled=False)
