"""The description of a sweep: what to search, how, and how to judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from search_spaces import Space
from sweeps.trial import Config, Trial

Goal = Literal["maximize", "minimize"]
Split = Literal["train", "val", "test"]


@dataclass(frozen=True)
class TaskChoice:
    """Which task to tune on, and the options its loader is given (`preprocessing`, `csv`, …)."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What lists show: the table's file, the function that loads the rows, or the name."""
        given = [self.options[key] for key in ("csv", "parquet", "load") if key in self.options]
        return str(given[0]).rpartition("/")[2] if given else self.name


SubjectKind = Literal["network", "model", "estimator", "function"]


@dataclass(frozen=True)
class SubjectChoice:
    """What is tuned: the networks that the search-space modules describe, or the user's own code.

    `path` is `module:name`, looked for in the sweep's folder first; `options` are what stands
    beside it in the sweep file.
    """

    kind: SubjectKind = "network"
    path: str = ""
    # Problems are keys of caches, and a mapping has no hash.
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class StudyChoice:
    """An Optuna study: the database that it is kept in, and its name (None: the only one there)."""

    url: str
    name: str | None = None


@dataclass(frozen=True)
class SearchChoice:
    """How configurations are chosen.

    `trials` caps their number (None: as many as the backend has); `batch` is how many are asked
    for at once (None: the backend's own default); `seed_trials` are complete configurations to try
    first; `warm_start` names earlier sweeps and Optuna studies whose results the backend is told
    before it is asked for anything; `options` are the backend's own settings (`sampler`, `factor`).
    """

    backend: str
    trials: int | None = None
    batch: int | None = None
    seed_trials: tuple[Config, ...] = ()
    warm_start: tuple[str | StudyChoice, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Objective:
    """The figure that decides. The prefix of its name picks the rows it is measured on."""

    metric: str = "val_accuracy"
    goal: Goal = "maximize"

    @property
    def split(self) -> Split:
        """`val`: rows carved from train; `test`: the test rows, nothing carved out; or `train`.

        `val` as well for a figure without such a prefix, which a function of the user's returns.
        """
        for split in ("val", "test", "train"):
            if self.metric.startswith(f"{split}_"):
                return split
        return "val"

    @property
    def measure(self) -> str:
        """The metric without its prefix: `f1` of `val_f1`."""
        return self.metric.removeprefix(f"{self.split}_")

    def minimised(self, score: float) -> float:
        """The score as backends see it: smaller is better."""
        return -score if self.goal == "maximize" else score


@dataclass(frozen=True)
class Evaluate:
    """How often a configuration is trained, and on which rows.

    `folds` of 0 means one split; `repeats` trains every fold again on a fresh seed; `validation`
    is the share of the training rows kept aside when the objective is a `val_` metric and there
    are no folds; `first` instead takes so many of the first rows, undrawn. With `resplit`, every
    repeat draws its own train/test split as well. `stratified` keeps the shares of classes (None:
    where there are classes), `shuffle` draws folds at random rather than in the rows' order.
    `metrics` are measured besides loss and accuracy.

    When the search has ended, its `confirm_top` best configurations are trained `confirm_repeats`
    times more, on fresh seeds and, where rows are drawn, fresh folds. In a sweep file these are
    `{confirm_top: 10, repeats: 20}`, and `search_repeats` is what is called `repeats` here.
    """

    folds: int = 0
    repeats: int = 1
    validation: float = 0.2
    resplit: bool = False
    first: int | None = None
    stratified: bool | None = None
    shuffle: bool = True
    metrics: tuple[str, ...] = ()
    confirm_top: int = 0
    confirm_repeats: int = 0

    def repeats_of(self, trial: Trial) -> range:
        """The numbers of a trial's repeats: those of a confirmation go on from the search's."""
        if trial.confirms is None:
            return range(self.repeats)
        return range(self.repeats, self.repeats + self.confirm_repeats)


@dataclass(frozen=True)
class Budget:
    """When to stop. `minutes` is wall time over all sessions of the sweep, pauses left out.

    `trial_seconds` is the training time of one trial, all its folds and repeats together. Trials
    that are trained as one program share its time evenly. `epochs` are those of all fits of the
    search together: when they are spent nothing new is asked for. The others are limits of what
    `sweeps plan` may expect: hours of cores and GPUs, GB (of 10**9 bytes) of memory and of disk.
    """

    minutes: float | None = None
    trial_seconds: float | None = None
    epochs: int | None = None
    core_hours: float | None = None
    gpu_hours: float | None = None
    memory_gb: float | None = None
    disk_gb: float | None = None


Event = Literal["end", "failure", "best"]
"""What somebody may want to hear of: a session has ended, a trial has failed, a new best trial."""


@dataclass(frozen=True)
class Notify:
    """Whom to tell of a sweep's events: a command, a webhook, or both.

    `command` is a program and its arguments; `webhook` is an address that gets JSON by POST.
    """

    command: tuple[str, ...] = ()
    webhook: str | None = None
    on: tuple[Event, ...] = ("end", "failure", "best")


@dataclass(frozen=True)
class CheckpointChoice:
    """How often a fit under way is kept, so that one that was broken off goes on from there.

    After so many epochs, and when so many minutes have passed since the last time, whichever comes
    first; None: not for that, and with neither it is not kept at all.
    """

    every_epochs: int | None = None
    every_minutes: float | None = None


FIVE_MINUTES = CheckpointChoice(every_minutes=5.0)
"""What is redone of a long fit is little, and what is over sooner is never written."""


@dataclass(frozen=True)
class Sweep:
    """One sweep, described completely. Two equal sweeps search the same trials.

    `objective` decides; with `further` ones as well there is no best trial but a Pareto front, and
    `objective` is the first of all.

    `folder` is where the user's modules and files are looked for; empty when there are none.
    `document` is the plain mapping (JSON types only, defaults left out) that the sweep was read
    from: what is stored in the ledger, logged to MLflow and read again by `sweeps resume`.
    """

    name: str
    task: TaskChoice
    space: Space
    search: SearchChoice
    objective: Objective = Objective()
    evaluate: Evaluate = Evaluate()
    budget: Budget = Budget()
    trainer: str = "auto"
    seed: int = 0
    subject: SubjectChoice = SubjectChoice()
    checkpoint: CheckpointChoice = FIVE_MINUTES
    folder: str = ""
    further: tuple[Objective, ...] = ()
    notify: tuple[Notify, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """All of them, in the order of the sweep file."""
        return (self.objective, *self.further)

    @property
    def defined_as_it_runs(self) -> bool:
        """Whether each trial defines its configuration in training; the space is empty then."""
        return self.subject.options.get("takes") == "trial"
