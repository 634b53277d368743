"""Models trained one after the other, on more than one of Keras's backends."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweeps import checkpoints
from sweeps.draws import row_order
from sweeps.problem import Problem
from sweeps.trainers import time_limit
from sweeps.trainers.model_fit import ModelFit
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome
from tests.sweeps.trainers.contract_limits import Clock
from tests.sweeps.trainers.models.problems import (
    SparseRows,
    Weighted,
    fit_of,
    problem_for,
)
from tests.sweeps.trainers.models.workers import Workers

PLAIN = {"units": 9, "rate": 0.02, "batch_size": 8, "epochs": 9}
BACKENDS = ["jax", pytest.param("tensorflow", marks=pytest.mark.slow)]


def equal(first: Outcome, second: Outcome) -> bool:
    return (first.metrics, first.history, first.confusion) == (
        second.metrics,
        second.history,
        second.confusion,
    )


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_outcome(workers: Workers, backend: str) -> None:
    outcome = workers.train(fit_of(PLAIN, budget=3), problem_for("plain:build"), backend)
    assert outcome.error is None
    assert outcome.trainer == "keras"
    splits = ("train", "val", "test")
    measured = {f"{split}_{what}" for split in splits for what in ("loss", "accuracy")}
    assert outcome.metrics.keys() == measured | {"parameters", "epochs"}
    assert (outcome.metrics["parameters"], outcome.metrics["epochs"]) == (4 * 9 + 9 + 30, 3)
    names = {"loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"}
    assert outcome.history.keys() == names
    assert all(len(values) == 3 for values in outcome.history.values())
    assert outcome.metrics["val_loss"] == pytest.approx(outcome.history["val_loss"][-1], rel=1e-6)
    assert outcome.history["learning_rate"] == pytest.approx([0.02] * 3)
    for split, rows in (("train", 35), ("val", 9), ("test", 15)):
        matrix = np.array(outcome.confusion[split])
        assert matrix.sum() == rows
        assert outcome.metrics[f"{split}_accuracy"] == pytest.approx(matrix.trace() / rows)


def with_tensorflow() -> None:
    import tensorflow  # noqa: F401


def loaded(name: str) -> bool:
    return name in sys.modules


@pytest.mark.slow
def test_seeds_are_equal_with_and_without_tensorflow() -> None:
    """On JAX it is not loaded for its generator's sake; weights must not depend on that."""
    fit, problem = fit_of(PLAIN, budget=1), problem_for("plain:build")
    fresh = Workers()  # in the one that tests share somebody may have loaded it
    try:
        first = fresh.train(fit, problem)
        assert not fresh.call("jax", loaded, "tensorflow"), "nobody has asked for it so far"
        fresh.call("jax", with_tensorflow)
        assert equal(first, fresh.train(fit, problem))
    finally:
        fresh.close()


def by_hand(fit: Fit, problem: Problem) -> tuple[dict[str, list[float]], list[Any]]:
    """What somebody would write to train `plain:build` so, epoch by epoch; runs in a worker."""
    import keras
    import plain
    import tensorflow  # noqa: F401  (loading it, as `set_random_seed` does, draws numbers itself)

    keras.utils.clear_session()
    keras.utils.set_random_seed(fit.seed)
    model = plain.build(fit.trial.config["units"], fit.trial.config["rate"])
    data = problem.data(0, 0)
    assert data.val is not None
    history: dict[str, list[float]] = {}
    for epoch in range(fit.budget):
        order = row_order(fit.seed, epoch, 35)
        said = model.fit(
            data.train.x[order],
            data.train.y[order],
            batch_size=8,
            shuffle=False,
            verbose=0,
            validation_data=(data.val.x, data.val.y),
        )
        for name, values in said.history.items():
            history.setdefault(name, []).extend(values)
    return history, model.get_weights()


