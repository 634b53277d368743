"""The nouns of a sweep: what is asked for, what is trained, and what came of it.

All of them are plain frozen data: they cross process borders, and they are stored as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

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
    `confirms` is the number of the trial whose configuration this one trains once more, on seeds
    and folds that the search has not seen: its score is compared with others of its kind only.
    """

    number: int
    config: Config
    budget: int | None = None
    parent: int | None = None
    confirms: int | None = None


@dataclass(frozen=True)
class Keeping:
    """Where a fit under way is kept, and how often: what a fit that was broken off goes on from.

    `path` is a checkpoint (see `sweeps.checkpoints`), written after every so many `epochs` and
    when so many `seconds` have passed since the last, whichever comes first; None: not for that.
    """

    path: str
    epochs: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Fit:
    """What a trainer trains: one network, once.

    `fold` and `repeat` count from 0 and pick the rows; `seed` decides initial weights, row order
    and dropout. `budget` is the number of epochs in all. `resume_from` and `save_to` name
    checkpoints (see `sweeps.checkpoints`): where training goes on from, and where its end is kept.
    `seconds` is how long its training may take, None as long as it needs; fits that are trained
    together share the sum of theirs. With `keeping`, training goes on from that checkpoint where
    there is one, to the same result bit for bit.
    """

    trial: Trial
    fold: int
    repeat: int
    seed: int
    budget: int
    resume_from: str | None = None
    save_to: str | None = None
    seconds: float | None = None
    keeping: Keeping | None = None


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
    None for a failure, and of several objectives the first; `values` are all of these, empty for
    a failure or a single one. `reported` are (step, value) pairs.
    """

    params: Config
    distributions: Mapping[str, str]
    value: float | None
    reported: tuple[tuple[int, float], ...] = ()
    values: tuple[float, ...] = ()


class Span(NamedTuple):
    """When a worker trained: from and until, in milliseconds since 1970."""

    worker: str
    began_ms: int
    ended_ms: int


@dataclass(frozen=True)
class Cost:
    """What training took besides wall time.

    `core_seconds` is the processor time of all its threads and processes, `gpu_seconds` wall time
    by the share of a GPU that was set aside for it. `peak_mb` is the most memory that was resident
    in the process meanwhile, in MB of 2**20 bytes, all that was trained beside it included.
    `device` names what it ran on (`cpu`, or the GPU's name). `examples` is how many rows were
    trained on, counted once each epoch. Fits trained as one program have equal parts of the times,
    and the same `spans`: who trained when.
    """

    core_seconds: float
    gpu_seconds: float
    peak_mb: float
    device: str
    examples: int
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Pruned:
    """Where a trial was ended early, and by how much it fell short.

    `step` is an epoch or how many of its parts were done, `value` the objective's there; `margin`
    is how much better that would have had to be (at least 0; None where nothing would have been
    good enough, or nobody can say).
    """

    step: int
    value: float
    margin: float | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of a fit.

    `metrics` are measured with the final weights (`train_accuracy`, `val_loss`, `test_loss`, …;
    `parameters` is the number of trainable parameters, `epochs` the epochs trained in all).
    `history` covers every epoch since epoch 1, those of a resumed checkpoint included. `trainer`
    names who trained it where the sweep's own trainer left that to others. `notes` are what the
    user may want to know besides, by a word each (`not_fused`: why it was trained singly).
    `defined` is set where the configuration came about in training. `epoch_ms` says when epochs
    ended, in milliseconds since 1970, where training took long enough for somebody to watch.
    `counted_seconds` are those of `seconds` that a limit of the fit's time counts.
    `pack` says which fits were trained together (see `sweeps.pack_marks`).
    Outcomes are equal whatever they cost, and whenever they came about; so are results.
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
    cost: Cost | None = field(default=None, compare=False)
    epoch_ms: Mapping[int, int] = field(default_factory=dict, compare=False)
    counted_seconds: float = field(default=0.0, compare=False)
    pack: str | None = field(default=None, compare=False)


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
    counted_seconds: float = field(default=0.0, compare=False)
    pack: str | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Result:
    """A trial's outcomes put together; a failed trial is data, not an exception.

    `score` is the mean of the objective's metric over the parts, in the objective's own direction;
    None exactly when `error` is set. `metrics` and `history` are means over the parts as well (a
    history only as long as the shortest part's). `seconds` is the sum over the parts. `trainer` is
    that of the outcomes, which are all of one network and so of one trainer; of their `notes`, the
    first of each word. Where a function defined its space as it ran, `trial` has the configuration
    that came of it, and `defined` the rest. `cost` is the sum over the parts (the largest peak,
    the first device); `epoch_ms` says when the last part had that epoch behind it. A trial that was
    pruned has an `error` with that reason, and `pruned`; `reported` are the (step, value) pairs of
    the objective that a pruner was given.
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
    cost: Cost | None = field(default=None, compare=False)
    epoch_ms: Mapping[int, int] = field(default_factory=dict, compare=False)
    pruned: Pruned | None = None
    reported: tuple[tuple[int, float], ...] = ()

    @property
    def state(self) -> Literal["done", "failed", "pruned"]:
        """Whether it has a score, and if not whether that is a failure."""
        if self.error is None:
            return "done"
        return "pruned" if self.error.reason == "pruned" else "failed"
