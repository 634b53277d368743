"""KerasTuner's `hp` with the values of a trial. It is asked in a worker, where Keras is loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sweeps.executors.raised import RemoteError
from sweeps.trainers.models.hyperparameters import hyperparameters, never_asked_for
from tests.sweeps.trainers.models.workers import Workers


def asked(build: Callable[[Any], Any], config: dict[str, Any]) -> tuple[Any, list[str]]:
    """What a function makes of `hp`, and what it never asked for; runs in a worker."""
    hp = hyperparameters(config)
    return build(hp), never_asked_for(hp, config)


def every_kind(hp: Any) -> dict[str, Any]:
    made = {
        "units": hp.Int("units", 8, 64, step=8),
        "rate": hp.Float("rate", 1e-4, 1e-1, sampling="log"),
        "name": hp.Choice("name", ["relu", "tanh"]),
        "size": hp.Choice("size", [16, 32]),
        "bias": hp.Boolean("bias"),
        "kind": hp.Fixed("kind", "dense"),
    }
    assert hp.get("units") == hp["units"] == hp.values["units"] == made["units"]
    assert "units" in hp
    assert "width" not in hp
    return made


EVERY = {"units": 16, "rate": 1, "name": "tanh", "size": 32, "bias": True}


def test_values_are_the_configurations(workers: Workers) -> None:
    config = {**EVERY, "rate": 0.05}
    made, idle = workers.call("jax", asked, every_kind, {**config, "epochs": 3, "other": 1})
    assert made == {**config, "kind": "dense"}
    assert idle == ["other"], "epochs and batch sizes mean something to the trainer"


def test_whole_numbers_may_be_written_with_a_point_and_bounds_be_rounded(workers: Workers) -> None:
    config = {**EVERY, "units": 16.0, "rate": 0.1 + 1e-12}
    made, _ = workers.call("jax", asked, every_kind, config)
    assert isinstance(made["units"], int)
    assert made["rate"] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"units": True}, "hp.Int('units') asks for whole numbers from 8 to 64, but the space"),
        ({"units": "16"}, "but the space gives '16'"),
        ({"units": 16.5}, "but the space gives 16.5"),
        (
            {"rate": 1},
            "hp.Float('rate') asks for numbers from 0.0001 to 0.1, but the space gives 1",
        ),
        ({"size": 64}, "hp.Choice('size') asks for one of 16, 32, but the space gives 64"),
        ({"bias": 0}, "hp.Boolean('bias') asks for true or false, but the space gives 0"),
        ({"kind": "conv"}, "hp.Fixed('kind') asks for 'dense', but the space gives 'conv'"),
    ],
)
def test_values_that_the_code_does_not_ask_for(
    workers: Workers, changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(RemoteError) as raised:
        workers.call("jax", asked, every_kind, {**EVERY, "rate": 0.05, **changed})
    assert message in str(raised.value)


def scoped(hp: Any) -> dict[str, Any]:
    """Both of KerasTuner's scopes, after its documentation."""
    made = {"kind": hp.Choice("kind", ["mlp", "cnn"])}
    with hp.conditional_scope("kind", ["mlp"]):
        made["units"] = hp.Int("units", 8, 64)
    with hp.conditional_scope("kind", ["cnn"]):
        made["filters"] = hp.Int("filters", 1, 8)
    made["size"] = hp.Int("size", 1, 3, parent_name="kind", parent_values=["cnn"])
    with hp.name_scope("head"):
        made["rate"] = hp.Float("rate", 0.0, 0.5)
        with hp.name_scope("last"):
            made["last"] = hp.Boolean("bias")
    return made


def test_scopes(workers: Workers) -> None:
    config = {"kind": "cnn", "filters": 4, "size": 3, "head/rate": 0.25, "head/last/bias": True}
    made, idle = workers.call("jax", asked, scoped, config)
    assert made == {
        "kind": "cnn",
        "units": None,
        "filters": 4,
        "size": 3,
        "rate": 0.25,
        "last": True,
    }
    assert idle == []


def test_inactive_parameters_need_no_value_and_have_none(workers: Workers) -> None:
    config = {"kind": "mlp", "units": 8, "filters": 4, "head/rate": 0.0, "head/last/bias": False}
    made, _ = workers.call("jax", asked, scoped, config)
    assert (made["units"], made["filters"], made["size"]) == (8, None, None)


@pytest.mark.parametrize("missing", ["units", "head/rate", "head/last/bias"])
def test_a_parameter_that_is_missing_is_named_with_its_scope(
    workers: Workers, missing: str
) -> None:
    config = {"kind": "mlp", "units": 8, "head/rate": 0.0, "head/last/bias": False}
    del config[missing]
    with pytest.raises(RemoteError, match=f"but the space has no '{missing}'; "):
        workers.call("jax", asked, scoped, config)


def twice(hp: Any) -> list[Any]:
    """One name under two conditions, and asked for again without any."""
    kind = hp.Choice("kind", ["a", "b"])
    first = hp.Int("units", 1, 4, parent_name="kind", parent_values=["a"])
    second = hp.Int("units", 5, 8, parent_name="kind", parent_values=["b"])
    return [kind, first, second, hp.Choice("kind", ["a", "b"])]


def test_one_name_under_two_conditions(workers: Workers) -> None:
    assert workers.call("jax", asked, twice, {"kind": "a", "units": 2})[0] == ["a", 2, None, "a"]
    assert workers.call("jax", asked, twice, {"kind": "b", "units": 7})[0] == ["b", None, 7, "b"]
