"""The packs in which a trial was trained, put together from the ledger.

The last digits of a figure hang on the company in which a network is trained, and for a promoted
trial on that of its parent: a trial that is to come out equal bit for bit is trained in the same
packs, those of the trials that it goes on from first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sweeps import evaluation
from sweeps.ledger.view import LedgerView
from sweeps.memo.memo import NOTE
from sweeps.pack_marks import name_of, read_mark
from sweeps.parts import Parts
from sweeps.pruning.choose import PARTS, steps_for
from sweeps.trainers.trainer import Pack
from sweeps.trial import Fit, Part, Result

STAGED = "trials of this sweep were trained a stage at a time, in other company each time"


class NotWholeError(Exception):
    """A pack cannot be put together; the message says why."""


@dataclass(frozen=True)
class Company:
    """What is trained: `levels` one after the other, the packs of each in any order.

    `apart` says why figures may differ in their last digits all the same; None where they may not.
    """

    levels: Sequence[Sequence[Pack]]
    apart: str | None = None


def company_of(ledger: LedgerView, sweep_id: str, trial: Result, parts: Parts, at: Path) -> Company:
    """The packs of a trial that has a result; checkpoints are kept in the folder `at`."""
    search = _Search(ledger, sweep_id, parts, at)
    staged = STAGED if steps_for(parts.sweep) is not None else None
    try:
        for part in trial.parts:
            search.visit(_mark(trial, part))
    except NotWholeError as error:
        fits = search.fits(trial)
        packs = parts.trainer.pack(list(fits.values()), parts.problem)
        return Company([packs], staged or str(error))
    depths = sorted({depth for depth, _ in search.packs.values()})
    levels = [[pack for at, pack in search.packs.values() if at == depth] for depth in depths]
    return Company(levels, staged)


@dataclass
class _Search:
    """Collects packs; each with its depth: those of parents are trained before."""

    ledger: LedgerView
    sweep_id: str
    parts: Parts
    at: Path
    packs: dict[str, tuple[int, Pack]] = field(default_factory=dict)
    _fits: dict[int, dict[tuple[int, int], Fit]] = field(default_factory=dict)
    _results: dict[int, Result | None] = field(default_factory=dict)

    def visit(self, name: str) -> int:
        """Add the pack and all that it goes on from; its depth."""
        if name not in self.packs:
            members = self._members(name)
            before = [mark for one in members if (mark := self._before(*one)) is not None]
            depth = max((self.visit(mark) + 1 for mark in dict.fromkeys(before)), default=0)
            fits = tuple(self._fit(trial, part) for trial, part in members)
            self.packs[name] = depth, Pack(fits)
        return self.packs[name][0]

    def fits(self, trial: Result) -> dict[tuple[int, int], Fit]:
        """A trial's fits, by repeat and fold: of one that gave up early as far as it came."""
        number = trial.trial.number
        if number not in self._fits:
            seconds = self.parts.sweep.budget.trial_seconds
            fits = evaluation.fits_of(trial.trial, self.parts.problem, self.at, seconds)
            wanted = {(part.repeat, part.fold) for part in trial.parts}
            self._fits[number] = {
                (fit.repeat, fit.fold): _as_far(fit, trial, self.parts)
                for fit in fits
                if (fit.repeat, fit.fold) in wanted
            }
        return self._fits[number]

    def _fit(self, trial: Result, part: Part) -> Fit:
        return self.fits(trial)[part.repeat, part.fold]

    def _members(self, name: str) -> list[tuple[Result, Part]]:
        """The fits of a pack in its order. Raises NotWholeError unless all of them are known."""
        placed = {
            read_mark(part.pack)[1]: (trial, part)
            for trial in self.ledger.trained_with(self.sweep_id, name)
            for part in trial.parts
            if part.pack is not None and read_mark(part.pack)[0] == name
        }
        members = [placed[at] for at in sorted(placed)]
        if name_of((one.trial.number, part.repeat, part.fold) for one, part in members) != name:
            raise NotWholeError("not all that was trained beside it has a result of then")
        return members

    def _before(self, trial: Result, part: Part) -> str | None:
        """The pack from whose checkpoint a fit went on; None where it began at epoch 0."""
        number = trial.trial.parent
        if number is None:
            return None
        if number not in self._results:
            self._results[number] = self.ledger.trial(self.sweep_id, number).result
        parent = self._results[number]
        if parent is None or NOTE in parent.notes:
            return None
        same = [one for one in parent.parts if (one.repeat, one.fold) == (part.repeat, part.fold)]
        return _mark(parent, same[0]) if same else None


def _mark(trial: Result, part: Part) -> str:
    if part.pack is None:
        raise NotWholeError(f"it is not kept what trial {trial.trial.number} was trained beside")
    return read_mark(part.pack)[0]


def _as_far(fit: Fit, trial: Result, parts: Parts) -> Fit:
    """The fit, up to the epoch at which its trial was ended early."""
    steps = steps_for(parts.sweep)
    if trial.pruned is None or steps is None or steps.choice.kind == PARTS:
        return fit
    return replace(fit, budget=trial.pruned.step)
