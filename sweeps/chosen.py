"""What the user chose apart from the sweep itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sweeps.drawing import Report
from sweeps.executors.where import HERE, Where
from sweeps.store import Store
from sweeps.watcher import Watcher
from tracking.tracker import Tracker


@dataclass(frozen=True)
class Surroundings:
    """Where a session of a sweep runs.

    With `memo`, what was trained before in any sweep of the store is not trained again; `place` is
    where fits are trained. With `obeys_mlflow`, the tag `sweeps.command` in MLflow is obeyed. With
    `draws_here`, this process draws the report.
    """

    store: Store
    watcher: Watcher
    tracker: Callable[[], Tracker]
    report: Report | None
    memo: bool = False
    place: Where = HERE
    obeys_mlflow: bool = True
    draws_here: bool = False
