"""Whether a trial that was trained again comes out as it did."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sweeps.trial import Outcome, Part

Verdict = Literal["bit-equal", "within tolerance", "different"]

TOLERANCE = 1e-3
"""Relative: what rounding comes to in some hundred steps of float32, and no more."""

LEAST = 1e-6
"""Absolute: smaller differences than this are nothing, however small the figures are."""


@dataclass(frozen=True)
class Difference:
    """Two values of one figure. `epoch` counts from 1, None for one that was measured at the end.

    Either is None where it was not measured.
    """

    name: str
    repeat: int
    fold: int
    epoch: int | None
    recorded: float | None
    found: float | None

    @property
    def relative(self) -> float:
        """To the larger of both; infinite where one is missing or no finite number."""
        if self.recorded is None or self.found is None:
            return math.inf
        apart, size = abs(self.recorded - self.found), max(abs(self.recorded), abs(self.found))
        if not math.isfinite(apart):
            return math.inf
        return 0.0 if apart == 0.0 else apart / size

    @property
    def tolerable(self) -> bool:
        """Whether it may be rounding."""
        if self.recorded is None or self.found is None:
            return False
        return self.relative <= TOLERANCE or abs(self.recorded - self.found) <= LEAST


@dataclass(frozen=True)
class Agreement:
    """How a trial came out: `figures` were compared, `differ` of them are not equal bit for bit.

    `worst` is the largest difference. `failures` says in a line each where a part failed then or
    now, and not alike.
    """

    verdict: Verdict
    figures: int
    differ: int
    worst: Difference | None
    failures: tuple[str, ...] = ()


def agreement_of(recorded: Sequence[Part], found: Sequence[Outcome]) -> Agreement:
    """Hold what was found against what is recorded, part by part."""
    by_place = {(one.fit.repeat, one.fit.fold): one for one in found}
    pairs = [(part, by_place[part.repeat, part.fold]) for part in recorded]
    failures = tuple(line for part, one in pairs if (line := _failure(part, one)) is not None)
    figures = differ = 0
    worst: Difference | None = None
    tolerable = True
    for part, one in pairs:
        for pair in _figures(part, one):
            figures += 1
            if pair.recorded == pair.found:
                continue
            differ += 1
            tolerable = tolerable and pair.tolerable
            if worst is None or pair.relative > worst.relative:
                worst = pair
    alike = all(part.confusion == one.confusion for part, one in pairs)
    return Agreement(_verdict(failures, differ, tolerable, alike), figures, differ, worst, failures)


def _verdict(failures: Sequence[str], differ: int, tolerable: bool, alike: bool) -> Verdict:
    if failures or not tolerable:
        return "different"
    return "within tolerance" if differ or not alike else "bit-equal"


def _failure(part: Part, one: Outcome) -> str | None:
    then = "trained" if part.error is None else part.error.reason
    now = "trained" if one.error is None else f"{one.error.reason}: {one.error.message}"
    if then == now.partition(":")[0]:
        return None
    return f"fold {part.fold}, repeat {part.repeat}: {then} then, {now} now"


def _figures(part: Part, one: Outcome) -> Iterator[Difference]:
    place = part.repeat, part.fold
    for name in dict.fromkeys([*part.metrics, *one.metrics]):
        yield Difference(name, *place, None, part.metrics.get(name), one.metrics.get(name))
    for name in dict.fromkeys([*part.history, *one.history]):
        then, now = _series(part.history, name), _series(one.history, name)
        for epoch in range(max(len(then), len(now))):
            yield Difference(name, *place, epoch + 1, _at(then, epoch), _at(now, epoch))


def _series(history: Mapping[str, tuple[float, ...]], name: str) -> tuple[float, ...]:
    return history.get(name, ())


def _at(values: tuple[float, ...], epoch: int) -> float | None:
    return values[epoch] if epoch < len(values) else None
