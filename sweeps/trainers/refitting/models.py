"""A user's model, trained by Keras's own fit and kept as a `.keras` file."""

from __future__ import annotations

from pathlib import Path

from sweeps.problem import Problem
from sweeps.trainers.models.backend_choice import backend_for
from sweeps.trainers.models.keras_import import load
from sweeps.trainers.models.mishaps import own_code, path_of
from sweeps.trainers.models.own_fit import trained_by_their_fit
from sweeps.trainers.models.preparing import prepared
from sweeps.trainers.models.single import trained_alone
from sweeps.trainers.refitting.refit import RefitError, Refitted, UnexportableError
from sweeps.trainers.time_limit import TimeLimit
from sweeps.trial import Failure, Fit

FILE = "model.keras"


def refit(fit: Fit, problem: Problem, folder: Path) -> Refitted:
    """See `refitted`. Callbacks of the user's, which watch validation rows, are left out."""
    subject = own_code(problem)
    backend = backend_for(subject.choice.path, subject.folder, subject.choice.options.get("keras"))
    keras = load(backend)
    ready = prepared(keras, fit, problem)
    if isinstance(ready, Failure):
        raise RefitError(ready.message, ready.traceback)
    limit = TimeLimit((fit,))
    if ready.made.own_fit is None:
        fitted = trained_alone(ready.member, problem, None, limit)
    else:
        fitted = trained_by_their_fit(ready, problem, None, limit, [])
    if fitted.error is not None:
        raise RefitError(fitted.error.message, fitted.error.traceback)
    try:
        ready.member.model.save(folder / FILE)
    except Exception as error:
        raise UnexportableError(
            f"{path_of(problem)}: Keras cannot save the model: {type(error).__name__}: {error}"
        ) from error
    return Refitted({"model": FILE}, fitted.figures, keras=backend)
