"""A user's estimator, fitted and kept without pickling: as a `.skops` file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sweeps.problem import Problem
from sweeps.subjects.own_code import OwnCode
from sweeps.trainers.estimator_fit import EstimatorFit
from sweeps.trainers.own.fits import FailedError
from sweeps.trainers.refitting.refit import RefitError, Refitted, UnexportableError
from sweeps.trial import Fit
from sweeps.user_code import UserCodeError

FILE = "estimator.skops"


def refit(fit: Fit, problem: Problem, folder: Path) -> Refitted:
    """See `refitted`."""
    subject = problem.subject
    if not isinstance(subject, OwnCode):
        raise TypeError(f"{subject} is no estimator of the user's")
    try:
        estimator, found = EstimatorFit(subject.choice, subject.folder).fitted(fit, problem)
    except FailedError as error:
        raise RefitError(error.failure.message, error.failure.traceback) from error
    except UserCodeError as error:
        raise RefitError(str(error), error.lines) from error
    trusted = kept(estimator, folder / FILE, subject.choice.path)
    return Refitted({"estimator": FILE}, found.metrics, trusted=trusted)


def kept(estimator: Any, file: Path, what: str) -> tuple[str, ...]:
    """Keep an estimator; the types in it, beyond scikit-learn's own, that a reader must trust.

    Raises UnexportableError for one that holds what skops cannot write, such as a Keras model.
    """
    from skops.io import dump, get_untrusted_types

    try:
        dump(estimator, file)
    except Exception as error:
        raise UnexportableError(
            f"{what}: {type(estimator).__name__} cannot be kept without pickling it "
            f"({type(error).__name__}: {error}); tune the network inside it with `model:` instead"
        ) from error
    return tuple(get_untrusted_types(file=file))
