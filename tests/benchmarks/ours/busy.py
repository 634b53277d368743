"""How busy workers were, from when each of their calls began and ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tests.benchmarks.ours.sleeping import Span


@dataclass(frozen=True)
class Busy:
    """Shares of the time in which workers had a call, and what they computed besides.

    They are measured from `start`, when the last worker had its first call, to `end`, when the last
    call of all began. `mean` is that of all workers; while one is replaced it is not busy. `least`
    is that of the idlest process in its own time. `calls` ended in between, a process computed for
    `cpu_seconds` for each of its calls after the first.
    """

    workers: int
    start: float
    end: float
    calls: int
    mean: float
    least: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Calls a second."""
        return self.calls / (self.end - self.start)


def busy(spans: Sequence[Span], workers: int) -> Busy:
    """Raises ValueError when there were too few calls for all workers."""
    processes: dict[int, list[Span]] = defaultdict(list)
    for span in sorted(spans, key=lambda span: span.began):
        processes[span.process].append(span)
    firsts = sorted(calls[0].began for calls in processes.values())
    start, end = firsts[min(workers, len(firsts)) - 1], max(span.began for span in spans)
    if len(firsts) < workers or end <= start:
        raise ValueError(f"{len(spans)} calls are too few for {workers} workers")
    within = [_within(calls, start, end) for calls in processes.values()]
    return Busy(
        workers=workers,
        start=start,
        end=end,
        calls=sum(start < span.ended <= end for span in spans),
        mean=sum(within) / (workers * (end - start)),
        least=min(
            time / _life(calls, start, end)
            for calls, time in zip(processes.values(), within, strict=True)
            if time
        ),
        cpu_seconds=_computed(list(processes.values())),
    )


def _within(calls: Sequence[Span], start: float, end: float) -> float:
    return sum(max(0.0, min(span.ended, end) - max(span.began, start)) for span in calls)


def _life(calls: Sequence[Span], start: float, end: float) -> float:
    return min(calls[-1].ended, end) - max(calls[0].began, start)


def _computed(processes: Sequence[Sequence[Span]]) -> float:
    later = [(calls[-1].computed - calls[0].computed, len(calls) - 1) for calls in processes]
    return sum(seconds for seconds, _ in later) / max(1, sum(count for _, count in later))
