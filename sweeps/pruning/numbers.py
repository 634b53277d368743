"""The settings of Optuna's pruners: their names, and what each may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sweeps.reading.section import Section

MOST = 1_000_000_000


@dataclass(frozen=True)
class Number:
    """A number from `low` to `high`, both included; `whole` ones alone where that is said."""

    low: float
    high: float = MOST
    whole: bool = False

    def read(self, section: Section, name: str) -> float:
        """The value of a key that is there. Raises SweepError."""
        value = section.values[name]
        if self.whole:
            return section.whole(name, 0, low=int(self.low), high=int(self.high))
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise section.wrong(name, "is not a number")
        if not self.low <= value <= self.high:
            raise section.wrong(name, f"is not a number from {self.low:g} to {self.high:g}")
        return float(value)


def _count(low: int) -> Number:
    return Number(low, whole=True)


_EVERY = {"n_warmup_steps": _count(0), "interval_steps": _count(1)}
_AMONG_OTHERS = {"n_startup_trials": _count(0), **_EVERY, "n_min_trials": _count(1)}
_HALVING = {"min_resource": _count(1), "reduction_factor": _count(2), "bootstrap_count": _count(0)}

NUMBERS: Mapping[str, Mapping[str, Number]] = {
    "median": _AMONG_OTHERS,
    "percentile": {"percentile": Number(0, 100), **_AMONG_OTHERS},
    "successive_halving": {**_HALVING, "min_early_stopping_rate": _count(0)},
    "hyperband": {**_HALVING, "max_resource": _count(1)},
    "patient": {"patience": _count(0), "min_delta": Number(0)},
    "threshold": {"lower": Number(-MOST), "upper": Number(-MOST), **_EVERY},
    "wilcoxon": {"p_threshold": Number(0, 1), "n_startup_steps": _count(0)},
}
"""By kind, as `optuna.pruners` names them."""
