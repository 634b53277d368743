"""Races for tests: small, and with made-up losses."""

from __future__ import annotations

from typing import Any

from sweeps.race.race import Race
from sweeps.reading.sweep import read_sweep

SPACE = {
    "layer_count": {"low": 1, "high": 3},
    "width": {"low": 4, "high": 256, "log": True},
    "activation": ["relu", "tanh"],
    "learning_rate": {"low": 1e-4, "high": 1e-1, "log": True},
    "dropout": {"low": 0.0, "high": 0.5, "when": {"layer_count": [2, 3]}},
    "epochs": 9,
}
ALL = ("grid", "random", "hyperband", "optuna")


def document(**other: Any) -> dict[str, Any]:
    given = {
        "task": "penguins",
        "space": SPACE,
        "search": {"backend": "random", "trials": 12},
        "objective": {"metric": "val_loss", "goal": "minimize"},
    }
    return dict(read_sweep({**given, **other}).document)


def race(
    backends: tuple[str, ...] = ALL, repeats: int = 2, epochs: int = 108, **other: Any
) -> Race:
    return Race("r-test22", "tiny race", backends, repeats, epochs, 1_000, document(**other))
