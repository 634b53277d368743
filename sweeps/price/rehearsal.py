"""Finds a sweep's price: trains a little of it, plays a session back, and adds up.

Runs in a process of its own, as a coordinator: it takes what a run would take to start, and its
workers, its ledger and its MLflow store are of the same kind. All of that is in a folder that
whoever started it removes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sweeps.drawing import Report
from sweeps.executors.environment import standing
from sweeps.executors.executor import Slots
from sweeps.executors.where import Where, slots_for
from sweeps.parts import Parts
from sweeps.price.caveats import caveats
from sweeps.price.figures import Overhead, Price
from sweeps.price.layout import Layout, laid_out
from sweeps.price.opening import Opening
from sweeps.price.overheads import bytes_in, checkpoints_of, disk_of, overhead_of
from sweeps.price.playback import played, stretched
from sweeps.price.spending import Spending
from sweeps.price.summing import priced, work_of
from sweeps.price.trying import Found, Trying
from sweeps.sweep import Budget, Sweep
from sweeps.trial import Outcome, Trial
from sweeps.turns import short_turns

if TYPE_CHECKING:
    from tracking.trying import Rows

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


@dataclass(frozen=True)
class Stage:
    """What a rehearsal has at hand: the sweep's parts, its executor, and MLflow's store."""

    asked: Asked
    parts: Parts
    slots: Slots
    opening: Opening
    spending: Spending

    @property
    def database(self) -> Path:
        """MLflow's."""
        return self.asked.folder / "mlflow.db"

    @property
    def checkpoints(self) -> Path:
        """The folder of what is trained for a part of its epochs."""
        return self.asked.folder / "checkpoints"


def price(asked: Asked, started: float, say: Callable[[str], None] = lambda _: None) -> Price:
    """The sweep's price; `started` is when the process was, by `time.time()`.

    Raises SpaceError and ValueError for a sweep that could not run, TooLongError where an epoch
    takes too long for finding out.
    """
    began = time.monotonic()
    sweep = replace(asked.sweep, budget=Budget(trial_seconds=asked.sweep.budget.trial_seconds))
    parts = Parts.of(sweep)
    with standing(parts.trainer.environment), short_turns(), Spending() as spending:
        slots = slots_for(asked.where, parts.trainer, say)
        starting = time.time() - started + COMMAND_SECONDS
        opening = Opening(asked.folder / "mlflow.db")
        try:
            found = _rehearsed(Stage(asked, parts, slots, opening, spending), starting)
        finally:
            slots.kill()
    return replace(found, calibration=time.monotonic() - began)


def _rehearsed(stage: Stage, starting: float) -> Price:
    asked, parts = stage.asked, stage.parts
    layout = laid_out(parts, stage.checkpoints)
    if not layout.fits:
        raise ValueError("none of the first trials can be trained")
    trying = Trying(parts, stage.slots, [p for some in layout.batches for p in some], asked.seconds)
    found = trying.run()
    overhead = _overhead(stage, layout, found, starting)
    work = work_of(parts, layout, trying, found, stage.slots.slots)
    notes = caveats(asked.sweep, parts, layout, found, cut=overhead.cut)
    return replace(
        priced(asked.sweep, work, overhead),
        device=found.device,
        notes=notes.lines,
        at_most=notes.at_most,
        about=notes.about,
    )


def _overhead(stage: Stage, layout: Layout, found: Found, starting: float) -> Overhead:
    """Play a session back, and see what that takes."""
    asked = stage.asked
    sound = [outcome for outcome in found.outcomes if outcome.error is None]
    if not sound:
        raise ValueError(f"no fit has a result: {_why(found.outcomes)}")
    opened = stage.opening.wait()
    empty = bytes_in(asked.folder, "mlflow.db*")
    session = played(
        stage.parts,
        _sample(layout, sound),
        stretched(sound, found.history, stage.parts.sweep.seed),
        stage.slots,
        opened.tracker,
        _report(),
        asked.folder / "store",
        asked.where,
    )
    rows = rows_of(stage.database)
    kept = checkpoints_of(layout, stage.checkpoints, sound)
    return overhead_of(
        session,
        layout,
        opened,
        rows,
        disk_of(asked.folder, session, rows, empty, kept, asked.new_store),
        starting=starting,
        core_seconds=max(0.0, stage.spending.core_seconds() - found.core_seconds),
        # One worker has been at it: the others will be as large.
        memory=stage.spending.memory + (stage.slots.slots - 1) * found.peak_bytes,
        new_store=asked.new_store,
    )


def rows_of(database: Path) -> tuple[Rows, Rows]:
    """(MLflow's rows of trials, all others)."""
    from tracking.trying import rows_in

    return rows_in(database)


def _report() -> Report:
    """What a run draws."""
    from sweeps.reports.sweep_report import sweep_report

    return sweep_report


def _why(outcomes: Sequence[Outcome]) -> str:
    errors = (outcome.error for outcome in outcomes)
    return next((f"{one.reason}: {one.message}" for one in errors if one is not None), "none ended")


def _sample(layout: Layout, sound: Sequence[Outcome]) -> list[Trial]:
    """Trials from all over the sweep, fewer where each has many rows."""
    history = max(len(outcome.history) for outcome in sound)
    rows = history * max((fit.budget for fit in layout.fits), default=1) + 20
    count = max(2, min(MOST_PLAYED, MOST_ROWS // rows))
    trials = layout.trials
    places = sorted({at * len(trials) // count for at in range(count)})
    return [trials[place] for place in places]
