"""What the API answers about trials, as its description shows it."""

from __future__ import annotations

from typing import Any, Literal

from sweeps.service.models import Answered, Milliseconds
from sweeps.trial import Reason, Value


class Failed(Answered):
    """Why there is no score."""

    reason: Reason
    message: str
    traceback: str


class ResultInfo(Answered):
    """What came of a trial; in brief without `history`, `parts` and `epoch_ms`.

    `history` has the figures of every epoch by name, `parts` are folds and repeats one by one.
    """

    score: float | None
    metrics: dict[str, float]
    history: dict[str, list[float]]
    seconds: float
    parts: list[dict[str, Any]]
    error: Failed | None
    trainer: str | None
    notes: dict[str, str]
    defined: dict[str, Any] | None
    cost: dict[str, Any] | None
    epoch_ms: dict[str, Milliseconds]
    pruned: dict[str, Any] | None
    reported: list[tuple[int, float]]


class TrialInfo(Answered):
    """A trial: what was asked for, how it stands, and what came of it.

    `budget` is its epochs, null for as many as the configuration says; `parent` the trial that it
    goes on from; `confirms` the one that it trains once more. `sent` is whether MLflow has it.
    """

    number: int
    config: dict[str, Value]
    budget: int | None
    parent: int | None
    confirms: int | None
    state: Literal["running", "done", "failed", "pruned", "cancelled"]
    attempt: int
    tries: int
    told_failed: bool
    started_ms: Milliseconds
    ended_ms: Milliseconds | None
    sent: bool
    result: ResultInfo | None


class TrialPage(Answered):
    """Trials by number; `next` is the `after` of the page after this one."""

    items: list[TrialInfo]
    next: int | None


class PassedInfo(Answered):
    """When a trial began and ended, and what it came to."""

    number: int
    state: str
    score: float | None
    reason: Reason | None
    started_ms: Milliseconds
    ended_ms: Milliseconds | None
    confirms: bool


class Facts(Answered):
    """What is kept of a sweep besides its trials; null for what is not there."""

    baseline: dict[str, Any] | None
    priors: Any
    provenance: dict[str, Any] | None
    race: dict[str, Any] | None
