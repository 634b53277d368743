"""Random configurations of a random program: everything that a recipe may say, in any company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from sweeps.tasks.task import Head
from tests.sweeps.trainers.fused.examples import Config


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
