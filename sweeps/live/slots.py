"""What slots are training, as the watcher is shown it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sweeps.live.at_work import Report, Reports
from sweeps.sweep import Evaluate, Objective
from sweeps.trainers.trainer import Pack
from sweeps.trial import Fit
from sweeps.watcher import AtWork

Epochs = Callable[[int], int]
"""How many epochs the trial of that number will have in all, as far as anybody knows."""


@dataclass(frozen=True)
class _Packed:
    """A pack's trials, and the most epochs that one of its fits is given."""

    first: int
    last: int
    trials: int
    epochs: int


class LiveSlots:
    """The packs that are heard of, each in its slot."""

    def __init__(self, objective: Objective, evaluate: Evaluate, epochs: Epochs) -> None:
        self._objective = objective
        self._evaluate = evaluate
        self._epochs = epochs
        self._packs: dict[int, tuple[Pack, AtWork]] = {}

    def heard(self, pack: Pack, slot: str, said: Reports) -> None:
        """A slot is that far with a pack."""
        reports = [*said.every, *said.latest]
        known = self._packs.get(id(pack))
        best = self._best(reports, None if known is None else known[1].best)
        self._packs[id(pack)] = pack, self._at_work(pack, slot, reports, best)

    def landed(self, pack: Pack) -> bool:
        """Nobody trains the pack any more; whether it was heard of."""
        return self._packs.pop(id(pack), None) is not None

    def seen(self) -> list[AtWork]:
        """By slot, `worker 2` before `worker 10`."""
        return sorted((one for _, one in self._packs.values()), key=lambda one: _natural(one.slot))

    def _at_work(
        self, pack: Pack, slot: str, reports: Sequence[Report], best: float | None
    ) -> AtWork:
        packed = _packed(pack)
        latest = reports[-1] if reports else None
        alone = packed.trials == 1
        furthest = latest if alone else max(reports, key=lambda one: one.epoch, default=None)
        return AtWork(
            slot=slot,
            trials=packed.trials,
            first=packed.first,
            last=packed.last,
            part=self._part(latest or pack.fits[0]) if alone else "",
            epoch=0 if furthest is None else furthest.epoch,
            epochs=max(packed.epochs, self._epochs(packed.first)),
            value=self._value(latest.values) if alone and latest is not None else None,
            best=best,
        )

    def _part(self, one: Report | Fit) -> str:
        """Which fold and repeat, counted from 1; nothing where there is but one."""
        folds, repeats = self._evaluate.folds, self._evaluate.repeats
        nth = one.repeat
        if nth >= repeats:  # of a confirmation
            nth, repeats = nth - repeats, self._evaluate.confirm_repeats
        words = [f"fold {one.fold + 1}/{folds}"] if folds > 1 else []
        words += [f"repeat {nth + 1}/{repeats}"] if repeats > 1 else []
        return ", ".join(words)

    def _value(self, values: Mapping[str, float]) -> float | None:
        """The objective's among an epoch's values: those of training rows go without a prefix."""
        metric = self._objective.metric
        return values.get(metric, values.get(metric.removeprefix("train_")))

    def _best(self, reports: Sequence[Report], before: float | None) -> float | None:
        found = [self._value(report.values) for report in reports]
        known = [value for value in (before, *found) if value is not None]
        return min(known, key=self._objective.minimised, default=None)


def _packed(pack: Pack) -> _Packed:
    numbers = {fit.trial.number for fit in pack.fits}
    epochs = max(fit.budget for fit in pack.fits)
    return _Packed(min(numbers), max(numbers), len(numbers), epochs)


def _natural(name: str) -> list[tuple[int, str]]:
    """Numbers within names by their size."""
    pieces = re.split(r"(\d+)", name)
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in pieces]
