"""What a load of a service found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """What a load found. Times are seconds; `wrong` lists whatever is not as it should be."""

    submit: Sequence[float]
    status: Sequence[float]
    submitted: float
    total: float
    trials: int
    others: dict[str, int]
    wrong: list[str]
    machine_load: tuple[float, float, float]

    @property
    def lines(self) -> Iterator[str]:
        for name, seconds in (("submit", self.submit), ("status", self.status)):
            p50, p99 = quantile(seconds, 0.5), quantile(seconds, 0.99)
            yield (
                f"{name}: {len(seconds):,} answers, p50 {1000 * p50:.0f} ms, p99 {1000 * p99:.0f} "
                f"ms, longest {1000 * max(seconds):.0f} ms"
            )
        yield f"all submitted after {self.submitted:.1f} s, all over after {self.total:.1f} s"
        yield f"{self.trials:,} trials, {self.trials / self.total:.1f} a second"
        yield f"other answers: {dict(sorted(self.others.items()))}"
        yield f"load of the machine: {', '.join(f'{one:.1f}' for one in self.machine_load)}"
        yield from self.wrong or ("nothing lost, nothing doubled, every sweep is whole",)


def quantile(seconds: Sequence[float], part: float) -> float:
    """The smallest value that so large a part of them does not exceed."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
