"""Trains estimators of the user's with scikit-learn's interface, SciKeras's wrappers included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sweeps.problem import Problem
from sweeps.sweep import Split, SubjectChoice
from sweeps.tasks.task import Data, Part
from sweeps.trainers.estimators.counting import parameters_of
from sweeps.trainers.estimators.fitting import fitted, noted_warnings
from sweeps.trainers.estimators.judging import Matrix, judged
from sweeps.trainers.estimators.preparing import prepared
from sweeps.trainers.keras_fit import ENVIRONMENT
from sweeps.trainers.own.fits import (
    ONE_THREAD,
    FailedError,
    Measured,
    alone,
    own_rows,
    refused,
    trained,
)
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome
from sweeps.user_code.user_code import UserCodeError, blamed

INVALID = "InvalidParameterError"
"""What scikit-learn raises in `fit` for a value that a parameter cannot have."""


@dataclass(frozen=True)
class EstimatorFit:
    """Fits an estimator on each fit's training rows and judges it on all splits.

    The configuration is given to `set_params`, so that `clf__C` is the `C` of a Pipeline's step
    `clf`. What the Pipeline learns from rows, its scalers too, it learns from the fit's own
    training rows. Every `random_state` that nobody has set is the fit's seed.

    `epochs` stands for the parameter that the option `epochs` names (`clf__max_iter`); it is what
    Hyperband grants. A promoted trial is trained from its beginning.
    """

    choice: SubjectChoice
    folder: str = ""

    @property
    def environment(self) -> Mapping[str, str]:
        """One thread a worker; SciKeras's wrappers run on TensorFlow, which shares a GPU."""
        return {**ENVIRONMENT, **ONE_THREAD, "TF_FORCE_GPU_ALLOW_GROWTH": "true"}

    def processes(self, cores: int) -> int:
        """One a core."""
        return cores

    def pack(self, fits: Sequence[Fit], problem: Problem) -> list[Pack]:  # noqa: ARG002
        """Each alone: handing one over takes 2 ms, and every core is to have some."""
        return alone(fits)

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:  # noqa: ARG002
        """One fit after the other.

        Unknown parameters, and values that a parameter cannot have, are `bad_configuration`; what
        the user's code raises is `user_error`; predictions that are not finite are `diverged`.
        """
        return trained(pack, problem, self._measured, "estimator")

    def _measured(self, fit: Fit, problem: Problem) -> Measured:
        return self.fitted(fit, problem)[1]

    def fitted(self, fit: Fit, problem: Problem) -> tuple[Any, Measured]:
        """The fitted estimator, and what it is worth.

        Raises UserCodeError, FailedError, DivergedError or MemoryError as `Measure` does.
        """
        notes: dict[str, str] = {}
        with noted_warnings(notes):
            estimator = prepared(fit, self.choice, self.folder)
            data = own_rows(fit, problem)
            with _blamed(self.choice.path):
                fitted(estimator, data.train, self.choice.path)
                metrics, confusion = _judged(estimator, data, problem)
        if "epochs" in fit.trial.config:
            metrics["epochs"] = float(fit.budget)
        return estimator, Measured(metrics, confusion, notes)


def _judged(
    estimator: Any, data: Data, problem: Problem
) -> tuple[dict[str, float], dict[str, Matrix]]:
    """Figures and confusion matrices of every split."""
    splits: dict[Split, Part | None] = {"train": data.train, "val": data.val, "test": data.test}
    figures: dict[str, float] = {}
    confusion: dict[str, Matrix] = {}
    for split, part in splits.items():
        if part is None:
            continue
        found, matrix = judged(estimator, part, f"{split}_", problem)
        figures |= found
        if matrix is not None:
            confusion[split] = matrix
    parameters = parameters_of(estimator)
    return figures | ({} if parameters is None else {"parameters": parameters}), confusion


@contextmanager
def _blamed(path: str) -> Iterator[None]:
    """The user's code is blamed for what it raises, but not for values that were proposed to it."""
    try:
        with blamed(path):
            yield
    except UserCodeError as error:
        cause = error.__cause__
        if isinstance(cause, FailedError):
            raise cause from None
        if type(cause).__name__ == INVALID:
            raise refused(f"{path}: {cause}") from cause
        raise
