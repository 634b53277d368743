"""What a function of the user's wants to be given, told by the names of its parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal

from sweeps.user_code.user_code import UserCodeError

Taken = Literal["config", "trial"]
TAKEN: tuple[Taken, ...] = ("config", "trial")
OFFERED = ("data", "seed")
"""What a function is given besides, where it has parameters of these names."""

WAY_OUT = "write `def objective(config)`, with `data` and `seed` as further parameters if wanted"


def takes(function: Callable[..., Any]) -> Taken:
    """What the first argument is: an Optuna trial where the parameter is called so."""
    parameters = _parameters(function)
    return "trial" if parameters and parameters[0].name == "trial" else "config"


def wanted(function: Callable[..., Any], path: str) -> list[str]:
    """Those of OFFERED that the function has parameters for.

    Raises UserCodeError for a function that takes nothing, or that needs what is not offered.
    """
    parameters = _parameters(function)
    if parameters is None:
        return []
    if not parameters or parameters[0].kind in _NOT_FIRST:
        raise UserCodeError(f"{path}: it takes no configuration; {WAY_OUT}")
    for parameter in parameters[1:]:
        if not _is_given(parameter) and not _may_be_left_out(parameter):
            raise UserCodeError(
                f"{path}: nothing is known to give to its parameter {parameter.name!r}; {WAY_OUT}"
            )
    return [parameter.name for parameter in parameters[1:] if _is_given(parameter)]


_NOT_FIRST = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)
_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_OPEN = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter] | None:
    """None where they cannot be known: functions written in C."""
    try:
        return list(inspect.signature(function).parameters.values())
    except ValueError:
        return None


def _is_given(parameter: inspect.Parameter) -> bool:
    return parameter.name in OFFERED and parameter.kind in _BY_NAME


def _may_be_left_out(parameter: inspect.Parameter) -> bool:
    return parameter.kind in _OPEN or parameter.default is not inspect.Parameter.empty
