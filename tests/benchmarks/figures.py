"""What was measured, as plain data: runs, rows of a table, targets, and the machine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class Run:
    """One process that trained. `seconds` are those of the fits, warm-up and imports left out.

    `start_seconds` go before them: from the process's start to its first measured fit.
    `total_seconds` is the whole of the process. `megabytes` is the peak resident size of it and of
    all its children together, pages that they share counted more than once. `cpu_seconds` are what
    all of them computed, which says more than the time that passed where others use the machine.
    `figures` is what else the process reported.
    """

    name: str
    fits: int
    seconds: float
    start_seconds: float
    total_seconds: float
    megabytes: float
    cpu_seconds: float
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def seconds_a_fit(self) -> float:
        return self.seconds / self.fits

    def from_start(self, fits: int) -> float:
        """Seconds for so many fits from the process's start, at the rate of those measured."""
        return self.start_seconds + fits * self.seconds_a_fit


@dataclass(frozen=True)
class Target:
    """A figure that was to be reached: at least `goal`, or at most where `most` says so."""

    text: str
    reached: float
    goal: float
    unit: str
    most: bool = False

    @property
    def met(self) -> bool:
        return self.reached <= self.goal if self.most else self.reached >= self.goal


@dataclass(frozen=True)
class Table:
    """Rows of text under a heading, with notes that say how they came about."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


State = Literal["measured", "skipped", "failed"]


@dataclass(frozen=True)
class Section:
    """What one part of the benchmark found; `reason` says why it was skipped or failed."""

    name: str
    state: State
    tables: Sequence[Table] = ()
    targets: Sequence[Target] = ()
    runs: Sequence[Run] = ()
    reason: str = ""


@dataclass(frozen=True)
class Machine:
    """What the figures come from."""

    processor: str
    cores: int
    megabytes: int
    gpus: Sequence[str]
    system: str
    python: str
    packages: Mapping[str, str]
    load_before: float
    date: str


@dataclass(frozen=True)
class Report:
    """Everything one call of the benchmark found."""

    machine: Machine
    options: Mapping[str, Any]
    sections: Sequence[Section]

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(self.to_json(), indent=2, allow_nan=False) + "\n")

    def to_json(self) -> dict[str, Any]:
        """Plain data; each target says whether it was met, each run what a fit took."""
        document = asdict(self)
        for section, plain in zip(self.sections, document["sections"], strict=True):
            for target, written in zip(section.targets, plain["targets"], strict=True):
                written["met"] = target.met
            for run, written in zip(section.runs, plain["runs"], strict=True):
                written["seconds_a_fit"] = run.seconds_a_fit
        return document
