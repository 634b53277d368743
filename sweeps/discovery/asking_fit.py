"""A hypermodel's own `fit` asks for hyperparameters too: it is run up to where training begins."""

from __future__ import annotations

import inspect
from typing import Any, NoReturn


class TrainingBeginsError(Exception):
    """`model.fit` was called: what is asked for before it has been recorded."""


def ask_fit(hypermodel: Any, hp: Any, model: Any) -> None:
    """Call the hypermodel's own `fit`, where it has one, with a model that does not train.

    There are no rows. A `fit` that needs them goes only as far as it gets without, and what it
    would have asked for after that is named when the first trial asks for it.
    """
    own = getattr(type(hypermodel), "fit", None)
    if own is None or own.__module__.startswith("keras_tuner.") or model is None:
        return
    model.fit = _refuse_to_train
    try:
        hypermodel.fit(hp, model, **_needed(hypermodel.fit))
    except (Exception, SystemExit):  # noqa: BLE001 - there were no rows
        return


def _refuse_to_train(*_: Any, **__: Any) -> NoReturn:
    raise TrainingBeginsError


def _needed(fit: Any) -> dict[str, None]:
    """Nothing for each parameter, after `hp` and the model, that it cannot be called without."""
    _, _, *others = inspect.signature(fit).parameters.values()
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {
        one.name: None
        for one in others
        if one.kind in named and one.default is inspect.Parameter.empty
    }
