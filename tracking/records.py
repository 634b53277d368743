"""What is remembered of a sweep, as plain records: everything a tracker is told.

Times are milliseconds since 1970, taken when things happened, so that a record sent late or twice
reads the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

TrialStatus = Literal["FINISHED", "FAILED", "KILLED"]
SweepStatus = Literal["RUNNING", "FINISHED", "FAILED", "KILLED"]


@dataclass(frozen=True)
class DatasetRecord:
    """The data a sweep trains on: shown as the dataset input of its parent run."""

    name: str
    digest: str
    rows: int
    features: int
    source: str


NOTE = "note.md"
"""The artifact of a sweep's end that is shown on its run's own page as well."""


@dataclass(frozen=True)
class Artifact:
    """A file kept with the parent run: text, or a file on disk, under a path of its own."""

    path: str
    text: str | None = None
    file: Path | None = None

    @property
    def content(self) -> str:
        """The text, wherever it is kept; what a file has besides UTF-8 becomes signs of that."""
        if self.text is not None:
            return self.text
        return "" if self.file is None else self.file.read_text("utf-8", errors="replace")


@dataclass(frozen=True)
class RaceRecord:
    """A race of sweeps: one run above those of the sweeps, in the same experiment."""

    race_id: str
    name: str
    started_ms: int
    tags: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SweepRecord:
    """A sweep: one parent run in the experiment of its task.

    `name` is the run's name, so it should tell two launches of one description apart. `objective`
    names the metric that decides, if any, and `maximize` says whether its highest value is best.
    The run of a sweep that is a part of a `race` is a child of the race's.
    """

    sweep_id: str
    name: str
    experiment: str
    started_ms: int
    tags: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    dataset: DatasetRecord | None = None
    artifacts: tuple[Artifact, ...] = ()
    objective: str = ""
    maximize: bool = True
    race: RaceRecord | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """One measured value. Metrics of one name differ in step.

    Records wait in memory while a store is away, and metrics are most of them: hence the slots.
    """

    name: str
    value: float
    step: int
    timestamp_ms: int


@dataclass(frozen=True)
class TrialRecord:
    """A finished trial: one child run of its sweep.

    A record of a later `attempt` (a failed trial that was tried again) takes the place of the run
    that an earlier one made.
    """

    sweep_id: str
    number: int
    status: TrialStatus
    started_ms: int
    ended_ms: int
    attempt: int = 1
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    metrics: tuple[Metric, ...] = ()


@dataclass(frozen=True)
class LiveRecord:
    """A trial that is being trained: a child run that has not ended, with its epochs so far.

    `metrics` are new ones, beside those of earlier records of the same attempt; the record of the
    finished trial has all of them again, with the same steps and times.
    """

    sweep_id: str
    number: int
    started_ms: int
    attempt: int = 1
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    metrics: tuple[Metric, ...] = ()


@dataclass(frozen=True)
class SweepEnd:
    """How a session of a sweep ended: the parent run's status, and what is only known then."""

    sweep_id: str
    status: SweepStatus
    ended_ms: int
    tags: Mapping[str, str] = field(default_factory=dict)
    metrics: tuple[Metric, ...] = ()
    artifacts: tuple[Artifact, ...] = ()


@dataclass(frozen=True)
class RaceEnd:
    """What came of a race, for its run in the experiment of that name."""

    race: RaceRecord
    experiment: str
    status: SweepStatus
    ended_ms: int
    tags: Mapping[str, str] = field(default_factory=dict)
    metrics: tuple[Metric, ...] = ()
    artifacts: tuple[Artifact, ...] = ()


@dataclass(frozen=True)
class SweepState:
    """What a sweep does at the moment (`paused`, say), for its parent run to show."""

    sweep_id: str
    state: str


@dataclass(frozen=True)
class SweepFigures:
    """What the machine did while a sweep ran, for its parent run: metrics called `system/…`."""

    sweep_id: str
    metrics: tuple[Metric, ...]


@dataclass(frozen=True)
class RunFacts:
    """A run as the store has it: `trial` is None for a sweep's own run, its trials' parent.

    `metrics` are the last values by name.
    """

    run_id: str
    trial: int | None
    status: str
    started_ms: int
    ended_ms: int | None
    params: Mapping[str, str]
    tags: Mapping[str, str]
    metrics: Mapping[str, float]

    @property
    def ended(self) -> bool:
        """Whether the run has a final status."""
        return self.status in {"FINISHED", "FAILED", "KILLED"}
