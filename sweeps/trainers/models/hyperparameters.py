"""KerasTuner's `hp` with the values of a trial: what a function asks for, the sweep has decided."""

from __future__ import annotations

from functools import cache
from typing import Any

from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.trial import Config, Value
from sweeps.user_code.user_code import UserCodeError

ROUNDING = 1e-9
"""How far beyond a bound rounding may bring a value, as a share of the bound."""


def hyperparameters(config: Config) -> Any:
    """A `keras_tuner.HyperParameters` whose values are the configuration's.

    What it was asked for stands in its `space`, with the conditions, as ever. Asking raises
    UserCodeError for a parameter that the configuration does not have, and for a value that is not
    among those asked for; `hp.Fixed` needs none. Only what is active needs a value.
    """
    return _kind()(config)


def never_asked_for(hp: Any, config: Config) -> list[str]:
    """The parameters of a configuration that nobody has asked `hp` for; they change nothing."""
    if hp is None:
        return []
    asked = {one.name for one in hp.space}
    return [name for name in config if name not in asked and name not in ("epochs", "batch_size")]


@cache
def _kind() -> type[Any]:
    import keras_tuner

    class Decided(keras_tuner.HyperParameters):  # type: ignore[misc]
        def __init__(self, config: Config) -> None:
            super().__init__()
            self.values = dict(config)

        def _register(self, hyperparameter: Any, overwrite: bool = False) -> Any:  # noqa: ARG002
            if self.is_active(hyperparameter):
                self._decide(hyperparameter)
            # Without overwriting, whatever was asked: the sweep's values are not to be replaced.
            return super()._register(hyperparameter)

        def _decide(self, asked: Any) -> None:
            name, kind = asked.name, type(asked).__name__
            if name in self.values:
                self.values[name] = _admitted(asked, self.values[name])
            elif kind != "Fixed":
                raise UserCodeError(
                    f"hp.{kind}({name!r}) is asked for, but the space has no {name!r}; "
                    f"{suggestion(name, tuple(self.values))}"
                )

    return Decided


def _admitted(asked: Any, value: Value) -> Any:
    """The value as the code expects it; UserCodeError when it is none that was asked for."""
    kind = type(asked).__name__
    if kind in ("Int", "Float"):
        return _number(asked, value, kind)
    if kind not in ("Choice", "Boolean", "Fixed"):
        return value
    for one in asked.values:
        if one == value and isinstance(one, bool) == isinstance(value, bool):
            return one
    if kind == "Boolean":
        raise _misfit(asked, value, "true or false")
    listed = ", ".join(shown(one) for one in asked.values)
    raise _misfit(asked, value, f"one of {listed}" if kind == "Choice" else listed)


def _number(asked: Any, value: Value, kind: str) -> float | int:
    low, high = asked.min_value, asked.max_value
    wanted = f"{'whole numbers' if kind == 'Int' else 'numbers'} from {low:g} to {high:g}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _misfit(asked, value, wanted)
    slack = ROUNDING * max(abs(low), abs(high))
    if not low - slack <= value <= high + slack or (kind == "Int" and int(value) != value):
        raise _misfit(asked, value, wanted)
    return int(value) if kind == "Int" else float(value)


def _misfit(asked: Any, value: Value, wanted: str) -> UserCodeError:
    call = f"hp.{type(asked).__name__}({asked.name!r})"
    return UserCodeError(f"{call} asks for {wanted}, but the space gives {shown(value)}")
