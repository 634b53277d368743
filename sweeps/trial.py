"""The nouns of a sweep: what is asked for, what is trained, and what came of it.

All of them are plain frozen data: they cross process borders, and they are stored as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Value = bool | int | float | str | None
Config = Mapping[str, Value]
"""One value per active parameter, named as in the sweep file (`decay.step.drop`)."""

Metrics = Mapping[str, float]
History = Mapping[str, tuple[float, ...]]
"""Per-epoch values by name, as Keras reports them (`loss`, `val_accuracy`, `learning_rate`)."""

Confusion = Mapping[str, tuple[tuple[int, ...], ...]]
"""By split (`train`, `val`, `test`): rows are true classes, columns predicted ones."""


@dataclass(frozen=True)
class Trial:
    """What a backend asks for: one configuration, trained up to a budget.

    `budget` counts epochs in all, those of the parent included; None means as many as the
    configuration itself says. `parent` is the number of the trial that this one continues.
    """

    number: int
    config: Config
    budget: int | None = None
    parent: int | None = None


@dataclass(frozen=True)
class Fit:
    """What a trainer trains: one network, once.

    `fold` and `repeat` count from 0 and pick the rows; `seed` decides initial weights, row order
    and dropout. `budget` is the number of epochs in all. `resume_from` and `save_to` name
    checkpoints (see `sweeps.checkpoints`): where training goes on from, and where its end is kept.
    `seconds` is how long its training may take, None as long as it needs; fits that are trained
    together share the sum of theirs.
    """

    trial: Trial
    fold: int
    repeat: int
    seed: int
    budget: int
    resume_from: str | None = None
    save_to: str | None = None
    seconds: float | None = None


Reason = Literal[
    "diverged",
    "pruned",
    "out_of_memory",
    "crashed",
    "timed_out",
    "bad_configuration",
    "user_error",
    "infrastructure",
]
"""Why there is no score: a figure was no finite number any more; the trial gave up early, since
others had done better by then; the memory was not enough; the
process ended, or a trainer met an error that it does not know; the time was up; the configuration
is no network; code or data of the user's own raised; the machine failed (a disk, a worker that
could not be started), as often as it was tried again."""

REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True)
class Failure:
    """Why a fit or a trial has no score. `reason` is one word that programs can rely on."""

    reason: Reason
    message: str
    traceback: str = ""


@dataclass(frozen=True)
class Defined:
    """What a function that defines its space as it runs asked for, and reported on the way.

    `distributions` are Optuna's, as JSON, by the names in `params`. `value` is what it returned,
    None for a failure; `reported` are (step, value) pairs.
    """

    params: Config
    distributions: Mapping[str, str]
    value: float | None
    reported: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What came of a fit.

    `metrics` are measured with the final weights (`train_accuracy`, `val_loss`, `test_loss`, …;
    `parameters` is the number of trainable parameters, `epochs` the epochs trained in all).
    `history` covers every epoch since epoch 1, those of a resumed checkpoint included. `trainer`
    names who trained it where the sweep's own trainer left that to others. `notes` are what the
    user may want to know besides, by a word each (`not_fused`: why it was trained singly).
    `defined` is set where the configuration came about in training.
    """

    fit: Fit
    metrics: Metrics
    history: History
    seconds: float
    confusion: Confusion = field(default_factory=dict)
    error: Failure | None = None
    trainer: str | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    defined: Defined | None = None


@dataclass(frozen=True)
class Part:
    """One fold of one repeat of a trial: an outcome without the network it came from."""

    fold: int
    repeat: int
    metrics: Metrics
    history: History
    seconds: float
    confusion: Confusion = field(default_factory=dict)
    error: Failure | None = None


@dataclass(frozen=True)
class Result:
    """A trial's outcomes put together; a failed trial is data, not an exception.

    `score` is the mean of the objective's metric over the parts, in the objective's own direction;
    None exactly when `error` is set. `metrics` and `history` are means over the parts as well (a
    history only as long as the shortest part's). `seconds` is the sum over the parts. `trainer` is
    that of the outcomes, which are all of one network and so of one trainer; of their `notes`, the
    first of each word. Where a function defined its space as it ran, `trial` has the configuration
    that came of it, and `defined` the rest.
    """

    trial: Trial
    score: float | None
    metrics: Metrics
    history: History
    seconds: float
    parts: tuple[Part, ...] = ()
    error: Failure | None = None
    trainer: str | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    defined: Defined | None = None
