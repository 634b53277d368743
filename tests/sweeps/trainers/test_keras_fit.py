from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sweeps.draws import dropout_seed, initial_weights, row_order
from sweeps.problem import Problem
from sweeps.recipe import Recipe
from sweeps.tasks.inputs import is_sparse
from sweeps.tasks.task import Inputs, Part, head_of
from sweeps.trainers import program, time_limit
from sweeps.trainers.keras_fit import KerasFit
from sweeps.trainers.network import Blueprint, model_of
from sweeps.trainers.program import Program, program_for
from sweeps.trainers.tensorflow_import import load
from sweeps.trainers.trainer import Pack, Progress
from tests.sweeps.tiny_task import TinyTask
from tests.sweeps.trainers.contract import TrainerContract
from tests.sweeps.trainers.contract_limits import Clock
from tests.sweeps.trainers.fitting import DEEP, fit_of, problem_on
from tests.sweeps.trainers.fused.tasks import CountedWords, HeadTask, Pairs, WeighedRows, Words

SEED = 3
ROWS, BATCH, EPOCHS = 35, 8, 3
STEPS = 5

PENALISED = {
    "width.layers": "11-7",
    "regularizers.layer_1.kernel_l1": 0.01,
    "regularizers.layer_1.activity_l2": 0.02,
    "regularizers.layer_2.kernel_l2": 0.03,
    "regularizers.layer_2.activity_l1": 0.04,
}
RESTARTS = {
    "decay": "cosine_restarts",
    "decay.cosine_restarts.first_decay_steps": 4,
    "decay.cosine_restarts.peak_multiplier": 0.5,
}


def schedules(keras: Any) -> dict[str, tuple[dict[str, Any], Any]]:
    """Our configuration, and the learning rate that a Keras user would write for it."""
    kinds = keras.optimizers.schedules
    exponential = {"decay.exponential.rate": 0.5, "decay.exponential.every_epochs": 2}
    step = {"decay.step.drop": 0.5, "decay.step.every_epochs": 2}
    return {
        "constant": ({}, 0.02),
        "cosine": ({"decay": "cosine"}, kinds.CosineDecay(0.02, EPOCHS * STEPS)),
        "restarts": (RESTARTS, kinds.CosineDecayRestarts(0.02, 4, m_mul=0.5)),
        "exponential": (
            {"decay": "exponential", **exponential},
            kinds.ExponentialDecay(0.02, 2 * STEPS, 0.5),
        ),
        "step": (
            {"decay": "step", **step},
            kinds.ExponentialDecay(0.02, 2 * STEPS, 0.5, staircase=True),
        ),
    }