@pytest.mark.parametrize("backend", BACKENDS)
def test_equals_a_loop_written_by_hand(workers: Workers, backend: str) -> None:
    fit, problem = fit_of(PLAIN, budget=3), problem_for("plain:build")
    outcome = workers.train(fit, problem, backend)
    history, _ = workers.call(backend, by_hand, fit, problem)
    for name, values in history.items():
        assert outcome.history[name] == pytest.approx(values, rel=1e-6), name


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_three_epochs_and_six_more_are_nine(workers: Workers, backend: str, tmp_path: Path) -> None:
    problem = problem_for("plain:normalised")
    rung, end, whole = (str(tmp_path / name) for name in ("rung", "end", "whole"))
    config = {"units": 7, "batch_size": 8, "epochs": 9}
    first = workers.train(fit_of(config, budget=3, save_to=rung), problem, backend)
    assert first.error is None
    continued = workers.train(fit_of(config, resume_from=rung, save_to=end), problem, backend)
    unbroken = workers.train(fit_of(config, save_to=whole), problem, backend)
    assert equal(continued, unbroken)
    ends = [checkpoints.load(Path(path)) for path in (end, whole)]
    assert ends[0] is not None
    assert ends[1] is not None
    assert ends[0].state == ends[1].state
    assert ends[0].arrays.keys() == ends[1].arrays.keys()
    for name, array in ends[1].arrays.items():
        assert ends[0].arrays[name].tobytes() == array.tobytes(), name


@pytest.mark.slow
def test_training_goes_on_from_the_checkpoint(workers: Workers, tmp_path: Path) -> None:
    """A checkpoint that was tampered with shows, so it is really used; foreign ones are left."""
    path, problem = tmp_path / "rung", problem_for("plain:build")
    workers.train(fit_of(PLAIN, budget=2, save_to=str(path)), problem)
    found = checkpoints.load(path)
    assert found is not None
    history = {name: [0.125] * 2 for name in found.state["history"]}
    checkpoints.save(path, found.arrays, {**found.state, "history": history})
    outcome = workers.train(fit_of(PLAIN, budget=3, resume_from=str(path)), problem)
    assert outcome.history["loss"][:2] == (0.125, 0.125)
    other = workers.train(fit_of(PLAIN, seed=6, budget=3, resume_from=str(path)), problem)
    assert other.history["loss"][0] != 0.125
    path.write_bytes(path.read_bytes()[:-100])
    torn = workers.train(fit_of(PLAIN, seed=6, budget=3, resume_from=str(path)), problem)
    assert equal(torn, other)


@pytest.mark.slow
def test_what_a_checkpoint_cannot_hold_begins_afresh(workers: Workers, tmp_path: Path) -> None:
    path, problem = tmp_path / "rung", problem_for("plain:two_optimizers")
    outcome = workers.train(fit_of({"units": 4}, budget=1, save_to=str(path)), problem)
    assert outcome.error is None
    assert not path.exists()


def test_a_divergence(workers: Workers) -> None:
    config = {"units": 4, "epochs": 3}
    outcome = workers.train(fit_of(config), problem_for("plain:explodes", "val_loss"))
    assert outcome.error is not None
    assert outcome.error.reason == "diverged"
    assert "became nan in epoch" in outcome.error.message
    assert all(np.isfinite(values).all() for values in outcome.history.values())


def timed(fit: Fit, problem: Problem) -> Outcome:
    """The fit by a clock that knows epochs only; runs in a worker."""
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time_limit, "clock", clock)
        (outcome,) = ModelFit("jax", "never").train(Pack((fit,)), problem, Progress(clock.epoch))
    return outcome


def test_a_fit_ends_with_the_epoch_in_which_its_time_is_up(workers: Workers) -> None:
    problem = problem_for("plain:build")
    outcome = workers.call("jax", timed, fit_of(PLAIN, seconds=2.5), problem)
    assert outcome.error.reason == "timed_out"
    assert outcome.error.message == "took longer than 2.5 s; 3 of 9 epochs were trained"
    assert len(outcome.history["loss"]) == 3
    whole = workers.call("jax", timed, fit_of(PLAIN, budget=3, seconds=2.5), problem)
    assert whole.error is None
    late = workers.train(fit_of(PLAIN, seconds=0.0), problem)
    assert late.error is not None
    assert late.error.message == "took longer than 0.0 s; 0 of 9 epochs were trained"


