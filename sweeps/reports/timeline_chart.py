"""Timeline: which worker trained when, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweeps.reports.drawing import BLUE, GREY, PURPLE, dressed, keyed
from sweeps.reports.material import Material
from sweeps.reports.picture import Chart, LeftOut
from sweeps.wording import count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_WORKERS = 40
FINEST = 400
"""Times that can be told apart along the axis."""
COLOURS = {"done": BLUE, "pruned": GREY, "failed": PURPLE}

Bar = tuple[float, float]
"""Beginning and length, in seconds since the first trial began."""


@dataclass(frozen=True)
class Timeline:
    """For each worker its bars by what came of them; `busy` is the mean share of the time."""

    workers: tuple[str, ...]
    bars: tuple[dict[str, tuple[Bar, ...]], ...]
    seconds: float
    busy: float
    others: int

    @property
    def alt(self) -> str:
        """What is to be seen."""
        return (
            f"When {count(len(self.workers), 'worker')} trained over {self.seconds:.0f} s, which "
            f"was {self.busy:.0%} of the time"
        )

    @property
    def note(self) -> str:
        """What was left out."""
        more = f"; {self.others:,} more workers are not shown" if self.others else ""
        return f"training took {self.busy:.0%} of the workers' time{more}"

    def height(self, _narrow: bool, /) -> float:
        """In inches."""
        return 0.95 + 0.22 * max(2, len(self.workers))

    def draw(self, figure: Figure, _narrow: bool, /) -> None:
        """A row for each worker, the first at the top."""
        axes = figure.subplots()
        unit, word = (60.0, "minutes") if self.seconds > 300 else (1.0, "seconds")
        for state, colour in COLOURS.items():
            label: str | None = state
            for row, bars in enumerate(self.bars):
                drawn = [(start / unit, length / unit) for start, length in bars.get(state, ())]
                if drawn:
                    axes.broken_barh(drawn, (row - 0.36, 0.72), color=colour, label=label, lw=0)
                    label = None
        axes.set_yticks(range(len(self.workers)), self.workers)
        axes.set_ylim(len(self.workers) - 0.4, -0.6)
        axes.set_xlim(0, self.seconds / unit)
        dressed(axes, "", f"{word} since the first trial began", "")
        axes.grid(visible=False)
        keyed(axes)


def timeline_of(material: Material) -> Timeline | LeftOut | None:
    """Of trials whose workers are known."""
    by_worker: dict[str, dict[str, set[tuple[int, int]]]] = defaultdict(lambda: defaultdict(set))
    for one in (*material.found.results, *material.found.confirmed):
        for span in one.cost.spans if one.cost is not None else ():
            by_worker[span.worker][one.state].add((span.began_ms, span.ended_ms))
    if not by_worker:
        return LeftOut("nobody noted which worker trained what") if material.scored else None
    every = [span for states in by_worker.values() for spans in states.values() for span in spans]
    first, last = min(began for began, _ in every), max(ended for _, ended in every)
    order = sorted(by_worker, key=lambda name: min(min(s) for s in by_worker[name].values()))
    shown = order[:MOST_WORKERS]
    seconds = max((last - first) / 1000, 0.001)
    rows = tuple(
        {state: bars_of(spans, first, last) for state, spans in by_worker[name].items()}
        for name in shown
    )
    return Timeline(
        workers=tuple(f"worker {at}" for at in range(1, len(shown) + 1)),
        bars=rows,
        seconds=seconds,
        busy=_busy(by_worker.values(), last - first),
        others=len(order) - len(shown),
    )


def bars_of(spans: Iterable[tuple[int, int]], first: int, last: int) -> tuple[Bar, ...]:
    """The spans in seconds since `first`, those joined that are too close to be told apart."""
    finest = (last - first) / FINEST
    joined: list[list[int]] = []
    for began, ended in sorted(spans):
        if joined and began - joined[-1][1] <= finest and began - joined[-1][0] <= 20 * finest:
            joined[-1][1] = max(joined[-1][1], ended)
        else:
            joined.append([began, ended])
    return tuple(((began - first) / 1000, (ended - began) / 1000) for began, ended in joined)


def _busy(workers: Iterable[dict[str, set[tuple[int, int]]]], length: int) -> float:
    shares = [
        _covered(sorted(set().union(*states.values()))) / max(1, length) for states in workers
    ]
    return min(1.0, sum(shares) / len(shares))


def _covered(spans: Sequence[tuple[int, int]]) -> int:
    """Milliseconds in at least one of the sorted spans."""
    covered, until = 0, 0
    for began, ended in spans:
        covered += max(0, ended - max(began, until))
        until = max(until, ended)
    return covered


TIMELINE = Chart("timeline", "Who trained when", timeline_of)
