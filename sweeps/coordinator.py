"""Starting a sweep, and going on with one.

One coordinator per sweep writes. Workers get fits and return outcomes; they hold no database handle
and no tracking address.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial

from sweeps.executors.executor import Slots
from sweeps.ledger import Ledger
from sweeps.ledger_view import told
from sweeps.loop import told_of
from sweeps.reading import read_sweep
from sweeps.session import Parts, Report, Session, Surroundings
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.watcher import Silent, Summary, Watcher
from tracking.tracker import Tracker


def run(
    sweep: Sweep,
    *,
    store: Store | None = None,
    workers: int = 0,
    watcher: Watcher | None = None,
    tracking_uri: str | None = None,
    tracker: Callable[[], Tracker] | None = None,
    executor: Slots | None = None,
    report: Report | None = None,
) -> Summary:
    """Run a sweep from its start, as a new entry in the ledger, to its end or an interruption.

    `workers` are processes of their own; with 0, fits are trained in this one. An `executor` given
    is used instead and left running. Trials are logged to MLflow at `tracking_uri` (None: where
    MLflow logs by default), or to what `tracker` opens. Raises SpaceError or ValueError, before
    anything is written, for a sweep that cannot run.
    """
    if read_sweep(sweep.document) != sweep:
        raise ValueError(
            f"sweep {sweep.name!r} is not what its document says, so it could not be resumed: "
            "make the changed sweep with sweeps.define(...)"
        )
    around = _surroundings(store, workers, watcher, tracking_uri, tracker, executor, report)
    parts = Parts.of(sweep)
    _prepare_process(parts)
    search = parts.backend.start(sweep.space, sweep.seed)
    ledger = Ledger.open(around.store.ledger_url)
    try:
        claim = ledger.create(sweep, search.state())
        return Session(parts, search, ledger, claim, around).run()
    finally:
        ledger.close()


def resume(
    sweep_id: str,
    *,
    store: Store | None = None,
    workers: int = 0,
    watcher: Watcher | None = None,
    tracking_uri: str | None = None,
    tracker: Callable[[], Tracker] | None = None,
    executor: Slots | None = None,
    report: Report | None = None,
) -> Summary:
    """Go on with a sweep where its ledger ends: finish what is missing, send what MLflow lacks.

    Raises LookupError for an id that is not in the store, LeaseError while another process runs it.
    """
    around = _surroundings(store, workers, watcher, tracking_uri, tracker, executor, report)
    ledger = Ledger.open(around.store.ledger_url)
    try:
        parts = Parts.of(read_sweep(ledger.document(sweep_id)))
        _prepare_process(parts)
        claim = ledger.claim(sweep_id)
        finished, running = told(ledger.trials(sweep_id))
        search = parts.backend.restore(
            parts.sweep.space,
            parts.sweep.seed,
            ledger.backend_state(sweep_id),
            [told_of(result, parts.sweep) for result in finished],
            running,
        )
        return Session(parts, search, ledger, claim, around).run()
    finally:
        ledger.close()


def _surroundings(
    store: Store | None,
    workers: int,
    watcher: Watcher | None,
    tracking_uri: str | None,
    tracker: Callable[[], Tracker] | None,
    executor: Slots | None,
    report: Report | None,
) -> Surroundings:
    return Surroundings(
        store=store or Store.at(),
        workers=workers,
        watcher=watcher or Silent(),
        tracker=tracker or partial(_mlflow, tracking_uri),
        executor=executor,
        report=report,
    )


def _prepare_process(parts: Parts) -> None:
    """Set what the trainer needs, in this process too: a backend may import the same packages.

    What the user has set stays.
    """
    for name, value in parts.trainer.environment.items():
        os.environ.setdefault(name, value)


def _mlflow(uri: str | None) -> Tracker:
    from tracking.mlflow_tracker import MlflowTracker

    return MlflowTracker(uri)
