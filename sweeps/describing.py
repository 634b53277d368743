"""Sweeps described in Python, with the names of a sweep file as arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from search_spaces.values import shown
from sweeps.discovery.discover import completed
from sweeps.errors import SweepError
from sweeps.plain_data import DEEPEST
from sweeps.reading.sweep import read_sweep
from sweeps.reading.sweep_file import load_sweep
from sweeps.sweep import Sweep

Section = str | Mapping[str, Any]
Code = Section | Callable[..., Any]


def define(
    *,
    task: Section | None = None,
    space: Mapping[str, Any] | None = None,
    model: Code | None = None,
    estimator: Code | None = None,
    function: Code | None = None,
    folder: str | Path | None = None,
    search: Section = "grid",
    name: str | None = None,
    objective: Section | None = None,
    evaluate: Mapping[str, Any] | None = None,
    budget: Mapping[str, Any] | None = None,
    checkpoint: Section | None = None,
    notify: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    trainer: str = "auto",
    seed: int = 0,
    constraints: Mapping[str, str] | None = None,
) -> Sweep:
    """The sweep that a file with these keys describes. NumPy's numbers are taken as Python's.

    `model`, `estimator` and `function` may be the function or class itself where a worker can
    import it: one of a module, or of the script that is run. Modules and files are looked for in
    `folder`, by default the working folder.

    Raises SpaceError that names the key and what is wrong with its value.
    """
    given = {
        "name": name,
        "folder": None if folder is None else str(folder),
        "task": task,
        "model": _code(model, "model"),
        "estimator": _code(estimator, "estimator"),
        "function": _code(function, "function"),
        "search": search,
        "objective": objective,
        "evaluate": evaluate,
        "budget": budget,
        "checkpoint": checkpoint,
        "notify": notify,
        "trainer": trainer,
        "seed": seed,
        "space": space,
        "constraints": constraints,
    }
    pure = {key: _pure(value) for key, value in given.items() if value is not None}
    return read_sweep(completed(pure, ""))


def _code(given: Code | None, key: str) -> Any:
    """A function or class as `module:name`; anything else is left to be read as in a file."""
    if given is None or isinstance(given, str | Mapping):
        return given
    module, name = getattr(given, "__module__", None), getattr(given, "__qualname__", None)
    if module is None or name is None or "<" in name:
        way_out = "define it at the top of a module, or write `module:name`"
        raise SweepError(f"{shown(given)} cannot be found by a worker: {way_out}", (key,))
    return f"{module}:{name}"


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