def test_callbacks_end_a_fit_and_set_its_rate(workers: Workers, tmp_path: Path) -> None:
    problem = problem_for("plain:build", callbacks="plain:callbacks")
    path = tmp_path / "rung"
    outcome = workers.train(fit_of(PLAIN, save_to=str(path)), problem)
    assert outcome.error is None
    assert outcome.metrics["epochs"] == 2
    assert outcome.history["learning_rate"] == pytest.approx([0.01, 0.005])
    assert not path.exists(), "a checkpoint would not hold what the callbacks remember"
    again = workers.train(fit_of(PLAIN), problem)
    assert equal(outcome, again), "callbacks are made afresh"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("plain:no_callbacks", "returned 'EarlyStopping', which is no keras.callbacks.Callback"),
        ("plain:shared_callbacks", "is no function that returns callbacks"),
        ("plain:callback", "did you mean 'callbacks'"),
    ],
)
def test_what_is_no_callback(workers: Workers, path: str, message: str) -> None:
    outcome = workers.train(fit_of(PLAIN), problem_for("plain:build", callbacks=path))
    assert outcome.error is not None
    assert outcome.error.reason == "user_error"
    assert message in outcome.error.message


@pytest.mark.parametrize("backend", BACKENDS)
def test_sparse_rows_are_the_same_rows(workers: Workers, backend: str) -> None:
    fit = fit_of(PLAIN, budget=2)
    sparse = workers.train(fit, problem_for("plain:build", task=SparseRows()), backend)
    assert sparse.error is None
    assert equal(sparse, workers.train(fit, problem_for("plain:build"), backend))


@pytest.mark.slow
def test_rows_without_weight_teach_nothing(workers: Workers) -> None:
    fit = fit_of({**PLAIN, "rate": 0.1, "epochs": 20})
    outcome = workers.train(fit, problem_for("plain:build", task=Weighted()))
    assert outcome.error is None
    predicted = np.array(outcome.confusion["train"]).sum(axis=0)
    assert predicted[0] == 0
    assert predicted[1:].min() > 0


def test_the_objective_decides_what_is_watched(workers: Workers) -> None:
    fit = fit_of(PLAIN, budget=2)
    on_test = workers.train(fit, problem_for("plain:build", "test_accuracy"))
    assert {"test_loss", "test_accuracy"} < on_test.history.keys()
    assert "val_loss" not in on_test.metrics
    on_train = workers.train(fit, problem_for("plain:build", "train_loss"))
    assert on_train.history.keys() == {"loss", "accuracy", "learning_rate"}


def told(fit: Fit, problem: Problem) -> tuple[Outcome, list[tuple[int, dict[str, float]]]]:
    """The outcome, and what was said on the way; runs in a worker."""
    said: list[tuple[int, dict[str, float]]] = []

    def progress(about: Fit, epoch: int, values: Any) -> None:
        assert about == fit
        said.append((epoch, dict(values)))

    (outcome,) = ModelFit("jax", "never").train(Pack((fit,)), problem, Progress(progress))
    return outcome, said


def test_progress_is_told_every_epoch(workers: Workers) -> None:
    outcome, said = workers.call("jax", told, fit_of(PLAIN, budget=3), problem_for("plain:build"))
    assert [epoch for epoch, _ in said] == [1, 2, 3]
    for name, values in outcome.history.items():
        assert tuple(of_epoch[name] for _, of_epoch in said) == values


@pytest.mark.slow
def test_metrics_that_are_no_single_number_are_left_out(workers: Workers) -> None:
    """Names do not count up from model to model, nor are those of each class dropped silently."""
    for _ in range(2):
        outcome = workers.train(fit_of({"units": 5}, budget=1), problem_for("plain:normalised"))
        assert outcome.error is None
        names = {"loss", "accuracy", "auc"}
        expected = {f"{split}_{name}" for split in ("train", "val", "test") for name in names}
        assert outcome.metrics.keys() == expected | {"parameters", "epochs"}


def test_epochs_and_batch_size_are_given_to_who_asks(workers: Workers) -> None:
    config = {"units": 5, "epochs": 4, "batch_size": 7}
    outcome = workers.train(fit_of(config), problem_for("plain:build_for_epochs"))
    rates = 0.025 * (1 + np.cos(np.pi * np.arange(4) / 4))
    assert outcome.history["learning_rate"] == pytest.approx(rates.tolist())
