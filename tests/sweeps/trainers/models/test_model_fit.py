"""The trainer of models: who it is, how it packs, and whole sweeps through every backend."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from sweeps import parts
from sweeps.executors.raised import RemoteError
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import SubjectChoice
from sweeps.trainers.choose import trainer_for
from sweeps.trainers.model_fit import MOST_TOGETHER, ModelFit
from sweeps.trainers.trainer import Pack
from sweeps.trial import Result
from tests.sweeps.bench import Bench
from tests.sweeps.trainers.models.problems import WRITTEN, fit_of, problem_for
from tests.sweeps.trainers.models.workers import Workers


@pytest.fixture(autouse=True)
def no_backend_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERAS_BACKEND", raising=False)


def model(**options: str) -> SubjectChoice:
    return SubjectChoice("model", "plain:build", options)


def test_names_of_trainers() -> None:
    assert trainer_for("auto", model(), WRITTEN) == ModelFit("jax", "where it can be")
    assert trainer_for("keras", model(), WRITTEN) == ModelFit("jax", "never")
    assert trainer_for("fused", model(keras="jax"), WRITTEN) == ModelFit("jax", "always")
    torch = trainer_for("auto", model(keras="torch"), WRITTEN)
    assert torch.environment["KERAS_BACKEND"] == "torch"


def test_who_cannot_fuse_says_so(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("import tensorflow as tf\n")
    choice = SubjectChoice("model", "mine:build")
    assert trainer_for("auto", choice, str(tmp_path)) == ModelFit("tensorflow")
    with pytest.raises(ValueError, match="this sweep's is trained on tensorflow: write `keras: j"):
        trainer_for("fused", choice, str(tmp_path))
    with pytest.raises(ValueError, match="trainer: fused knows no callbacks"):
        trainer_for("fused", model(callbacks="plain:callbacks"), WRITTEN)


def test_a_backend_that_the_user_has_set_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    assert trainer_for("auto", model(), WRITTEN) == ModelFit("tensorflow")
    assert trainer_for("auto", model(keras="jax"), WRITTEN) == ModelFit("jax")
    monkeypatch.setenv("KERAS_BACKEND", "numpy")
    with pytest.raises(ValueError, match="KERAS_BACKEND: 'numpy'; known here: jax, tensorflow"):
        trainer_for("auto", model(), WRITTEN)


def test_another_backend_in_this_process_is_said(workers: Workers) -> None:
    fit, problem = fit_of({"units": 3, "rate": 0.1}), problem_for("plain:build")
    with pytest.raises(RemoteError, match="Keras runs on jax in this process, and the model is to"):
        workers.call("jax", ModelFit("tensorflow").train, Pack((fit,)), problem, None)


def test_trainers_travel() -> None:
    trainer = ModelFit("tensorflow", "never")
    assert pickle.loads(pickle.dumps(trainer)) == trainer
    assert (trainer.processes(8), trainer.processes(2)) == (4, 2)
    assert ModelFit("jax").processes(8) == 1


def test_what_surely_is_trained_singly_is_packed_so() -> None:
    fits = [fit_of({"units": 3, "rate": rate}) for rate in (0.1, 0.2)]
    guide = SubjectChoice("model", "getting_started:MyHyperModel")
    for choice in (model(callbacks="plain:callbacks"), guide):
        trainer = trainer_for("auto", choice, WRITTEN)
        assert trainer == ModelFit("jax", together=False)
        assert trainer.pack(fits, problem_for("plain:build")) == [Pack((fit,)) for fit in fits]
        assert trainer.processes(2) == 2


def test_packs_differ_in_fractions_alone_and_are_cut_stably() -> None:
    problem = problem_for("plain:build")
    fits = [
        fit_of({"units": units, "rate": rate / 1000}, seed=rate)
        for rate in range(150)
        for units in (3, 4)
    ]
    packs = ModelFit("jax").pack(fits, problem)
    assert [len(pack.fits) for pack in packs] == [MOST_TOGETHER, MOST_TOGETHER, 22] * 2
    assert sorted(fit.seed for pack in packs for fit in pack.fits) == sorted(f.seed for f in fits)
    assert all(len({fit.trial.config["units"] for fit in pack.fits}) == 1 for pack in packs)
    left = [fit for pack in packs[1:] for fit in pack.fits]
    assert ModelFit("jax").pack(left, problem) == packs[1:]
    for trainer in (ModelFit("jax", "never"), ModelFit("tensorflow")):
        assert trainer.pack(fits, problem) == [Pack((fit,)) for fit in fits]


def test_what_a_program_may_depend_on_is_packed_apart() -> None:
    fits = [
        fit_of({"units": 3, "rate": 0.1}, budget=2),
        fit_of({"units": 3, "rate": 0.1}, budget=3),
        fit_of({"units": 3, "rate": 0.1}, budget=3, resume_from="rung"),
        fit_of({"units": 3, "rate": 1}, budget=3),
    ]
    assert len(ModelFit("jax").pack(fits, problem_for("plain:build"))) == len(fits)


SPACE = {
    "num_layers": [1, 2],
    "units_0": 32,
    "units_1": {"value": 64, "when": {"num_layers": [2]}},
    "activation": ["relu", "tanh"],
    "dropout": False,
    "lr": {"low": 1e-3, "high": 1e-2, "log": True},
    "epochs": 2,
}
ONE_LAYER = {name: value for name, value in SPACE.items() if name != "units_1"} | {"num_layers": 1}


def results_of(
    bench: Bench, workers: Workers, monkeypatch: pytest.MonkeyPatch, **document: Any
) -> list[Result]:
    """The results of a sweep of the guide's layers, trained in a worker."""
    monkeypatch.setattr(parts, "trainer_for", trainer_for)
    given = {"task": "penguins", "model": "getting_started:build_layers", "folder": WRITTEN}
    sweep = read_sweep({"space": SPACE, "trainer": "keras", **given, **document})
    summary = bench.run(sweep, executor=workers.on("jax"))
    assert summary.ending == "finished"
    results = bench.results(summary.sweep_id)
    assert all(result.error is None for result in results), results
    assert all(result.trainer == "keras" for result in results)
    return results


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["random", "optuna"])
def test_a_search_of_models(
    workers: Workers, bench: Bench, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    search = {"backend": backend, "trials": 3}
    results = results_of(bench, workers, monkeypatch, search=search)
    assert len({result.score for result in results}) > 1 or len(results) == 3
    for result in results:
        deep = result.trial.config["num_layers"] == 2
        assert result.metrics["parameters"] == (32 * 5 + 33 * 64 + 65 * 3 if deep else 259)
        assert ("units_1" in result.trial.config) == deep


def test_a_grid_of_models_with_folds(
    workers: Workers, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate = {"folds": 2, "metrics": ["f1"]}
    objective = {"metric": "val_f1", "goal": "maximize"}
    space = {**ONE_LAYER, "lr": [0.001, 0.01], "activation": "relu"}
    results = results_of(
        bench, workers, monkeypatch, space=space, objective=objective, evaluate=evaluate
    )
    assert [result.trial.config["lr"] for result in results] == [0.001, 0.01]
    for result in results:
        assert result.score == pytest.approx(sum(p.metrics["val_f1"] for p in result.parts) / 2)


@pytest.mark.slow
def test_hyperband_goes_on_from_checkpoints(
    workers: Workers, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A promoted model's history is its parent's, and goes on as one that was never broken off."""
    search = {"backend": "hyperband", "factor": 3}
    space = {**ONE_LAYER, "epochs": 3}
    results = results_of(bench, workers, monkeypatch, search=search, space=space)
    promoted = [result for result in results if result.trial.parent is not None]
    assert promoted
    for result in promoted:
        (parent,) = (one for one in results if one.trial.number == result.trial.parent)
        before = len(parent.history["loss"])
        assert result.history["loss"][:before] == parent.history["loss"]
        assert len(result.history["loss"]) == result.trial.budget == 3
        unbroken = workers.train(
            fit_of(result.trial.config, seed=_seed(result)),
            problem_for("getting_started:build_layers"),
        )
        assert result.history == unbroken.history


def _seed(result: Result) -> int:
    from sweeps.draws import fit_seed

    identity = problem_for("getting_started:build_layers").subject.read(result.trial.config)
    return fit_seed(0, identity.identity, 0, 0)
