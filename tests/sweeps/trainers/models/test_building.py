"""How the user's code is called, what it may return, and what is said of mistakes in it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sweeps.trainers.models.problems import TwoClasses, fit_of, problem_for
from tests.sweeps.trainers.models.workers import Workers

GUIDE = {"units": 32, "activation": "tanh", "dropout": True, "lr": 1e-2}


@pytest.mark.parametrize(
    ("path", "config", "parameters"),
    [
        pytest.param("getting_started:build_model", GUIDE, 259, marks=pytest.mark.slow),
        pytest.param("getting_started:call_existing_code", GUIDE, 259, marks=pytest.mark.slow),
        pytest.param(
            "getting_started:build_layers",
            {**GUIDE, "num_layers": 2, "units_0": 64, "units_1": 32},
            5 * 64 + 65 * 32 + 33 * 3,
            marks=pytest.mark.slow,
        ),
        ("getting_started:MyHyperModel", {"units": 32, "shuffle": True}, 259),
        pytest.param("plain:build", {"units": 9, "rate": 0.1}, 75, marks=pytest.mark.slow),
        pytest.param("plain:build_any", {"units": 9, "rate": 0.1}, 75, marks=pytest.mark.slow),
        ("plain:build_any", {"rate": 0.1}, 43),
        pytest.param("plain:subclassed", {"units": 9}, 75, marks=pytest.mark.slow),
        pytest.param("plain:Maker", {"units": 9}, 75, marks=pytest.mark.slow),
    ],
)
def test_code_runs_as_it_was_written(
    workers: Workers, path: str, config: dict[str, Any], parameters: int
) -> None:
    outcome = workers.train(fit_of(config, budget=1), problem_for(path))
    assert outcome.error is None
    assert outcome.metrics["parameters"] == parameters
    assert outcome.metrics["epochs"] == 1


@pytest.mark.parametrize(
    ("path", "config", "message"),
    [
        (
            "getting_started:build_layers",
            {**GUIDE, "num_layers": 2, "units_0": 64},
            "hp.Int('units_1') is asked for, but the space has no 'units_1'; "
            "did you mean 'units_0'?",
        ),
        (
            "getting_started:build_model",
            {**GUIDE, "units": 520},
            "hp.Int('units') asks for whole numbers from 32 to 512, but the space gives 520",
        ),
        (
            "getting_started:build_model",
            {**GUIDE, "activation": "swish"},
            "hp.Choice('activation') asks for one of 'relu', 'tanh', but the space gives 'swish'",
        ),
        (
            "getting_started:build_model",
            {**GUIDE, "dropout": 1},
            "hp.Boolean('dropout') asks for true or false, but the space gives 1",
        ),
        (
            "plain:build",
            {"units": 9},
            "plain:build takes 'rate', which the space does not have; known here: units",
        ),
        ("plain:build", {"units": 9, "rate": 0.1, "rat": 1}, "plain:build takes no 'rat'"),
        ("plain:raises", {"units": 9}, "plain:raises: KeyError: 'rate'"),
        ("plain:returns_nothing", {"units": 9}, "does it end with `return model`?"),
        ("plain:returns_a_name", {"units": 9}, "returned '9 units', which is no keras.Model"),
        ("plain:not_compiled", {"units": 9}, "not compiled: call model.compile(optimizer, loss"),
        ("plain:biuld", {"units": 9}, "no 'biuld' in"),
        ("plain:PATH", {"units": 9}, "a str is no function that builds a model"),
    ],
)
def test_mistakes_are_the_users_and_named(
    workers: Workers, path: str, config: dict[str, Any], message: str
) -> None:
    outcome = workers.train(fit_of(config, budget=1), problem_for(path))
    assert outcome.error is not None
    assert outcome.error.reason == "user_error"
    assert message in outcome.error.message
    assert (outcome.metrics, outcome.history) == ({}, {})


@pytest.mark.parametrize(
    ("path", "config", "line"),
    [
        ("plain:raises", {"units": 9}, 'return build(units, {}["rate"])'),
        ("getting_started:build_layers", {**GUIDE, "num_layers": 1}, 'hp.Int(f"units_{i}"'),
    ],
)
def test_their_own_lines_are_shown(
    workers: Workers, path: str, config: dict[str, Any], line: str
) -> None:
    outcome = workers.train(fit_of(config, budget=1), problem_for(path))
    assert outcome.error is not None
    assert line in outcome.error.traceback
    assert "/sweeps/trainers/models/building.py" not in outcome.error.traceback
    assert "keras_tuner" not in outcome.error.traceback


def test_shapes_that_do_not_fit_are_said(workers: Workers) -> None:
    outcome = workers.train(fit_of({"units": 9}, budget=1), problem_for("plain:other_columns"))
    assert outcome.error is not None
    assert outcome.error.reason == "user_error"
    assert "plain:other_columns: ValueError" in outcome.error.message
    assert "(trained on x float32 (35, 4) and y int64 (35,))" in outcome.error.message


@pytest.mark.parametrize("size", [0, 2.5])
def test_a_batch_size_that_is_none(workers: Workers, size: Any) -> None:
    fit = fit_of({"units": 9, "rate": 0.1, "batch_size": size}, budget=1)
    outcome = workers.train(fit, problem_for("plain:build"))
    assert outcome.error is not None
    assert outcome.error.reason == "bad_configuration"
    assert "batch_size:" in outcome.error.message


@pytest.mark.slow
def test_accuracy_is_measured_whether_or_not_it_was_compiled(workers: Workers) -> None:
    config = {"units": 9, "rate": 0.1}
    compiled = workers.train(fit_of(config, budget=1), problem_for("plain:build"))
    silent = workers.train(fit_of(config, budget=1), problem_for("plain:without_metrics"))
    assert "accuracy" not in silent.history
    for split in ("train", "val", "test"):
        name = f"{split}_accuracy"
        assert silent.metrics[name] == pytest.approx(compiled.metrics[name], abs=1e-6)


@pytest.mark.slow
def test_precision_that_the_module_has_set_is_kept(workers: Workers) -> None:
    problem = problem_for("half:build")
    try:
        errors = [workers.train(fit_of({"units": 9}, budget=1), problem).error for _ in range(2)]
    finally:
        workers.call("jax", whole_precision)
    assert errors == [None, None]


def whole_precision() -> None:
    """Runs in a worker, which other tests share."""
    import keras

    keras.config.set_dtype_policy("float32")


@pytest.mark.slow
def test_what_nobody_asked_for_is_noted(workers: Workers) -> None:
    config = {**GUIDE, "num_layers": 1, "units_0": 64, "units_1": 32, "batch_size": 8}
    outcome = workers.train(fit_of(config, budget=1), problem_for("getting_started:build_layers"))
    assert outcome.error is None
    assert outcome.notes == {"never_asked_for": "units, units_1"}


@pytest.mark.parametrize("loss", ["sparse", "categorical", "own"])
def test_classes_come_as_the_loss_wants_them(workers: Workers, loss: str) -> None:
    """The same loss by three ways of writing it."""
    fit = fit_of({"loss": loss, "outputs": 3}, budget=2)
    outcome = workers.train(fit, problem_for("plain:heads"))
    assert outcome.error is None
    expected = workers.train(
        fit_of({"loss": "sparse", "outputs": 3}, budget=2), problem_for("plain:heads")
    )
    assert outcome.history["loss"] == pytest.approx(expected.history["loss"], rel=1e-5)


@pytest.mark.slow
def test_two_classes_from_one_output_and_logits_are_told_apart(workers: Workers) -> None:
    config = {"loss": "binary", "outputs": 1}
    problem = problem_for("plain:heads", "val_f1", TwoClasses(), metrics=("f1", "auc"))
    outcome = workers.train(fit_of(config, budget=30), problem)
    assert outcome.error is None
    assert outcome.metrics["train_accuracy"] > 0.7
    matrix = outcome.confusion["train"]
    hits = matrix[0][0] + matrix[1][1]
    assert outcome.metrics["train_accuracy"] == pytest.approx(hits / 35)
    assert 0.5 < outcome.metrics["test_auc"] <= 1.0
    logits = {"loss": "sparse", "outputs": 2, "logits": True}
    other = workers.train(fit_of(logits, budget=30), problem)
    assert other.error is None
    assert 0.5 < other.metrics["test_auc"] <= 1.0


def test_numbers_are_predicted(workers: Workers) -> None:
    problem = problem_for("plain:heads", "val_loss", kind="regression", metrics=("r2",))
    outcome = workers.train(fit_of({"loss": "squares", "outputs": 1}, budget=20), problem)
    assert outcome.error is None
    assert outcome.history["loss"][-1] < 0.7 * outcome.history["loss"][0]
    assert {"val_loss", "val_r2", "val_mae"} < outcome.metrics.keys()
    assert outcome.metrics["val_mae"] ** 2 <= outcome.metrics["val_loss"]
    assert outcome.confusion == {}


@pytest.mark.parametrize(
    ("config", "kind", "message"),
    [
        ({"loss": "sparse", "outputs": 2}, "classification", "2 outputs, and the task 3 classes"),
        ({"loss": "binary", "outputs": 1}, "classification", "1 output, and the task 3 classes"),
        ({"loss": "squares", "outputs": 2}, "regression", "2 outputs, and the task 1 to predict"),
    ],
)
def test_heads_that_cannot_be_right(
    workers: Workers, config: dict[str, Any], kind: Any, message: str
) -> None:
    outcome = workers.train(fit_of(config, budget=1), problem_for("plain:heads", kind=kind))
    assert outcome.error is not None
    assert outcome.error.reason == "user_error"
    assert message in outcome.error.message
