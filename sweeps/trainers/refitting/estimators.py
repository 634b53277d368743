"""A user's estimator, fitted and kept without pickling: as a `.skops` file."""

from __future__ import annotations

from pathlib import Path

from sweeps.exporting.kept_estimators import kept
from sweeps.problem import Problem
from sweeps.subjects.own_code import OwnCode
from sweeps.trainers.divergence import DivergedError
from sweeps.trainers.estimator_fit import EstimatorFit
from sweeps.trainers.own.fits import FailedError
from sweeps.trainers.own.seeding import seeded
from sweeps.trainers.refitting.refit import RefitError, Refitted
from sweeps.trial import Fit
from sweeps.user_code.user_code import UserCodeError

FILE = "estimator.skops"


def refit(fit: Fit, problem: Problem, folder: Path) -> Refitted:
    """See `refitted`."""
    subject = problem.subject
    if not isinstance(subject, OwnCode):
        raise TypeError(f"{subject} is no estimator of the user's")
    try:
        with seeded(fit.seed):
            estimator, found = EstimatorFit(subject.choice, subject.folder).fitted(fit, problem)
    except FailedError as error:
        raise RefitError(error.failure.message, error.failure.traceback) from error
    except UserCodeError as error:
        raise RefitError(str(error), error.lines) from error
    except DivergedError as error:
        raise RefitError(str(error)) from error
    trusted = kept(estimator, folder / FILE, subject.choice.path, subject.folder)
    return Refitted({"estimator": FILE}, found.metrics, trusted=trusted)
