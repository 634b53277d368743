"""What a sweep takes besides training, from a session that was played back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from sweeps.price.figures import Disk, Overhead
from sweeps.price.layout import Layout
from sweeps.price.playback import Played
from sweeps.trial import Outcome

if TYPE_CHECKING:
    from tracking.trying import Opened, Rows

ROW_BYTES = 120
"""Of a trial in the ledger, besides its result and its configuration."""

PAGE = 4096
"""Bytes that SQLite writes at once. A row that is larger than half of one has it to itself."""

STATE_BYTES = 12
"""Of a parameter in a checkpoint: the weight and the two moments of most optimizers."""
CHECKPOINT_BYTES = 4000
"""Of a checkpoint besides."""


def overhead_of(
    played: Played,
    layout: Layout,
    opened: Opened,
    rows: tuple[Rows, Rows],
    disk: tuple[Disk, Disk],
    *,
    starting: float,
    core_seconds: float,
    memory: float,
    new_store: bool,
) -> Overhead:
    """Put together; `core_seconds` are all that were spent, training left out.

    `rows` are MLflow's of trials and of the parent run, `disk` what lies on it once and per trial.
    """
    count = max(1, played.trials)
    asked = max(1, len(layout.trials))
    making = opened.making if new_store else 0.0
    each = played.core_seconds / count + layout.seconds / asked
    spent = played.core_seconds + layout.seconds + opened.making - making
    once, per_trial = disk
    return Overhead(
        starting=starting + layout.starting,
        asking_each=layout.seconds / asked,
        looping_each=played.looping / count,
        opening=opened.importing + making + opened.opening,
        beginning=played.beginning,
        sending_each=played.sending / count,
        drawing=played.drawing,
        ending=played.ending,
        core_seconds=max(0.0, core_seconds - spent),
        core_seconds_each=each,
        memory=memory,
        disk=once,
        disk_each=per_trial,
        rows=_counts(rows[1]),
        rows_each={name: number / count for name, number in _counts(rows[0]).items()},
        cut=played.cut,
    )


def disk_of(
    folder: Path,
    played: Played,
    rows: tuple[Rows, Rows],
    empty: float,
    checkpoints: float,
    new_store: bool,
) -> tuple[Disk, Disk]:
    """(what is there once, what a trial adds) of the store that a session was played back in.

    `empty` is how large MLflow's database was before. Of what was added to it since, runs have
    their part by their rows.
    """
    count = max(1, played.trials)
    ledger = bytes_in(folder / "store", "ledger.db*")
    kept = on_pages(played.kept_bytes / count + ROW_BYTES)
    mlflow = bytes_in(folder, "mlflow.db*")
    ours, others = (sum(_counts(one).values()) for one in rows)
    each = max(0.0, mlflow - empty) * ours / max(1, ours + others) / count
    pictures = bytes_in(folder / "store" / "reports") + bytes_in(folder / "mlruns")
    once = Disk(
        ledger=max(0.0, ledger - count * kept),
        mlflow=mlflow - count * each - (0.0 if new_store else empty),
        artifacts=pictures,
        checkpoints=checkpoints,
    )
    return once, Disk(ledger=kept, mlflow=each, artifacts=0.0)


def checkpoints_of(layout: Layout, folder: Path, outcomes: Sequence[Outcome]) -> float:
    """Bytes of all checkpoints that later trials go on from, as large as those in the folder.

    Where none was written yet, as what is trained says.
    """
    fits = sum(fit.save_to is not None for fit in layout.fits)
    files = [path.stat().st_size for path in folder.glob("*.npz")]
    if files:
        return fits * fmean(files)
    sizes = [outcome.metrics.get("parameters", 0.0) for outcome in outcomes]
    return fits * (STATE_BYTES * fmean(sizes) + CHECKPOINT_BYTES)


def on_pages(row: float) -> float:
    """Bytes that a row of that size takes in SQLite."""
    return PAGE / (PAGE // row) if row <= PAGE else -(-row // PAGE) * PAGE


def bytes_in(folder: Path, pattern: str = "**/*") -> float:
    """Of all files there; 0 where there are none."""
    return float(sum(path.stat().st_size for path in folder.glob(pattern) if path.is_file()))


def _counts(rows: Rows) -> Mapping[str, float]:
    return asdict(rows)
