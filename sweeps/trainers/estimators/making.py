"""From what a sweep file names to an estimator of a fit's own."""

from __future__ import annotations

import inspect
from typing import Any

from sweeps.trial import Config
from sweeps.user_code.user_code import UserCodeError, blamed, load


def made(path: str, folder: str, config: Config) -> tuple[Any, dict[str, Any]]:
    """A fresh estimator, and the part of the configuration that is still to be set.

    An instance is cloned, a class is instantiated, a function is called. What a function has
    optional parameters for is given to it by name: it may build different pipelines for them.
    Raises UserCodeError for what is no estimator, or cannot be had without further arguments.
    """
    found = load(path, folder)
    rest = dict(config)
    with blamed(path):
        if inspect.isclass(found):
            estimator = found()
        elif _is_estimator(found):
            from sklearn.base import clone

            estimator = clone(found)
        elif callable(found):
            estimator = found(**{name: rest.pop(name) for name in _own(found) if name in rest})
        else:
            estimator = found
    if not _is_estimator(estimator):
        raise UserCodeError(
            f"{path} is a {type(estimator).__name__}, which is no estimator of scikit-learn's: "
            "it lacks fit, predict or set_params"
        )
    return estimator, rest


def _is_estimator(found: Any) -> bool:
    return all(hasattr(found, name) for name in ("fit", "predict", "set_params"))


def _own(function: Any) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [parameter.name for parameter in parameters if parameter.kind in by_name]
