"""What a sweep will train, asked of its backend itself with made-up scores."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sweeps import evaluation
from sweeps.asking import Asking
from sweeps.backends.backend import Search, Told
from sweeps.backends.confirming import Confirming
from sweeps.parts import Parts
from sweeps.price.loads import begun
from sweeps.pruning.choose import trials_before_pruning
from sweeps.searching import confirm_of
from sweeps.trainers.trainer import Pack
from sweeps.trial import Failure, Fit, Trial

MOST_TRIALS = 3000
MOST_SECONDS = 4.0
"""Asking stops there, and what was asked for stands for the rest."""


@dataclass(frozen=True)
class Layout:
    """The trials of a sweep in the batches in which they are trained, and their packs.

    `complete` says whether these are all trials. `starting` is what starting the search took,
    `seconds` what asking and packing did. `before` are the
    epochs that promoted trials have behind them when they begin.
    """

    batches: tuple[tuple[Pack, ...], ...]
    trials: tuple[Trial, ...]
    fits: tuple[Fit, ...]
    before: dict[int, int]
    complete: bool
    starting: float
    seconds: float

    @property
    def epochs(self) -> int:
        """All that the fits train, at most."""
        return sum(fit.budget - self.before.get(fit.trial.number, 0) for fit in self.fits)


class Scores:
    """Made-up scores, and who is best by them."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._told: list[Told] = []

    def told(self, trial: Trial) -> Told:
        """A trial's."""
        score = self._rng.random()
        self._told.append(Told(trial, score, scores=(score,)))
        return self._told[-1]

    def ranking(self) -> list[Trial]:
        """The search's trials, the best first."""
        searched = [told for told in self._told if told.trial.confirms is None]
        return [told.trial for told in sorted(searched, key=lambda told: told.score or 0.0)]


def laid_out(parts: Parts, folder: Path) -> Layout:
    """Ask until there is no more, or for long enough. `folder` is where checkpoints would be."""
    began = time.monotonic()
    sweep, scores = parts.sweep, Scores(parts.sweep.seed)
    search = _searching(parts, scores)
    started = time.monotonic()
    asking = Asking(
        search,
        lambda trial: _fits(parts, trial, folder),
        max(sweep.search.batch or parts.backend.batch, sweep.evaluate.confirm_top),
        None if sweep.evaluate.confirm_top else sweep.search.trials,
        0,
        trials_before_pruning(sweep),
    )
    batches: list[list[tuple[Trial, Sequence[Fit]]]] = []
    count, enough = 0, False
    while not enough and (batch := asking.next()):
        batches.append(
            [(trial, [] if isinstance(fits, Failure) else fits) for trial, fits in batch]
        )
        count += len(batch)
        if not sweep.defined_as_it_runs:
            search.tell([scores.told(trial) for trial, _ in batch])
        late = time.monotonic() - started >= MOST_SECONDS
        enough = count >= MOST_TRIALS or late
    layout = _layout(parts, batches, complete=not enough or not asking.next())
    seconds = time.monotonic() - started
    return replace(layout, starting=started - began, seconds=seconds)


def _searching(parts: Parts, scores: Scores) -> Search:
    """The search as a session has it, confirmations included."""
    search = parts.backend.start(parts.sweep.space, parts.sweep.seed)
    confirm = confirm_of(parts)
    return search if confirm is None else Confirming(search, confirm, scores.ranking)


def _layout(
    parts: Parts,
    batches: Sequence[Sequence[tuple[Trial, Sequence[Fit]]]],
    *,
    complete: bool,
) -> Layout:
    trials = [trial for batch in batches for trial, _ in batch]
    budgets = {trial.number: trial.budget or 0 for trial in trials}
    before = {t.number: budgets[t.parent] for t in trials if t.parent is not None}
    fits = [[fit for _, its in batch for fit in its] for batch in batches]
    packed = [parts.trainer.pack(some, parts.problem) if some else [] for some in fits]
    return Layout(
        batches=tuple(tuple(begun(pack, before) for pack in packs) for packs in packed),
        trials=tuple(trials),
        fits=tuple(fit for some in fits for fit in some),
        before=before,
        complete=complete,
        starting=0.0,
        seconds=0.0,
    )


def _fits(parts: Parts, trial: Trial, folder: Path) -> Sequence[Fit] | Failure:
    try:
        return evaluation.fits_of(trial, parts.problem, folder)
    except ValueError as error:
        return Failure("bad_configuration", str(error))
