"""Sweeps with a pruner, and a way to break them off."""

from __future__ import annotations

from typing import Any

import pytest

from sweeps.journal import Journal
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep

HALT = "the machine lost its power"
PRUNERS: dict[str, Any] = {
    "median": {"median": {"n_startup_trials": 2}},
    "percentile": {"percentile": {"n_startup_trials": 2}},
    "successive_halving": {"successive_halving": {"reduction_factor": 3}},
    "hyperband": "hyperband",
    "patient": {"patient": {"patience": 0, "wrapped": "successive_halving"}},
    "wilcoxon": {"wilcoxon": {"p_threshold": 0.4}},
}


def sweep_of(pruner: Any, **changes: Any) -> Sweep:
    wilcoxon = pruner == PRUNERS["wilcoxon"]
    search = {"backend": "random", "trials": 16, "batch": 5, **changes.pop("search", {})}
    return read_sweep(
        {
            "task": "penguins",
            "space": {"width": {"low": 1, "high": 500}, "epochs": [7, 20]},
            "search": search if pruner is None else {**search, "pruner": pruner},
            "evaluate": {"folds": 5} if wilcoxon else {},
            **changes,
        }
    )


class Halting:
    """Breaks the session off at its nth commit: before it is kept, or after."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int, *, kept: bool) -> None:
        commit, left = Journal.commit, iter(range(at))

        def halting(journal: Journal, *args: Any) -> None:
            if next(left, None) is not None:
                commit(journal, *args)
                return
            if kept:
                commit(journal, *args)
            monkeypatch.undo()
            raise RuntimeError(HALT)

        monkeypatch.setattr(Journal, "commit", halting)
