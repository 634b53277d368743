"""Trains some of a sweep's packs, for a few seconds, to learn how long the others take."""

from __future__ import annotations

import random
import time
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from sweeps.executors.executor import Slots, Terms
from sweeps.live import at_work
from sweeps.parts import Parts
from sweeps.price.loads import Load, load_of, narrowed, shortened
from sweeps.price.pace import Pace, Taken, Trials, Tried
from sweeps.trainers.trainer import Pack
from sweeps.trial import Outcome

MEGABYTE = 2**20
NEVER = 1e9
"""Seconds after which a worker would say how far it is: nobody listens."""

FIRST_EPOCHS = 1
LONGEST_CALL = 120.0
"""Seconds that one epoch of a pack may take; what is longer cannot be found out in passing."""

SHORT_PACK = 3.0
"""Seconds of a pack that is trained to its end rather than for some of its epochs."""


MORE = 1.5
"""How many times as many epochs as before are worth trying."""


class TooLongError(RuntimeError):
    """An epoch takes so long that there is no price in passing; the message says how long."""


@dataclass
class Found:
    """What came of trying: seconds by kind, outcomes to make results of, and which were whole."""

    trials: Trials = field(default_factory=Trials)
    whole: dict[int, Taken] = field(default_factory=dict)
    """What packs took that were trained to their end, by their position."""
    outcomes: list[Outcome] = field(default_factory=list)
    peak_bytes: float = 0.0
    device: str = "cpu"
    core_seconds: float = 0.0
    """Of all that was trained."""
    unseen: int = 0
    """Packs of kinds that were not tried."""
    epochs: float = 0.0
    budgets: float = 0.0
    """Epochs of fits that were trained to their end, and those that they could have had."""
    shortest: list[float] = field(default_factory=list)
    """Of each trial in a pack that was, the least part of its epochs that a fit was trained."""

    @property
    def share(self) -> float:
        """How much of its epochs a fit is trained, as early stopping has it."""
        return self.epochs / self.budgets if self.budgets else 1.0

    @property
    def history(self) -> float:
        """How much of its epochs a trial's history has, which ends with its shortest fit's."""
        return fmean(self.shortest) if self.shortest else 1.0

    def ended(self, place: int, taken: Taken, outcomes: Sequence[Outcome]) -> None:
        """A pack was trained to its end."""
        self.whole[place] = taken
        self.outcomes += outcomes
        self.epochs += sum(_epochs(one) for one in outcomes)
        self.budgets += sum(one.fit.budget for one in outcomes)
        least: dict[int, float] = {}
        for one in outcomes:
            number, part = one.fit.trial.number, _epochs(one) / max(1, one.fit.budget)
            least[number] = min(part, least.get(number, part))
        self.shortest += least.values()


