"""Where a pruner is asked: the epochs at which the stages of a trial end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import takewhile

from sweeps.pruning.choice import PrunerChoice

LEARNS_FROM_FINISHED = ("median", "percentile", "wilcoxon")
"""Pruners that compare with trials that are finished, and know nothing before there are some."""

FINISHED_FIRST = 8
"""How many trials they are given to learn from, where `n_startup_trials` does not say: Optuna's own
default of 5 makes a rough median, and a pack of 8 takes hardly longer to train."""

STAGES = 10
"""How many a trial has about, where nothing says how many epochs apart they are."""


@dataclass(frozen=True)
class Steps:
    """A pruner for trials of up to `most` epochs, with all that its settings leave unsaid.

    Median, percentile and threshold rules are asked after `n_warmup_steps` epochs and every
    `interval_steps` from there (by default a tenth of the epochs), the halving ones at their rungs,
    a patient one where the pruner that it wraps is.
    """

    choice: PrunerChoice
    most: int

    @property
    def filled(self) -> PrunerChoice:
        """The pruner with the settings that follow from the epochs."""
        return _filled(self.choice, self.most)

    def until(self, epochs: int) -> list[int]:
        """The epochs at which a trial of so many has a stage behind it, its end the last."""
        return [*takewhile(lambda step: step < epochs, _endless(self.filled, self.most)), epochs]

    @property
    def finished_before(self) -> int:
        """How many trials are trained to their end before the others begin; 0 for none."""
        asked = self.choice if self.choice.wrapped is None else self.choice.wrapped
        if asked.kind not in LEARNS_FROM_FINISHED:
            return 0
        return max(1, asked.whole("n_startup_trials", FINISHED_FIRST))

    @property
    def looks(self) -> int:
        """How often it is asked about the longest trial."""
        return sum(
            1 for _ in takewhile(lambda step: step < self.most, _endless(self.filled, self.most))
        )

    @property
    def first(self) -> int:
        """The earliest epoch at which it is asked."""
        return next(_endless(self.filled, self.most))


def _filled(choice: PrunerChoice, most: int) -> PrunerChoice:
    defaults: dict[str, dict[str, float]] = {
        "median": {"interval_steps": _interval(most)},
        "percentile": {"percentile": 25.0, "interval_steps": _interval(most)},
        "threshold": {"interval_steps": _interval(most)},
        "successive_halving": {"min_resource": 1},
        "hyperband": {"min_resource": 1, "max_resource": most},
        "patient": {"patience": 3},
        "wilcoxon": {},
    }
    wrapped = None if choice.wrapped is None else _filled(choice.wrapped, most)
    return replace(choice, settings={**defaults[choice.kind], **choice.settings}, wrapped=wrapped)


def _interval(most: int) -> int:
    return max(1, most // STAGES)


def _endless(choice: PrunerChoice, most: int) -> Iterator[int]:
    if choice.kind in ("successive_halving", "hyperband"):
        yield from _rungs(choice)
    elif choice.wrapped is not None:
        yield from _endless(choice.wrapped, most)
    else:
        yield from _every(choice, most)


def _every(choice: PrunerChoice, most: int) -> Iterator[int]:
    interval = choice.whole("interval_steps", _interval(most))
    step = choice.whole("n_warmup_steps", 0) or interval
    while True:
        yield step
        step += interval


def _rungs(choice: PrunerChoice) -> Iterator[int]:
    """Optuna's rungs: the least resource times a power of the reduction factor."""
    factor = choice.whole("reduction_factor", 3 if choice.kind == "hyperband" else 4)
    step = choice.whole("min_resource", 1) * factor ** choice.whole("min_early_stopping_rate", 0)
    while True:
        yield step
        step *= factor
