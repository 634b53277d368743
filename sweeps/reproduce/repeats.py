"""How many repeats fit in two minutes on the machine at hand, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sweeps.executors.executor import Slots
from sweeps.ledger.ledger import Ledger
from sweeps.reproduce import estimate
from sweeps.reproduce.estimate import Cost, Pace, cost_of
from sweeps.reproduce.experiments import Experiment
from sweeps.reproduce.pace import measured
from sweeps.reproduce.wanted import Wanted
from sweeps.store import Store
from sweeps.sweep import Sweep

MOST_REPEATS = 20
LONG = 120.0
"""Seconds that a reproduction may take unasked."""

FILLED = 0.9
"""The part of them that estimates may fill: they are rough."""

QUICK_POINTS = 20
QUICKER = 0.7
"""The part of the time below which thinning out is worth offering."""


@dataclass(frozen=True)
class Forecast:
    """How long what is wanted takes: the cost of one repeat of each experiment, at a pace."""

    costs: Mapping[str, Cost]
    pace: Pace

    @classmethod
    def of(cls, wanted: Wanted, executor: Slots) -> Forecast:
        """Measure the pace on the sweep that costs most. Trains some networks, keeps nothing."""
        costs = {experiment.name: cost_of(sweep) for experiment, sweep in wanted.sweeps()}
        largest = max(wanted.sweeps(), key=lambda one: costs[one[0].name].operations)
        return cls(costs, measured(largest[1], executor))

    def seconds(self, wanted: Wanted) -> float:
        """Of the whole command."""
        each = [
            (self.costs[experiment.name], sweep.evaluate.repeats)
            for experiment, sweep in wanted.sweeps()
        ]
        return estimate.seconds(each, self.pace)

    def most_repeats(self, wanted: Wanted) -> int:
        """The most repeats, up to 20, that fit in two minutes; 1 when none do."""
        first, second = (self.seconds(wanted.with_repeats(chosen)) for chosen in (1, 2))
        more = (FILLED * LONG - first) / (second - first)
        return max(1, min(MOST_REPEATS, 1 + int(more)))


def chosen(wanted: Wanted, store: Store, forecast: Forecast) -> tuple[Wanted, str | None]:
    """What is wanted with its number of repeats, and what to say of how it came about."""
    if not wanted.leaves_repeats_open:
        return wanted, None
    earlier = _earlier(store, wanted.sweeps()) if wanted.go_on else None
    number = forecast.most_repeats(wanted) if earlier is None else earlier
    fitting = wanted.with_repeats(number)
    if earlier is not None:
        why = "as in the call before"
    elif forecast.seconds(fitting) <= LONG:
        why = "chosen to fit in two minutes on this machine"
    else:
        why = "which alone takes longer than two minutes on this machine"
    repeats = f"{number} repeat{'' if number == 1 else 's'}"
    return fitting, f"{repeats} of experiments 1 to 5, {why}; --repeats K for another number"


def announcement(wanted: Wanted, forecast: Forecast, choice: str | None) -> list[str]:
    """How many sweeps, how long, how many repeats if that was a choice, what would be quicker."""
    duration = forecast.seconds(wanted)
    count = len(wanted.sweeps())
    about = estimate.in_words(duration)
    lines = [f"{count} sweep{'' if count == 1 else 's'}, about {about} (a rough estimate)"]
    if choice is not None:
        lines.append(choice)
    if wanted.points is None and duration > LONG:
        quick = replace(wanted, points=QUICK_POINTS)
        costs = {experiment.name: cost_of(sweep) for experiment, sweep in quick.sweeps()}
        shorter = Forecast(costs, forecast.pace).seconds(quick)
        if shorter < QUICKER * duration:
            lines.append(
                f"a quicker look: --points {QUICK_POINTS}, about {estimate.in_words(shorter)}; "
                "fewer points leave more conclusions undecided"
            )
    return lines


def _earlier(store: Store, sweeps: Sequence[tuple[Experiment, Sweep]]) -> int | None:
    """The repeats of the newest sweep in the store that differs from ours in nothing else."""
    ours = [_but_repeats(sweep.document) for experiment, sweep in sweeps if experiment.parameter]
    ledger = Ledger.open(store.ledger_url)
    try:
        for row in reversed(ledger.sweeps()):
            document = ledger.document(row.sweep_id)
            if _but_repeats(document) in ours:
                return int(document["evaluate"]["repeats"])
    finally:
        ledger.close()
    return None


def _but_repeats(document: Mapping[str, object]) -> dict[str, object]:
    evaluate = document.get("evaluate")
    rest = {**evaluate, "repeats": None} if isinstance(evaluate, Mapping) else evaluate
    return {**document, "evaluate": rest}
