"""One configuration for each option of a recipe, few enough programs, and random ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from sweeps.tasks.task import Head

Config = Mapping[str, Any]

SMALL = {"layer_count": 2, "width": 9, "batch_size": 8, "learning_rate": 0.02, "epochs": 3}
STOPPING = {**SMALL, "learning_rate": 0.2, "epochs": 12, "early_stopping.patience": 2}

NAMED: Mapping[str, tuple[Head, Config]] = {
    "adam": ("softmax", SMALL),
    "adam's settings": (
        "softmax",
        {
            **SMALL,
            "optimizer.adam.beta_1": 0.8,
            "optimizer.adam.beta_2": 0.97,
            "optimizer.adam.epsilon": 1e-3,
        },
    ),
    "adamw": (
        "softmax",
        {**SMALL, "optimizer": "adamw", "optimizer.adamw.weight_decay": 0.3},
    ),
    "decay: step": (
        "softmax",
        {**SMALL, "decay": "step", "decay.step.drop": 0.3, "decay.step.every_epochs": 2},
    ),
    "decay: exponential": (
        "softmax",
        {
            **SMALL,
            "decay": "exponential",
            "decay.exponential.rate": 0.3,
            "decay.exponential.every_epochs": 2,
        },
    ),
    "decay: cosine": (
        "softmax",
        {**SMALL, "decay": "cosine", "decay.cosine.final_fraction": 0.1},
    ),
    "decay: cosine restarts": (
        "softmax",
        {
            **SMALL,
            "decay": "cosine_restarts",
            "decay.cosine_restarts.first_decay_steps": 4,
            "decay.cosine_restarts.peak_multiplier": 0.5,
        },
    ),
    "batches of 5": ("softmax", {**SMALL, "batch_size": 5}),
    "batches of 1": ("softmax", {**SMALL, "batch_size": 1}),
    "a batch larger than the data": ("softmax", {**SMALL, "batch_size": 1000}),
    "width by width": (
        "softmax",
        {"width.layers": "11-7", **{name: SMALL[name] for name in list(SMALL)[2:]}},
    ),
    "ratio": ("softmax", {**SMALL, "width": 16, "ratio": 0.5}),
    "stopping: on the loss": ("softmax", STOPPING),
    "stopping: min_delta": ("softmax", {**STOPPING, "early_stopping.min_delta": 0.05}),
    "stopping: on accuracy, restored": (
        "softmax",
        {**STOPPING, "early_stopping.monitor": "accuracy", "early_stopping.restore_best": True},
    ),
    "stopping: restored without stopping": (
        "softmax",
        {**STOPPING, "early_stopping.patience": 20, "early_stopping.restore_best": True},
    ),
    "depth 0, linear head": ("linear", {**SMALL, "layer_count": 0}),
    "tanh, depth 1, sgd": (
        "softmax",
        {**SMALL, "layer_count": 1, "activation": "tanh", "optimizer": "sgd"},
    ),
    "tanh, depth 1, momentum": (
        "softmax",
        {
            **SMALL,
            "layer_count": 1,
            "activation": "tanh",
            "optimizer": "sgd",
            "optimizer.sgd.momentum": 0.9,
        },
    ),
    "tanh, depth 1, nesterov": (
        "softmax",
        {
            **SMALL,
            "layer_count": 1,
            "activation": "tanh",
            "optimizer": "sgd",
            "optimizer.sgd.momentum": 0.8,
            "optimizer.sgd.nesterov": True,
        },
    ),
    "sigmoid, depth 3, rmsprop, sigmoid head": (
        "sigmoid",
        {**SMALL, "layer_count": 3, "activation": "sigmoid", "optimizer": "rmsprop"},
    ),
    "sigmoid, depth 3, rmsprop's settings, sigmoid head": (
        "sigmoid",
        {
            **SMALL,
            "layer_count": 3,
            "activation": "sigmoid",
            "optimizer": "rmsprop",
            "optimizer.rmsprop.rho": 0.8,
            "optimizer.rmsprop.momentum": 0.7,
            "optimizer.rmsprop.epsilon": 1e-4,
        },
    ),
    "elu, adagrad, linear head": (
        "linear",
        {
            **SMALL,
            "activation": "elu",
            "optimizer": "adagrad",
            "optimizer.adagrad.initial_accumulator_value": 0.2,
        },
    ),
    "selu, dropout, of a layer of one unit": (
        "softmax",
        {
            "width.layers": "1-7",
            **{name: SMALL[name] for name in list(SMALL)[2:]},
            "activation": "selu",
            "dropout.layer_1": 0.6,
            "dropout.layer_2": 0.2,
        },
    ),
    "gelu, penalties on kernels": (
        "softmax",
        {
            **SMALL,
            "activation": "gelu",
            "regularizers.layer_1.kernel_l1": 0.01,
            "regularizers.layer_2.kernel_l2": 0.03,
        },
    ),
    "softplus, penalties on activations": (
        "softmax",
        {
            **SMALL,
            "activation": "softplus",
            "regularizers.layer_1.activity_l2": 0.02,
            "regularizers.layer_2.activity_l1": 0.03,
        },
    ),
    "swish, all penalties, dropout": (
        "softmax",
        {
            **SMALL,
            "activation": "swish",
            "dropout": 0.4,
            **{
                f"regularizers.{part}_{norm}": 0.01
                for part in ("kernel", "activity")
                for norm in ("l1", "l2")
            },
        },
    ),
    **{f"depth {depth}": ("softmax", {**SMALL, "layer_count": depth}) for depth in range(4, 9)},
}


@st.composite
def programs(draw: st.DrawFn, activations: Sequence[str]) -> tuple[Head, dict[str, Any]]:
    """What shapes a program, at random: head, activation, optimizer, depth, what is penalised."""
    heads: list[Head] = ["linear", "sigmoid", "softmax"]
    return draw(st.sampled_from(heads)), {
        "activation": draw(st.sampled_from(activations)),
        "optimizer": draw(st.sampled_from(["rmsprop", "adagrad", "sgd", "adamw", "adam"])),
        "layer_count": draw(st.integers(0, 8)),
        "dropout": draw(st.booleans()),
        "kernel": draw(st.booleans()),
        "activity": draw(st.booleans()),
        "batches": draw(st.sampled_from([(4, 8), (9, 32), (33, 100)])),
    }


@st.composite
def members(draw: st.DrawFn, head: Head, program: Mapping[str, Any]) -> Config:
    """A configuration of that program, everything else at random.

    Rates are held where training does not explode, since chaos would amplify the rounding.
    """
    kind = program["optimizer"]
    depth = draw(st.integers(4, 8)) if program["layer_count"] > 3 else program["layer_count"]
    config: dict[str, Any] = {
        "optimizer": kind,
        "learning_rate": draw(_between(1e-6, 1e-5 if kind == "sgd" and head == "linear" else 0.02)),
        "batch_size": draw(st.integers(*program["batches"])),
        "epochs": 3,
        **draw(_settings(kind)),
        **draw(_decays()),
        **draw(_stopping("mae" if head == "linear" else "accuracy")),
    }
    if depth == 0:
        return {**config, "layer_count": 0}
    widths = draw(st.lists(st.integers(1, 12), min_size=depth, max_size=depth))
    config |= {"activation": program["activation"], "width.layers": "-".join(map(str, widths))}
    for layer in range(1, depth + 1):
        if program["dropout"]:
            config[f"dropout.layer_{layer}"] = draw(st.sampled_from([0.0, 0.2, 0.55]))
        for part in ("kernel", "activity"):
            if program[part]:
                norm = draw(st.sampled_from(["l1", "l2"]))
                strength = draw(st.sampled_from([0.0, 0.0003, 0.01]))
                config[f"regularizers.layer_{layer}.{part}_{norm}"] = strength
    return config


def _between(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, allow_subnormal=False)


def _settings(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    chosen: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "adam": {"beta_1": _between(0.5, 0.95), "beta_2": _between(0.9, 0.999)},
        "adamw": {"weight_decay": _between(0.0, 1.0), "epsilon": _between(1e-7, 1e-3)},
        "sgd": {"momentum": _between(0.0, 0.9), "nesterov": st.booleans()},
        "rmsprop": {"rho": _between(0.5, 0.95), "momentum": st.sampled_from([0.0, 0.6])},
        "adagrad": {"initial_accumulator_value": _between(0.05, 0.5)},
    }
    return st.fixed_dictionaries(
        {f"optimizer.{kind}.{name}": values for name, values in chosen[kind].items()}
    )


def _decays() -> st.SearchStrategy[dict[str, Any]]:
    few = st.integers(1, 3)
    kinds: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "constant": {},
        "step": {"drop": _between(0.2, 0.9), "every_epochs": few},
        "exponential": {"rate": _between(0.2, 0.9), "every_epochs": few},
        "cosine": {"final_fraction": _between(0.0, 0.5)},
        "cosine_restarts": {"first_decay_steps": few, "peak_multiplier": _between(0.5, 1.0)},
    }
    return st.one_of(
        [
            st.fixed_dictionaries(
                {"decay": st.just(kind)}
                | {f"decay.{kind}.{name}": values for name, values in settings.items()}
            )
            for kind, settings in kinds.items()
        ]
    )


def _stopping(measure: str) -> st.SearchStrategy[dict[str, Any]]:
    some = st.fixed_dictionaries(
        {
            "early_stopping.patience": st.integers(0, 2),
            "early_stopping.min_delta": st.sampled_from([0.0, 0.01]),
            "early_stopping.monitor": st.sampled_from(["loss", measure]),
            "early_stopping.restore_best": st.booleans(),
        }
    )
    return st.one_of(st.just({}), some)
