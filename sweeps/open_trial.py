"""A trial between its beginning and its result."""

from __future__ import annotations

from dataclasses import dataclass, field

from sweeps.trial import Outcome, Trial


@dataclass
class OpenTrial:
    """A trial without a result, and the outcomes it has so far.

    `told` once the backend was told of it: what comes of it now is for people only. `stages` is
    what the ledger has of one that is trained a stage at a time (see `sweeps.pruning.progress`).
    """

    trial: Trial
    attempt: int
    started_ms: int
    tries: int = 0
    told: bool = False
    stages: str | None = None
    expected: int = 0
    outcomes: dict[tuple[int, int], Outcome] = field(default_factory=dict)

    def take(self, outcome: Outcome) -> bool:
        """Add an outcome; whether the trial now has all of them."""
        self.outcomes[outcome.fit.repeat, outcome.fit.fold] = outcome
        return len(self.outcomes) == self.expected

    def ordered(self) -> list[Outcome]:
        """The outcomes by repeat, then fold, whatever order they came in."""
        return [self.outcomes[key] for key in sorted(self.outcomes)]
