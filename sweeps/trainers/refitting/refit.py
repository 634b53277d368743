"""One configuration trained on all training rows, and kept in files that others can load."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sweeps.chatter import without_chatter
from sweeps.problem import Problem
from sweeps.sweep import SubjectKind
from sweeps.trial import Fit, Metrics


@dataclass(frozen=True)
class Refitted:
    """What a refit left in its folder.

    `files` are names in the folder by what they hold: `model` (a `.keras` file) or `estimator` (a
    `.skops` file). `metrics` are those of the train and the test rows. `keras` is Keras's backend
    that the model was trained on; `logits` tells that its outputs are no probabilities yet.
    `trusted` are types in an estimator beyond those that every reader knows.
    """

    files: Mapping[str, str]
    metrics: Metrics
    keras: str | None = None
    trusted: tuple[str, ...] = ()
    logits: bool = False


class UnexportableError(ValueError):
    """What was tuned leaves nothing that can be kept; the message says what, and the way out."""


def attempted(
    kind: SubjectKind, fit: Fit, problem: Problem, folder: str
) -> Refitted | UnexportableError | RefitError:
    """As `refitted`, its errors returned: so they come whole out of a worker process."""
    try:
        with without_chatter():
            return refitted(kind, fit, problem, folder)
    except (UnexportableError, RefitError) as error:
        return error


def refitted(kind: SubjectKind, fit: Fit, problem: Problem, folder: str) -> Refitted:
    """Train the fit and keep its model in the folder, which exists.

    Raises UnexportableError for a function, or an estimator that cannot be kept without pickling;
    RefitError where training fails.
    """
    refit = _REFITS.get(kind)
    if refit is None:
        raise UnexportableError(
            "a function leaves no model: its best configuration is all there is to export"
        )
    return refit(fit, problem, Path(folder))


class RefitError(RuntimeError):
    """The configuration could not be trained again. `lines` is a traceback of the user's own."""

    def __init__(self, message: str, lines: str = "") -> None:
        super().__init__(message)
        self.lines = lines

    def __reduce__(self) -> tuple[type[RefitError], tuple[str, str]]:
        return type(self), (str(self), self.lines)


def _network(fit: Fit, problem: Problem, folder: Path) -> Refitted:
    from sweeps.trainers.refitting.networks import refit

    return refit(fit, problem, folder)


def _model(fit: Fit, problem: Problem, folder: Path) -> Refitted:
    from sweeps.trainers.refitting.models import refit

    return refit(fit, problem, folder)


def _estimator(fit: Fit, problem: Problem, folder: Path) -> Refitted:
    from sweeps.trainers.refitting.estimators import refit

    return refit(fit, problem, folder)


_REFITS: Mapping[SubjectKind, Callable[[Fit, Problem, Path], Refitted]] = {
    "network": _network,
    "model": _model,
    "estimator": _estimator,
}
