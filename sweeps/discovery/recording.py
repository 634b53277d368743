"""KerasTuner's hyperparameters as plain data; runs in a process of its own, beside user code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sweeps.discovery.asked import Asked, Value
from sweeps.discovery.asking_fit import ask_fit
from sweeps.user_code.user_code import UserCodeError, blamed, load

MOST_LISTED = 1000
"""Values of a range that a space has no other words for, such as powers with a factor."""


def recorded(path: str, folder: str) -> Callable[[Mapping[str, Value]], list[Asked]]:
    """Runs the function or hypermodel at `path` with given values; returns what it asked for.

    Raises UserCodeError for whatever the user's code raises.
    """
    hypermodel, build = _builder(load(path, folder), path)

    def run(values: Mapping[str, Value]) -> list[Asked]:
        import keras
        import keras_tuner

        asked = keras_tuner.HyperParameters()
        asked.values.update(values)
        told = f" with {', '.join(f'{n}={v!r}' for n, v in values.items())}" if values else ""
        with blamed(f"{path}{told}"):
            model = build(asked)
        ask_fit(hypermodel, asked, model)
        keras.utils.clear_session()
        return [_asked(one, asked) for one in asked.space if asked.is_active(one)]

    return run


def _builder(found: Any, path: str) -> tuple[Any, Callable[[Any], Any]]:
    """What builds, and how: the function itself, or a hypermodel and its `build`."""
    made = found
    if isinstance(found, type):
        with blamed(path):
            made = found()
    build = getattr(made, "build", made)
    if not callable(build):
        raise UserCodeError(f"{path}: a {type(found).__name__} is no function that builds a model")
    return made, build


def _asked(one: Any, given: Any) -> Asked:
    when = {
        condition.name: tuple(condition.values)
        for condition in one.conditions
        if hasattr(condition, "values")
    }
    value = given.values[one.name]
    written, values, complete = _WRITTEN[type(one).__name__](one)
    others = tuple(other for other in values if other != value or type(other) is not type(value))
    return Asked(one.name, written, value, others, complete, when)


Told = tuple[dict[str, Any], list[Value], bool]
"""What a sweep file says, values worth trying, and whether these are all there are."""


def _choice(one: Any) -> Told:
    return {"choices": list(one.values)}, list(one.values), True


def _boolean(one: Any) -> Told:  # noqa: ARG001
    return {"choices": [False, True]}, [False, True], True


def _fixed(one: Any) -> Told:
    return {"value": one.value}, [], True


def _whole(one: Any) -> Told:
    if one.sampling == "log" and one.step is not None:
        return _listed(_powers(one.min_value, one.max_value, one.step), int)
    step = one.step or 1
    values = range(one.min_value, one.max_value + 1, step)
    written = {"low": one.min_value, "high": values[-1]}
    if one.min_value == values[-1]:
        return {"value": one.min_value}, [], True
    if one.sampling == "log":
        written["log"] = True
    elif step != 1:
        written["step"] = step
    few = len(values) <= MOST_LISTED
    return written, list(values) if few else [values[0], values[len(values) // 2], values[-1]], few


def _real(one: Any) -> Told:
    low, high = float(one.min_value), float(one.max_value)
    if one.sampling == "log" and one.step is not None:
        return _listed(_powers(low, high, one.step), float)
    if low == high:
        return {"value": low}, [], True
    written: dict[str, Any] = {"low": low, "high": high}
    if one.sampling == "log":
        written["log"] = True
    elif one.step is not None:
        steps = int((high - low) / one.step + 1e-8)
        return _listed([low + number * one.step for number in range(steps + 1)], float)
    return written, [low, high], False


def _powers(low: float, high: float, factor: float) -> list[float]:
    """From `low` by factors to `high` at most, which rounding may not keep out."""
    values = [low]
    while values[-1] * factor <= high * (1 + 1e-8) and len(values) <= MOST_LISTED:
        values.append(values[-1] * factor)
    return values


def _listed(values: list[float], kind: type) -> Told:
    if len(values) > MOST_LISTED:
        raise UserCodeError(f"a range has more than {MOST_LISTED} steps; write it in `space`")
    listed = [kind(value) for value in values]
    return {"choices": listed}, listed, True


_WRITTEN: Mapping[str, Callable[[Any], Told]] = {
    "Choice": _choice,
    "Boolean": _boolean,
    "Fixed": _fixed,
    "Int": _whole,
    "Float": _real,
}
