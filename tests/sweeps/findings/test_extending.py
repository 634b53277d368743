from __future__ import annotations

from typing import Any

import pytest

from sweeps.findings.extending import Side, extended
from tests.sweeps.findings.observations import sweep_of


@pytest.mark.parametrize(
    ("domain", "side", "bound"),
    [
        ({"low": 8, "high": 128}, "high", 256),
        ({"low": 8, "high": 128}, "low", 4),
        ({"low": 8, "high": 128, "step": 8}, "high", 256),
        ({"low": 16, "high": 128, "log": True}, "high", 256),
        ({"low": 1, "high": 128}, "low", None),
        ([8, 16, 32], "high", 64),
        ([8, 16, 32], "low", 4),
        ([32, 8, 16], "high", 64),
        ([10, 20, 30], "high", 40),
        ([10, 20, 30], "low", None),
    ],
)
def test_widths(domain: Any, side: Side, bound: int | None) -> None:
    assert extended(sweep_of({"width": domain}), "width", side) == bound


@pytest.mark.parametrize(
    ("domain", "side", "bound"),
    [
        ({"low": 1e-4, "high": 1e-1, "log": True}, "low", 1e-5),
        ({"low": 1e-4, "high": 1e-1, "log": True}, "high", 1.0),
        ({"low": 1e-3, "high": 1e-2, "log": True}, "high", 2e-2),
    ],
)
def test_rates(domain: Any, side: Side, bound: float) -> None:
    sweep = sweep_of({"width": 32, "learning_rate": domain})
    assert extended(sweep, "learning_rate", side) == pytest.approx(bound)


def test_what_has_an_end_of_its_own() -> None:
    stepped = sweep_of({"width": 32, "dropout": {"low": 0.0, "high": 0.6, "step": 0.1}})
    assert extended(stepped, "dropout", "high") == 0.8
    assert extended(stepped, "dropout", "low") is None
    whole = sweep_of({"width": 32, "ratio": {"low": 0.5, "high": 1.0}, "layer_count": 2})
    assert extended(whole, "ratio", "low") == 0.25


def test_parameters_of_kinds_and_words() -> None:
    decay = {"step": {"drop": 0.5, "every_epochs": {"low": 2, "high": 20, "step": 2}}}
    sweep = sweep_of({"width": 32, "decay": decay, "activation": ["relu", "tanh"]})
    assert extended(sweep, "decay.step.every_epochs", "high") == 40
    assert extended(sweep, "activation", "high") is None
    assert extended(sweep, "nothing", "high") is None
