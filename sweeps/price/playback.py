"""A session of a sweep with made-up outcomes: what everything but training takes.

Ledger, MLflow, report and ending are the real ones, in a folder that is removed afterwards. Fits
are not trained: they are given outcomes that were measured before, stretched to their length.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from sweeps.chosen import Surroundings
from sweeps.drawing import Report
from sweeps.executors.executor import Slots
from sweeps.executors.where import Where
from sweeps.ledger.ledger import Ledger
from sweeps.parts import Parts
from sweeps.price.stand_ins import Bundling, Fixed, Instead, Timed, Watching
from sweeps.provenance import provenance_of
from sweeps.pruning.choose import KEY as PRUNER
from sweeps.session import Session
from sweeps.store import Store
from sweeps.sweep import Budget
from sweeps.trial import Fit, Outcome, Trial
from tracking.tracker import Tracker

SPREAD = 0.02
"""By how much scores that are played back differ, as a part of them: pictures need some."""


@dataclass(frozen=True)
class Played:
    """What a session took besides training, in seconds; `trials` are those that were played back.

    `looping` is the loop's time for all of them, `sending` MLflow's, `each_core_seconds` the
    processor time of both; `drawing` is what workers did in the end, `ending` all that comes after
    the last trial. `kept_bytes` is what the ledger holds of the results. `cut` says that something
    in the end took too long, and was ended.
    """

    trials: int
    beginning: float
    looping: float
    drawing: float
    sending: float
    ending: float
    core_seconds: float
    kept_bytes: float
    cut: bool = False


def played(
    parts: Parts,
    trials: Sequence[Trial],
    outcome: Callable[[Fit], Outcome],
    slots: Slots,
    tracker: Tracker,
    report: Report | None,
    folder: Path,
    place: Where,
) -> Played:
    """Play a session back that has these trials, in a store in that folder."""
    watcher, timed, instead = Watching(), Timed(tracker), Instead(slots, outcome)
    store = Store(folder)
    began, cores = time.monotonic(), time.thread_time()
    around = Surroundings(store, watcher, lambda: timed, report, memo=True, place=place)
    with closing(Ledger.open(store.ledger_url)) as ledger:
        search = Fixed(_renumbered(trials))
        changed = _bare(parts)
        claim = ledger.create(changed.sweep, {})
        ledger.keep_provenance(claim, provenance_of(changed, place).to_json())
        created = time.monotonic()
        Session(changed, search, ledger, claim, around).run(instead)
    ended = time.monotonic()
    return Played(
        trials=len(trials),
        beginning=created - began + timed.beginning,
        looping=watcher.last - created,
        drawing=instead.seconds,
        sending=timed.sending,
        ending=max(0.0, ended - watcher.last - instead.seconds),
        core_seconds=timed.core_seconds + watcher.core_seconds - cores,
        kept_bytes=float(watcher.bytes),
        cut=instead.cut,
    )


def stretched(measured: Sequence[Outcome], share: float, seed: int) -> Callable[[Fit], Outcome]:
    """Makes outcomes for fits from measured ones: as many epochs as `share` of the budget."""
    rng = random.Random(seed)

    def made(fit: Fit) -> Outcome:
        model = measured[fit.trial.number % len(measured)]
        epochs = max(1, round(share * fit.budget))
        factor = 1.0 + SPREAD * rng.random()
        history = {name: _repeated(values, epochs) for name, values in model.history.items()}
        metrics = {name: value * factor for name, value in model.metrics.items()}
        if "epochs" in metrics:
            metrics["epochs"] = float(epochs)
        return replace(model, fit=fit, metrics=metrics, history=history, seconds=0.1)

    return made


def _repeated(values: Sequence[float], epochs: int) -> tuple[float, ...]:
    return tuple(values[epoch % len(values)] for epoch in range(epochs)) if values else ()


def _renumbered(trials: Sequence[Trial]) -> list[Trial]:
    """Whom a trial continues or confirms is the first one: that it is somebody is a tag."""
    return [
        replace(
            trial,
            number=number,
            parent=None if trial.parent is None or not number else 0,
            confirms=None if trial.confirms is None else 0,
        )
        for number, trial in enumerate(trials)
    ]


def _bare(parts: Parts) -> Parts:
    """Without what would end it, what would prune, and who would be told."""
    sweep = parts.sweep
    options = {name: value for name, value in sweep.search.options.items() if name != PRUNER}
    search = replace(sweep.search, options=options, trials=None)
    bare = replace(sweep, budget=Budget(), search=search, notify=())
    return replace(parts, sweep=bare, trainer=Bundling(parts.trainer.environment))
