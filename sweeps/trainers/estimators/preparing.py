"""An estimator as a fit wants it: made, set, seeded, and nothing learned yet."""

from __future__ import annotations

from typing import Any

from sweeps.sweep import SubjectChoice
from sweeps.trainers.estimators import scikeras
from sweeps.trainers.estimators.making import made
from sweeps.trainers.estimators.settings import set_seeds, set_values, with_epochs
from sweeps.trainers.own.seeding import small
from sweeps.trial import Fit


def prepared(fit: Fit, choice: SubjectChoice, folder: str) -> Any:
    """The estimator before its `fit`, a Pipeline or not, with the fit's configuration and seed.

    Raises FailedError, `bad_configuration`, for a configuration that it cannot have, and
    UserCodeError.
    """
    config = dict(fit.trial.config)
    if "epochs" in config:
        config["epochs"] = fit.budget
    path = choice.path
    estimator, rest = made(path, folder, config)
    values = with_epochs(rest, choice.options.get("epochs"), estimator, path)
    set_values(estimator, values, path)
    set_seeds(estimator, values, small(fit.seed))
    scikeras.refuse_idle(estimator, values)
    return estimator
