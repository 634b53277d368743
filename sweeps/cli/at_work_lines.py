"""What is being trained, as a line for each slot."""

from __future__ import annotations

from collections.abc import Sequence

from sweeps.errors import printable
from sweeps.watcher import AtWork
from sweeps.wording import figure


def at_work_lines(live: Sequence[AtWork], most: int) -> list[str]:
    """`worker 0: trial 7, fold 2/5, epoch 3/50, now 0.9123, best 0.9345`, and how many more."""
    lines = [_line(one) for one in live[:most]]
    return lines + ([f"and {len(live) - most:,} more"] if len(live) > most else [])


def _line(one: AtWork) -> str:
    what = [_trials(one), *([one.part] if one.part else [])]
    if one.epoch or one.epochs > 1:
        what.append(f"epoch {one.epoch:,}/{one.epochs:,}")
    if one.value is not None:
        what.append(f"now {figure(one.value)}")
    if one.best is not None:
        what.append(f"best {figure(one.best)}")
    return printable(f"{one.slot}: {', '.join(what)}")


def _trials(one: AtWork) -> str:
    """`trial 7`, `trials 12-75 (64)`."""
    if one.trials == 1:
        return f"trial {one.first}"
    return f"trials {one.first}-{one.last} ({one.trials:,})"
