"""Starting a sweep, and going on with one.

One coordinator per sweep writes. Workers get fits and return outcomes; they hold no database handle
and no tracking address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial

from sweeps import cores
from sweeps.backends.backend import Search
from sweeps.executors.environment import standing
from sweeps.executors.executor import Slots, executor_for
from sweeps.ledger import Ledger
from sweeps.ledger_records import told
from sweeps.loop import told_of
from sweeps.parts import Parts
from sweeps.reading import read_sweep
from sweeps.session import Report, Session, Surroundings
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.trainers.trainer import Trainer
from sweeps.watcher import Silent, Summary, Watcher
from tracking.tracker import Tracker


def run(
    sweep: Sweep,
    *,
    store: Store | None = None,
    workers: int | None = 0,
    watcher: Watcher | None = None,
    tracking_uri: str | None = None,
    tracker: Callable[[], Tracker] | None = None,
    executor: Slots | None = None,
    report: Report | None = None,
) -> Summary:
    """Run a sweep from its start, as a new entry in the ledger, to its end or an interruption.

    `workers` are processes of their own (None: as many as suit the trainer and this machine); with
    0, fits are trained in this one. An `executor` given is used instead and left running, unless a
    second interruption ends it. Trials are logged to MLflow at `tracking_uri` (None: where MLflow
    logs by default), or to what `tracker` opens. Raises SpaceError or ValueError, before anything
    is written, for a sweep that cannot run.
    """
    if read_sweep(sweep.document) != sweep:
        raise ValueError(
            f"sweep {sweep.name!r} is not what its document says, so it could not be resumed: "
            "make the changed sweep with sweeps.define(...)"
        )
    around = _surroundings(store, watcher, tracking_uri, tracker, report)
    parts = Parts.of(sweep)
    with _slots(parts.trainer, workers, executor) as slots:
        search = parts.backend.start(sweep.space, sweep.seed)
        with closing(Ledger.open(around.store.ledger_url)) as ledger:
            claim = ledger.create(sweep, search.state())
            return Session(parts, search, ledger, claim, around).run(slots)


def resume(
    sweep_id: str,
    *,
    store: Store | None = None,
    workers: int | None = 0,
    watcher: Watcher | None = None,
    tracking_uri: str | None = None,
    tracker: Callable[[], Tracker] | None = None,
    executor: Slots | None = None,
    report: Report | None = None,
) -> Summary:
    """Go on with a sweep where its ledger ends: finish what is missing, send what MLflow lacks.

    Raises LookupError for an id that is not in the store, LeaseError while another process runs it.
    """
    around = _surroundings(store, watcher, tracking_uri, tracker, report)
    with closing(Ledger.open(around.store.ledger_url)) as ledger:
        parts = Parts.of(read_sweep(ledger.document(sweep_id)))
        with _slots(parts.trainer, workers, executor) as slots:
            claim = ledger.claim(sweep_id)
            try:
                search = _restored(parts, ledger, sweep_id)
            except BaseException:
                ledger.release(claim)
                raise
            return Session(parts, search, ledger, claim, around).run(slots)


def _restored(parts: Parts, ledger: Ledger, sweep_id: str) -> Search:
    finished, running = told(ledger.trials(sweep_id))
    return parts.backend.restore(
        parts.sweep.space,
        parts.sweep.seed,
        ledger.backend_state(sweep_id),
        [told_of(result, parts.sweep) for result in finished],
        running,
    )


@contextmanager
def _slots(trainer: Trainer, workers: int | None, given: Slots | None) -> Iterator[Slots]:
    """Where fits are trained: what was given, or an executor that ends with the session.

    The trainer's variables stand in this process as well, since a backend may import the packages
    that read them.
    """
    with ExitStack() as stack:
        stack.enter_context(standing(trainer.environment))
        if given is None:
            count = trainer.processes(cores.usable()) if workers is None else workers
            given = executor_for(count, trainer.environment)
            stack.callback(given.shutdown, cancel_futures=True)
        yield given


def _surroundings(
    store: Store | None,
    watcher: Watcher | None,
    tracking_uri: str | None,
    tracker: Callable[[], Tracker] | None,
    report: Report | None,
) -> Surroundings:
    return Surroundings(
        store=store or Store.at(),
        watcher=watcher or Silent(),
        tracker=tracker or partial(_mlflow, tracking_uri),
        report=report,
    )


def _mlflow(uri: str | None) -> Tracker:
    from tracking.mlflow_tracker import MlflowTracker

    return MlflowTracker(uri)
