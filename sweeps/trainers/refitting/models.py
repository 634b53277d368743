"""A user's model, trained by Keras's own fit and kept as a `.keras` file."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sweeps.chatter import without_chatter
from sweeps.problem import Problem
from sweeps.tasks.task import Data
from sweeps.trainers.models.backend_choice import backend_for
from sweeps.trainers.models.keras_import import load
from sweeps.trainers.models.member import Fitted
from sweeps.trainers.models.mishaps import own_code, path_of
from sweeps.trainers.models.outcomes import outcome_of
from sweeps.trainers.models.own_fit import trained_by_their_fit
from sweeps.trainers.models.preparing import Prepared, prepared
from sweeps.trainers.models.single import trained_alone
from sweeps.trainers.models.their_callbacks import callbacks_for
from sweeps.trainers.refitting.loading import ModelFileError, loaded_safely
from sweeps.trainers.refitting.refit import RefitError, Refitted, UnexportableError
from sweeps.trainers.time_limit import TimeLimit
from sweeps.trial import Failure, Fit
from sweeps.user_code.user_code import UserCodeError

FILE = "model.keras"
SPLITS = ("train_", "test_")


def refit(fit: Fit, problem: Problem, folder: Path) -> Refitted:
    """See `refitted`. Callbacks that watch a figure of validation rows are left out.

    A `fit` of the user's own that cannot do without validation rows is given the training rows for
    them: no others are left.
    """
    subject = own_code(problem)
    backend = backend_for(subject.choice.path, subject.folder, subject.choice.options.get("keras"))
    keras = load(backend)
    ready = prepared(keras, fit, problem)
    if isinstance(ready, Failure):
        raise RefitError(ready.message, ready.traceback)
    try:
        made = callbacks_for(keras, subject)
    except UserCodeError as error:
        raise RefitError(str(error), error.lines) from error
    callbacks = [one for one in made if not _watches_validation(one)]
    fitted = _fitted(ready, problem, callbacks)
    outcome = outcome_of(ready.member, fitted, problem, "keras")
    if outcome.error is not None:
        raise RefitError(outcome.error.message, outcome.error.traceback)
    model = ready.member.model
    _keep(keras, model, folder / FILE, path_of(problem))
    metrics = {name: v for name, v in outcome.metrics.items() if name.startswith(SPLITS)}
    logits = bool(getattr(model.loss, "from_logits", False))
    return Refitted({"model": FILE}, metrics, keras=backend, logits=logits)


def _watches_validation(callback: Any) -> bool:
    return str(getattr(callback, "monitor", "")).startswith("val_")


def _fitted(ready: Prepared, problem: Problem, callbacks: Sequence[Any]) -> Fitted:
    limit = TimeLimit((ready.member.fit,))
    if ready.made.own_fit is None:
        return trained_alone(ready.member, problem, None, limit, callbacks)
    parameters = inspect.signature(ready.made.own_fit).parameters
    watched = parameters.get("validation_data")
    if watched is not None and watched.default is watched.empty:
        data = ready.member.data
        member = replace(ready.member, data=Data(data.train, data.train, data.test))
        ready = replace(ready, member=member)
    return trained_by_their_fit(ready, problem, None, limit, callbacks)


def _keep(keras: Any, model: Any, file: Path, path: str) -> None:
    """Save the model, and see that it can be loaded again without running code from the file."""
    try:
        with without_chatter():  # saving may bring in TensorFlow
            model.save(file)
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        message = f"{path}: Keras cannot save the model: {type(error).__name__}: {reason}"
        raise UnexportableError(message) from error
    try:
        loaded_safely(keras, file)
    except ModelFileError as error:
        raise UnexportableError(f"{path}: the model cannot be loaded again: {error}") from error