def fitted_by_keras(
    recipe: Recipe, problem: Problem, optimizer: Any
) -> tuple[Any, dict[str, list[float]]]:
    """The same network, trained by `model.fit` on the same rows in the same order."""
    _, keras = load()
    task, data = problem.task, problem.data(0, 0)
    features = data.train.x.shape[1]
    model = model_of(Blueprint.of(recipe, features, task.outputs, head_of(task)))
    hidden = [layer.units for layer in recipe.layers]
    model.set_weights(initial_weights(SEED, features, hidden, task.outputs, recipe.initializer))
    masks = [layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    for position, layer in enumerate(masks):
        layer.seed_generator.state.assign([dropout_seed(SEED, position), 0])
    losses = {
        "softmax": "sparse_categorical_crossentropy",
        "sigmoid": "binary_crossentropy",
        "linear": "mse",
    }
    measure = "accuracy" if task.kind == "classification" else "mae"
    model.compile(optimizer, losses[head_of(task)], metrics=[measure])
    history: dict[str, list[float]] = {}
    assert data.val is not None
    for epoch in range(EPOCHS):
        order = row_order(SEED, epoch, ROWS)
        weights = data.train.weights
        said = model.fit(
            numbers(data.train.x)[order],
            data.train.y[order],
            sample_weight=None if weights is None else weights[order],
            batch_size=BATCH,
            shuffle=False,
            verbose=0,
            validation_data=(numbers(data.val.x), data.val.y),
        )
        for name, values in said.history.items():
            history.setdefault(name, []).extend(values)
    return model, history


def numbers(x: Inputs) -> Any:
    return x.toarray() if is_sparse(x) else x


def hold_against_keras(config: dict[str, Any], optimizer: Any, task: TinyTask) -> None:
    config = {"learning_rate": 0.02, "batch_size": BATCH, "epochs": EPOCHS, **config}
    problem = problem_on("val_loss", task)
    recipe = Recipe.read(config)
    model, history = fitted_by_keras(recipe, problem, optimizer)
    (outcome,) = KerasFit().train(Pack((fit_of(config, seed=SEED),)), problem, None)
    assert outcome.error is None
    assert outcome.history.keys() == history.keys() | {"learning_rate"}
    for name, values in history.items():
        assert outcome.history[name] == pytest.approx(values, rel=1e-5, abs=1e-6), name
    data = problem.data(0, 0)
    with program_for(Blueprint.on(recipe, data.train, task.outputs, head_of(task))) as kept:
        for ours, theirs in zip(kept.weights(), model.get_weights(), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)
    parts: dict[str, Part | None] = {"train": data.train, "val": data.val, "test": data.test}
    for split, part in parts.items():
        assert part is not None
        judged = model.evaluate(
            numbers(part.x), part.y, verbose=0, return_dict=True, batch_size=BATCH
        )
        for name, value in judged.items():
            assert outcome.metrics[f"{split}_{name}"] == pytest.approx(value, rel=1e-5), name


class TestKerasFit(TrainerContract):
    trainer = KerasFit()

    @pytest.mark.parametrize("decay", ["constant", "cosine", "restarts", "exponential", "step"])
    def test_equals_model_fit_with_every_decay_and_penalty(self, decay: str) -> None:
        _, keras = load()
        settings, rate = schedules(keras)[decay]
        hold_against_keras({**PENALISED, **settings}, keras.optimizers.Adam(rate), TinyTask())

    @pytest.mark.parametrize("kind", ["adamw", "sgd", "rmsprop", "adagrad"])
    def test_equals_model_fit_with_every_optimizer_and_dropout(self, kind: str) -> None:
        _, keras = load()
        optimizers = {
            "adamw": keras.optimizers.AdamW(0.02, weight_decay=0.3),
            "sgd": keras.optimizers.SGD(0.02, momentum=0.8, nesterov=True),
            "rmsprop": keras.optimizers.RMSprop(0.02, rho=0.8, momentum=0.1),
            "adagrad": keras.optimizers.Adagrad(0.02, initial_accumulator_value=0.2),
        }
        settings = {
            "adamw": {"weight_decay": 0.3},
            "sgd": {"momentum": 0.8, "nesterov": True},
            "rmsprop": {"rho": 0.8, "momentum": 0.1},
            "adagrad": {"initial_accumulator_value": 0.2},
        }[kind]
        named = {f"optimizer.{kind}.{name}": value for name, value in settings.items()}
        activation = {"adamw": "tanh", "sgd": "gelu", "rmsprop": "selu", "adagrad": "swish"}[kind]
        config = {"width.layers": "11-7", "dropout": 0.4, "activation": activation}
        hold_against_keras({**config, "optimizer": kind, **named}, optimizers[kind], TinyTask())

    def test_time_to_trace_is_not_counted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock, steps = Clock(), Program._steps

        def slowly(*arguments: Any) -> Any:
            clock.now += 100.0
            return steps(*arguments)

        monkeypatch.setattr(Program, "_steps", slowly)
        monkeypatch.setattr(time_limit, "clock", clock)
        fit = fit_of({"width.layers": "13-5", "epochs": 9}, seconds=4.5)
        (outcome,) = KerasFit().train(Pack((fit,)), problem_on(), Progress(clock.epoch))
        assert clock.now > 100.0
        assert outcome.error is not None
        assert outcome.error.message == "took longer than 4.5 s; 5 of 9 epochs were trained"

    @pytest.mark.parametrize(
        ("kind", "reason"),
        [("ResourceExhaustedError", "out_of_memory"), ("InternalError", "crashed")],
    )
    def test_what_tensorflow_raises_is_an_outcome(
        self, kind: str, reason: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tf, _ = load()

        def raising(*_: Any) -> Any:
            raise getattr(tf.errors, kind)(None, None, "OOM when allocating tensor")

        monkeypatch.setattr(Program, "train_epoch", raising)
        outcome = self.train(fit_of(DEEP))
        assert outcome.error is not None
        assert outcome.error.reason == reason
        assert outcome.error.message.startswith(f"{kind}: OOM when allocating tensor")
        assert "in raising" in outcome.error.traceback

    def test_equals_model_fit_on_a_regression(self) -> None:
        _, keras = load()
        config = {"layer_count": 1, "width": 6}
        hold_against_keras(config, keras.optimizers.Adam(0.02), TinyTask(kind="regression"))

    @pytest.mark.parametrize(
        "task",
        [
            Words(head="sigmoid"),
            CountedWords(),
            WeighedRows(),
            WeighedRows(head="sigmoid"),
            WeighedRows(kind="regression", head="linear"),
            Pairs(kind="regression", head="linear"),
        ],
        ids=lambda task: f"{type(task).__name__}, {task.head}",
    )
    def test_equals_model_fit_on_other_rows(
        self, task: HeadTask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, keras = load()
        monkeypatch.setattr(program, "MOST_NUMBERS", 10 * task.rows(0).x_train.shape[1])
        config = {"layer_count": 1, "width": 6, "regularizers.kernel_l2": 0.01}
        hold_against_keras(config, keras.optimizers.Adam(0.02), task)