class Trying:
    """One calibration: packs are trained one at a time, since they take all cores."""

    def __init__(self, parts: Parts, slots: Slots, packs: Sequence[Pack], seconds: float) -> None:
        self._parts = parts
        self._slots = slots
        self._packs = packs
        self._loads = [load_of(pack, parts.trainer, parts.problem) for pack in packs]
        self._seconds = seconds
        self._until = float("inf")
        self._longest: dict[int, int] = {}
        self.found = Found()

    @property
    def loads(self) -> Sequence[Load]:
        """Those of the packs."""
        return self._loads

    def run(self) -> Found:
        """Until all is known, or the time is up; it counts from when the first pack is done."""
        kinds = sorted(self._kinds().items(), key=lambda one: -sum(self._work(p) for p in one[1]))
        for kind, places in kinds:
            if time.monotonic() >= self._until:
                self.found.unseen += len(places)
                continue
            self._begin(kind, places)
        went_on = True
        while went_on and time.monotonic() < self._until:
            went_on = False
            for place in self._worthwhile():
                if time.monotonic() >= self._until:
                    break
                went_on = self._go_on(place) or went_on
        return self.found

    def _kinds(self) -> dict[Hashable, list[int]]:
        kinds: dict[Hashable, list[int]] = {}
        for place, load in enumerate(self._loads):
            kinds.setdefault(load.kind, []).append(place)
        return kinds

    def _work(self, place: int) -> float:
        return self._loads[place].labour

    def _begin(self, kind: Hashable, places: Sequence[int]) -> None:
        """Have the kind's programs loaded, and see what an epoch takes then."""
        middle = sorted(places, key=self._work)[len(places) // 2]
        pack = self._first_of(self._packs[middle])
        load = load_of(pack, self._parts.trainer, self._parts.problem)
        loaded, _ = self._timed(pack)
        if self._until == float("inf"):
            self._until = time.monotonic() + self._seconds
        taken, outcomes = self._timed(pack)
        trials = self.found.trials
        trials.tried.setdefault(kind, []).append(Tried(load, taken, whole=False))
        trials.loading[kind] = Taken(
            max(0.0, loaded.seconds - taken.seconds),
            max(0.0, loaded.core_seconds - taken.core_seconds),
        )
        self.found.outcomes += outcomes

    def _first_of(self, pack: Pack) -> Pack:
        if self._parts.sweep.subject.kind in ("estimator", "function"):
            return pack
        return shortened(narrowed(pack, self._parts.trainer, self._parts.problem), FIRST_EPOCHS)

    def _worthwhile(self) -> Iterator[int]:
        """Packs to train next: first one of each kind, then those that would take longest.

        Of equals any: neighbours are alike, and would tell less.
        """
        paces, rng = self.found.trials.paces(), random.Random(0)
        known = sorted(
            (-paces[load.kind].taken(load).seconds, rng.random(), place)
            for place, load in enumerate(self._loads)
            if load.kind in paces and place not in self.found.whole
        )
        first: dict[Hashable, int] = {}
        for _, _, place in known:
            first.setdefault(self._loads[place].kind, place)
        firsts = set(first.values())
        yield from first.values()
        yield from (place for _, _, place in known if place not in firsts)

    def _go_on(self, place: int) -> bool:
        """Train a pack to its end, or for as many epochs as there is time for; whether it was."""
        load = self._loads[place]
        pace: Pace = self.found.trials.paces()[load.kind]
        expected = pace.taken(load).seconds
        left = self._until - time.monotonic()
        if expected > max(SHORT_PACK, left):
            return self._some_epochs(place, pace, left)
        taken, outcomes = self._timed(self._packs[place])
        self.found.ended(place, taken, outcomes)
        self.found.trials.tried[load.kind].append(Tried(load, taken))
        return True

    def _some_epochs(self, place: int, pace: Pace, left: float) -> bool:
        """For a few seconds, unless that is hardly more than was tried before.

        How long an epoch takes is known better each time: what was tried first was mostly what a
        fit takes whatever its length.
        """
        if self._parts.sweep.subject.kind in ("estimator", "function"):
            return False
        trainer, problem = self._parts.trainer, self._parts.problem
        pack = narrowed(self._packs[place], trainer, problem)
        one = load_of(shortened(pack, 1), trainer, problem)
        each = pace.a_unit * one.work
        most = max(fit.budget for fit in pack.fits)
        epochs = min(most, int(min(left, SHORT_PACK) / each) if each > 0 else 2)
        if epochs < MORE * self._longest.get(place, 1):
            return False
        self._longest[place] = epochs
        short = shortened(pack, epochs)
        taken, outcomes = self._timed(short)
        self.found.outcomes += outcomes
        load = load_of(short, trainer, problem)
        self.found.trials.tried[load.kind].append(Tried(load, taken, whole=False))
        return True

    def _timed(self, pack: Pack) -> tuple[Taken, list[Outcome]]:
        began = time.monotonic()
        parts = self._parts
        future = self._slots.submit_on(
            Terms(None), at_work.train, parts.trainer, pack, parts.problem, NEVER
        )
        try:
            outcomes = future.result(timeout=LONGEST_CALL)
        except TimeoutError as error:
            message = f"an epoch of {len(pack.fits)} fits takes more than {LONGEST_CALL:.0f} s"
            raise TooLongError(message) from error
        seconds = time.monotonic() - began
        costs = [one.cost for one in outcomes if one.cost is not None]
        peak = max((cost.peak_mb * MEGABYTE for cost in costs), default=0.0)
        self.found.peak_bytes = max(self.found.peak_bytes, peak)
        self.found.device = costs[0].device if costs else self.found.device
        self.found.core_seconds += sum(cost.core_seconds for cost in costs)
        return Taken(
            seconds,
            sum(cost.core_seconds for cost in costs),
            sum(cost.gpu_seconds for cost in costs),
            peak,
        ), outcomes


def _epochs(outcome: Outcome) -> float:
    """How many the fit was trained; all where nobody counts them."""
    return outcome.metrics.get("epochs", float(outcome.fit.budget))
