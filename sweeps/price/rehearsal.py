"""Finds a sweep's price: trains a little of it, plays a session back, and adds up.

Runs in a process of its own, as a coordinator: it takes what a run would take to start, and its
workers, its ledger and its MLflow store are of the same kind. All of that is in a folder that
whoever started it removes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sweeps import cores
from sweeps.drawing import Report
from sweeps.executors.environment import standing
from sweeps.executors.executor import Slots
from sweeps.executors.where import Where, slots_for
from sweeps.parts import Parts
from sweeps.price.arithmetic import Work, price_of, trials_within, within
from sweeps.price.caveats import caveats
from sweeps.price.figures import Overhead, Price
from sweeps.price.layout import Layout, laid_out
from sweeps.price.overheads import bytes_in, disk_of, overhead_of
from sweeps.price.pace import Pace, Taken
from sweeps.price.playback import played, stretched
from sweeps.price.spending import Spending
from sweeps.price.trying import Found, Trying
from sweeps.pruning.choose import steps_for
from sweeps.sweep import Budget, Sweep
from sweeps.trial import Outcome, Trial
from sweeps.turns import short_turns

if TYPE_CHECKING:
    from tracking.trying import Opened

SECONDS = 10.0
"""How long packs are tried, from when the first of them is trained."""

MOST_PLAYED = 40
MOST_ROWS = 20_000
"""Trials that are played back, and rows of MLflow that they may have together."""

COMMAND_SECONDS = 0.3
"""What the command line itself takes before a sweep is started."""


@dataclass(frozen=True)
class Asked:
    """What is to be priced, and where: `new_store` says that MLflow's database is not there yet."""

    sweep: Sweep
    where: Where
    folder: Path
    new_store: bool = True
    seconds: float = SECONDS


class Opening:
    """MLflow's store, opened on a thread while packs are trained, as in a run."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._opened: Opened | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._open, name="sweeps-price-mlflow", daemon=True)
        self._thread.start()

    def _open(self) -> None:
        try:
            from tracking.trying import opened

            self._opened = opened(self._file)
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._error = error

    def wait(self) -> Opened:
        """The store. Raises what went wrong."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._opened is not None, "the thread has ended, and without an error"
        return self._opened


def price(asked: Asked, started: float, say: Callable[[str], None] = lambda _: None) -> Price:
    """The sweep's price; `started` is when the process was, by `time.time()`.

    Raises SpaceError and ValueError for a sweep that could not run.
    """
    began = time.monotonic()
    sweep = replace(asked.sweep, budget=Budget(trial_seconds=asked.sweep.budget.trial_seconds))
    parts = Parts.of(sweep)
    with standing(parts.trainer.environment), short_turns(), Spending() as spending:
        slots = slots_for(asked.where, parts.trainer, say)
        try:
            priced = _with(asked, parts, slots, started, spending)
        finally:
            slots.kill()
    return replace(priced, calibration=time.monotonic() - began)


def _with(asked: Asked, parts: Parts, slots: Slots, started: float, spending: Spending) -> Price:
    starting = time.time() - started + COMMAND_SECONDS
    opening = Opening(asked.folder / "mlflow.db")
    layout = laid_out(parts, asked.folder / "checkpoints")
    if not layout.fits:
        raise ValueError("none of the first trials can be trained")
    trying = Trying(parts, slots, [p for some in layout.batches for p in some], asked.seconds)
    found = trying.run()
    sound = [outcome for outcome in found.outcomes if outcome.error is None]
    if not sound:
        raise ValueError(f"no fit has a result: {found.outcomes[0].error}")
    opened = opening.wait()
    empty = bytes_in(asked.folder, "mlflow.db*")
    sample = _sample(layout, sound)
    outcome = stretched(sound, found.share, parts.sweep.seed)
    session = played(
        parts,
        sample,
        outcome,
        slots,
        opened.tracker,
        sweep_report(),
        asked.folder / "store",
        asked.where,
    )
    from tracking.trying import rows_in

    rows = rows_in(asked.folder / "mlflow.db")
    overhead = overhead_of(
        session,
        layout,
        opened,
        rows,
        disk_of(asked.folder, session, rows, empty, asked.new_store),
        starting=starting,
        core_seconds=max(0.0, spending.core_seconds() - found.core_seconds),
        memory=spending.memory,
        new_store=asked.new_store,
    )
    work = _work(parts, layout, trying, found, slots.slots)
    priced = _priced(asked.sweep, work, overhead)
    notes = caveats(asked.sweep, parts, layout, found)
    return replace(
        priced, device=found.device, notes=notes.lines, at_most=notes.at_most, about=notes.about
    )


def sweep_report() -> Report:
    """What a run draws."""
    from sweeps.reports.sweep_report import sweep_report as report

    return report


def _sample(layout: Layout, sound: Sequence[Outcome]) -> list[Trial]:
    """Trials from all over the sweep, fewer where each has many rows."""
    history = max(len(outcome.history) for outcome in sound)
    rows = history * max((fit.budget for fit in layout.fits), default=1) + 20
    count = max(2, min(MOST_PLAYED, MOST_ROWS // rows))
    trials = layout.trials
    places = sorted({at * len(trials) // count for at in range(count)})
    return [trials[place] for place in places]


def _work(parts: Parts, layout: Layout, trying: Trying, found: Found, slots: int) -> Work:
    """What all packs take: those that were trained to their end what they took."""
    paces, steps = found.trials.paces(), steps_for(parts.sweep)
    stages = 1 if steps is None or not steps.looks else steps.looks + 1
    fallback = Pace.of([one for tried in found.trials.tried.values() for one in tried])
    kinds = {load.kind for load in trying.loads}
    taken = iter(
        found.whole[place]
        if place in found.whole and stages == 1
        else paces.get(load.kind, fallback).taken(load, stages)
        for place, load in enumerate(trying.loads)
    )
    first = [found.trials.loads_like(kind) for kind in kinds]
    every = min(slots, max(1, len(trying.loads)))
    return Work(
        batches=[[next(taken) for _ in some] for some in layout.batches],
        loading=Taken(
            sum(one.seconds for one in first), every * sum(one.core_seconds for one in first)
        ),
        laid_out=len(layout.trials),
        trials=len(layout.trials) if layout.complete else parts.plan.trials,
        fits=len(layout.fits),
        epochs=layout.epochs,
        slots=slots,
    )


def _priced(sweep: Sweep, work: Work, overhead: Overhead) -> Price:
    """Of all trials, or of those that fit where there is no other end."""
    count = cores.usable()
    budget = sweep.budget
    limits = []
    if budget.minutes is not None:
        limits.append(trials_within(work, overhead, 60 * budget.minutes))
    if budget.epochs is not None and work.epochs:
        limits.append(max(1, int(budget.epochs / work.scaled(work.epochs, 1))))
    fitting = min(limits, default=None)
    trials = work.trials if work.trials is not None else fitting or work.laid_out
    return within(price_of(work, overhead, trials, count), fitting)
