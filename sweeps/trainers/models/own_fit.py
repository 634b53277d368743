"""Trains a model by the `fit` of the KerasTuner hypermodel that built it."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sweeps.problem import Problem
from sweeps.trainers.models import past
from sweeps.trainers.models.batches import dense
from sweeps.trainers.models.member import Fitted
from sweeps.trainers.models.mishaps import failure_in
from sweeps.trainers.models.preparing import Prepared
from sweeps.trainers.models.single import failed, judged, watched_rows, watched_split
from sweeps.trainers.models.watching import Watch, callback, numbers
from sweeps.trainers.time_limit import TimeLimit
from sweeps.trainers.trainer import Progress
from sweeps.user_code.user_code import UserCodeError

SPLITS = ("train_", "val_", "test_")


def trained_by_their_fit(
    prepared: Prepared,
    problem: Problem,
    progress: Progress | None,
    limit: TimeLimit,
    callbacks: Sequence[Any] = (),
) -> Fitted:
    """What comes of the hypermodel's own `fit`, which decides on everything, row orders included.

    It is called with `hp`, the model, x and y, and with `validation_data`, `callbacks`, `verbose`
    and whatever else of `model.fit` it names. Epochs and batch size are those of the sweep wherever
    it does not pass others to `model.fit`. Figures that it returns, as KerasTuner allows, count
    before those that `evaluate` finds. There are no checkpoints: each fit begins at epoch 0.
    """
    started = time.perf_counter()
    member = prepared.member
    watch = Watch(member.fit, limit, progress, watched=watched_split(problem))
    watch.notes = past.begun_anew(member.fit, "a `fit` of its own leaves no checkpoint")
    returned: list[Any] = []

    def train() -> None:
        if watch.ends():
            return
        with limit.counting():
            returned.append(_called(prepared, problem, [*callbacks, callback(watch)]))

    failure = failure_in(train, member, problem)
    if failure is not None or watch.failure is not None:
        return failed(watch, started, failure or watch.failure)
    figures: list[Mapping[str, float]] = []
    failure = failure_in(lambda: figures.append(_figures(returned[0], problem)), member, problem)
    if failure is not None:
        return failed(watch, started, failure)
    fitted = judged(member, problem, watch, started)
    # A loop of their own need not tell callbacks how far it is.
    epochs = fitted.epochs or member.fit.budget
    return replace(fitted, figures={**fitted.figures, **figures[0]}, epochs=epochs)


def _called(prepared: Prepared, problem: Problem, callbacks: Sequence[Any]) -> Any:
    member, made = prepared.member, prepared.made
    assert made.own_fit is not None, "only hypermodels with a fit of their own are trained by it"
    train, watched = member.data.train, watched_rows(member, problem)
    offered: dict[str, Any] = {"callbacks": list(callbacks), "verbose": 0}
    if watched is not None:
        offered["validation_data"] = (dense(watched.x), watched.y)
    if train.weights is not None:
        offered["sample_weight"] = train.weights
    sizes = {"epochs": member.fit.budget, "batch_size": member.batch_size}
    model = member.model
    model.fit = _with_defaults(model.fit, sizes)
    given = _taken(made.own_fit, offered, sizes)
    return made.own_fit(made.hp, model, dense(train.x), train.y, **given)


def _with_defaults(fit: Callable[..., Any], sizes: Mapping[str, int]) -> Callable[..., Any]:
    """`model.fit` with the sweep's epochs and batch size, where it is called without."""

    def called(*args: Any, **kwargs: Any) -> Any:
        given = inspect.signature(fit).bind(*args, **kwargs).arguments
        arrays = isinstance(given.get("x"), np.ndarray)
        open_to = ("epochs", "batch_size") if arrays else ("epochs",)
        ours = {name: sizes[name] for name in open_to if name not in given}
        return fit(*args, **{**kwargs, **ours})

    return called


def _taken(
    fit: Callable[..., Any], offered: Mapping[str, Any], sizes: Mapping[str, int]
) -> dict[str, Any]:
    """What the function is given by name.

    Sizes only where it names them: passed on to `model.fit` beside those that it chooses itself,
    they would be given twice.
    """
    parameters = inspect.signature(fit).parameters
    takes_all = any(one.kind == one.VAR_KEYWORD for one in parameters.values())
    taken = {name: value for name, value in offered.items() if takes_all or name in parameters}
    return taken | {name: size for name, size in sizes.items() if name in parameters}


def _figures(returned: Any, problem: Problem) -> Mapping[str, float]:
    """What the function says of the model: nothing but a history, a number, or several by name."""
    if returned is None or hasattr(returned, "history"):
        return {}
    if isinstance(returned, Mapping):
        named = numbers(returned)
        return {n if n.startswith(SPLITS) else f"train_{n}": value for n, value in named.items()}
    if np.ndim(returned) == 0 and np.issubdtype(np.asarray(returned).dtype, np.number):
        return {problem.objective.metric: float(returned)}
    raise UserCodeError(
        f"fit returned a {type(returned).__name__}: KerasTuner knows a History, a number, or a "
        "mapping of names to numbers"
    )
