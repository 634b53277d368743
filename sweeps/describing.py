"""Sweeps described in Python, with the names of a sweep file as arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sweeps.plain_data import DEEPEST
from sweeps.reading import read_sweep
from sweeps.sweep import Sweep
from sweeps.sweep_file import load_sweep

Section = str | Mapping[str, Any]


def define(
    *,
    task: Section,
    space: Mapping[str, Any],
    search: Section = "grid",
    name: str | None = None,
    objective: Section | None = None,
    evaluate: Mapping[str, Any] | None = None,
    budget: Mapping[str, Any] | None = None,
    trainer: str = "auto",
    seed: int = 0,
    constraints: Mapping[str, str] | None = None,
) -> Sweep:
    """The sweep that a file with these keys describes. NumPy's numbers are taken as Python's.

    Raises SpaceError that names the key and what is wrong with its value.
    """
    given = {
        "name": name,
        "task": task,
        "search": search,
        "objective": objective,
        "evaluate": evaluate,
        "budget": budget,
        "trainer": trainer,
        "seed": seed,
        "space": space,
        "constraints": constraints,
    }
    return read_sweep({key: _pure(value) for key, value in given.items() if value is not None})


def _pure(value: Any, depth: int = 0) -> Any:
    """Arrays as lists and their numbers as Python's own; nothing is followed without end."""
    if depth > DEEPEST:
        return value
    if isinstance(value, Mapping):
        return {key: _pure(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_pure(inner, depth + 1) for inner in value]
    return value.tolist() if hasattr(value, "tolist") else value


def load(file: str | Path, overrides: Sequence[str] = ()) -> Sweep:
    """The sweep in a YAML file, with `search.trials=50` overrides. Raises SweepFileError."""
    return load_sweep(Path(file), overrides)
