"""What is chosen apart from a sweep: where it is kept, who watches it, where fits are trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypedDict

from sweeps.chosen import Surroundings
from sweeps.drawing import Report
from sweeps.executors.executor import Slots
from sweeps.executors.where import HERE, Executor, Placed, Where
from sweeps.store import Store
from sweeps.watcher import Silent, Watcher
from tracking.tracker import Tracker


class Around(TypedDict, total=False):
    """What is chosen apart from the sweep itself.

    Trials are logged to MLflow at `tracking_uri` (None: where MLflow logs by default), or to what
    `tracker` opens. `report` draws for the parent run when the sweep has ended. With `memo`, what
    was trained before in any sweep of the store is not trained again (see `sweeps.memo`). With
    `obeys_mlflow` (the default), whoever may write to MLflow may pause, resume, stop and cancel the
    sweep by the tag `sweeps.command` of its run; otherwise nobody looks at that. With `draws_here`,
    this process draws the report, which pays where it has loaded what that needs; else a worker.
    With `launched_ms`, the session is that of a job in the queue which was taken on then: it raises
    LeaseError, and does nothing, when another one has been launched for the job since.
    """

    store: Store | None
    watcher: Watcher | None
    tracking_uri: str | None
    tracker: Callable[[], Tracker] | None
    report: Report | None
    memo: bool
    obeys_mlflow: bool
    draws_here: bool
    launched_ms: int | None


class Options(Around, Placed, total=False):
    """The same, and where fits are trained.

    An `executor` that runs already is used as it is and left running, unless a second interruption
    ends it; `place` says where it trains, if not in this process. `race` is the sweep's place in a
    race, as the ledger keeps it (see `sweeps.race`).
    """

    executor: Slots | Executor | None
    place: Where | None
    race: str | None


def surroundings_of(options: Around) -> Surroundings:
    """What was chosen, and what stands for the rest."""
    return Surroundings(
        store=options.get("store") or Store.at(),
        watcher=options.get("watcher") or Silent(),
        tracker=options.get("tracker") or partial(_mlflow, options.get("tracking_uri")),
        report=options.get("report"),
        memo=options.get("memo", False),
        obeys_mlflow=options.get("obeys_mlflow", True),
        draws_here=options.get("draws_here", False),
    )


def placed(options: Options) -> Surroundings:
    """The same, with where fits are trained."""
    return replace(surroundings_of(options), place=place_of(options))


def place_of(options: Options) -> Where:
    """Where fits are trained; an executor that runs already is taken for here if nobody says."""
    given = options.get("executor")
    if given is None or isinstance(given, str):
        return Where.of(options, given or "processes")
    return options.get("place") or HERE


def _mlflow(uri: str | None) -> Tracker:
    from tracking.mlflow_tracker import MlflowTracker

    return MlflowTracker(uri)
