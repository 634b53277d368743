"""A price: what a sweep will take, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Disk:
    """Bytes that a sweep adds: ledger, MLflow's database, its artifacts, and checkpoints at most.

    Checkpoints are removed when the sweep has ended.
    """

    ledger: float
    mlflow: float
    artifacts: float
    checkpoints: float = 0.0

    @property
    def total(self) -> float:
        """All of them."""
        return self.ledger + self.mlflow + self.artifacts + self.checkpoints


@dataclass(frozen=True)
class Price:
    """What a sweep will take on this machine, as busy as it was when it was tried.

    `seconds` is wall time from the command to its end, `core_seconds` the processor time of all
    processes, `gpu_seconds` wall time by the share of GPUs. `memory` is the most bytes that are
    resident in all processes at once, and `rows` are those of MLflow's tables. `trials` are those
    that are priced: as many as fit, where only time ends the sweep. With `at_most` something may
    end fits early, with `about` not all was tried: `notes` say what. `fitting` are the trials that
    fit into the budget's minutes or epochs, None where all do. `calibration` is how long it took to
    find out.
    """

    trials: int
    fits: int
    epochs: int
    seconds: float
    training: float
    core_seconds: float
    gpu_seconds: float
    memory: float
    disk: Disk
    rows: Mapping[str, int]
    device: str = "cpu"
    at_most: bool = False
    about: bool = False
    notes: tuple[str, ...] = ()
    fitting: int | None = None
    calibration: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Plain data with the names of the fields; the disk has a total."""
        plain = asdict(self)
        plain["disk"]["total"] = self.disk.total
        return plain


@dataclass(frozen=True)
class Overhead:
    """What everything but training takes: `…_each` a trial, the rest once.

    Seconds: `starting` until the first pack is handed over, `opening` and `beginning` of MLflow's
    store (which is done beside training), `drawing` of the report, `ending` of all after that. With
    `cut`, drawing takes longer than anybody waited for.
    """

    starting: float
    asking_each: float
    looping_each: float
    opening: float
    beginning: float
    sending_each: float
    drawing: float
    ending: float
    core_seconds: float
    core_seconds_each: float
    memory: float
    disk: Disk
    disk_each: Disk
    rows: Mapping[str, float] = field(default_factory=dict)
    rows_each: Mapping[str, float] = field(default_factory=dict)
    cut: bool = False
