"""Starting a sweep, and going on with one.

One coordinator per sweep writes. Workers get fits and return outcomes; they hold no database handle
and no tracking address.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from typing import Literal

from sweeps import cores, ledger_orders
from sweeps.backends.backend import Search
from sweeps.conclusion import Conclusion
from sweeps.drawing import Report
from sweeps.errors import LedgerError
from sweeps.executors.environment import standing
from sweeps.executors.executor import Slots, executor_for
from sweeps.lease import Claim, LeaseError
from sweeps.ledger import Ledger
from sweeps.ledger_records import FINAL, told
from sweeps.loop import told_of
from sweeps.parts import Parts
from sweeps.reading import read_sweep
from sweeps.session import Session, Surroundings
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.trainers.trainer import Trainer
from sweeps.trial import Reason
from sweeps.watcher import Silent, Summary, Watcher
from tracking.tracker import Tracker


class FinalError(RuntimeError):
    """A sweep was stopped or cancelled, so nothing follows; the message says which, in one line."""


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

    Raises LookupError for an id that is not in the store, LeaseError while another process runs it,
    FinalError when it was stopped or cancelled.
    """
    around = _surroundings(store, watcher, tracking_uri, tracker, report)
    with closing(Ledger.open(around.store.ledger_url)) as ledger:
        return _gone_on(ledger, sweep_id, _nothing, workers, executor, around)


def retry(
    sweep_id: str,
    reasons: Collection[Reason] | None = None,
    *,
    store: Store | None = None,
    workers: int | None = 0,
    watcher: Watcher | None = None,
    tracking_uri: str | None = None,
    tracker: Callable[[], Tracker] | None = None,
    executor: Slots | None = None,
    report: Report | None = None,
) -> Summary:
    """Run failed trials again, those with these reasons or (None) all, and go on as `resume` does.

    Raises ValueError when there is none, and what `resume` raises.
    """

    def failed_again(ledger: Ledger, claim: Claim) -> None:
        if not ledger_orders.retry(ledger, claim, reasons):
            about = "" if reasons is None else f" because of {' or '.join(sorted(reasons))}"
            raise ValueError(f"no trial of sweep {sweep_id} has failed{about}")

    around = _surroundings(store, watcher, tracking_uri, tracker, report)
    with closing(Ledger.open(around.store.ledger_url)) as ledger:
        return _gone_on(ledger, sweep_id, failed_again, workers, executor, around)


def extend(
    sweep_id: str,
    trials: int,
    *,
    store: Store | None = None,
    workers: int | None = 0,
    watcher: Watcher | None = None,
    tracking_uri: str | None = None,
    tracker: Callable[[], Tracker] | None = None,
    executor: Slots | None = None,
    report: Report | None = None,
) -> Summary:
    """Allow the sweep so many trials more, and go on as `resume` does.

    Raises ValueError for a sweep whose trials were never capped, and what `resume` raises.
    """

    def longer(ledger: Ledger, claim: Claim) -> None:
        ledger_orders.extend(ledger, claim, trials)

    around = _surroundings(store, watcher, tracking_uri, tracker, report)
    with closing(Ledger.open(around.store.ledger_url)) as ledger:
        return _gone_on(ledger, sweep_id, longer, workers, executor, around)


def _nothing(ledger: Ledger, claim: Claim) -> None:
    """No change before going on."""


def _gone_on(
    ledger: Ledger,
    sweep_id: str,
    change: Callable[[Ledger, Claim], None],
    workers: int | None,
    executor: Slots | None,
    around: Surroundings,
) -> Summary:
    """A session of a sweep that is in the ledger, after a change to it."""
    refuse_final(ledger, sweep_id)
    with _claimed(ledger, sweep_id) as claim:
        change(ledger, claim)
        parts = Parts.of(read_sweep(ledger.document(sweep_id)))
        with _slots(parts.trainer, workers, executor) as slots:
            search = _restored(parts, ledger, sweep_id)
            ledger.take_up(claim)
            return Session(parts, search, ledger, claim, around).run(slots)


@contextmanager
def _claimed(ledger: Ledger, sweep_id: str) -> Iterator[Claim]:
    """The sweep, held; when something goes wrong before it runs it is given back as it was."""
    claim = ledger.claim(sweep_id)
    try:
        yield claim
    except BaseException:
        with suppress(LeaseError, LedgerError):  # a session that failed has given it back
            ledger.release(claim)
        raise


def conclude(
    sweep_id: str,
    ending: Literal["stopped", "cancelled"],
    *,
    store: Store | None = None,
    watcher: Watcher | None = None,
    tracking_uri: str | None = None,
    tracker: Callable[[], Tracker] | None = None,
    report: Report | None = None,
) -> Summary:
    """Make a sweep that nobody runs final: trials without a result will never have one.

    Raises LookupError, LeaseError and FinalError as `resume` does.
    """
    around = _surroundings(store, watcher, tracking_uri, tracker, report)
    with closing(Ledger.open(around.store.ledger_url)) as ledger:
        refuse_final(ledger, sweep_id)
        with _claimed(ledger, sweep_id) as claim:
            return Conclusion(ledger, claim, around).final(ending)


def sync(
    sweep_id: str,
    *,
    store: Store | None = None,
    watcher: Watcher | None = None,
    tracking_uri: str | None = None,
    tracker: Callable[[], Tracker] | None = None,
    seconds: float | None = None,
) -> int:
    """Send MLflow what it lacks of a sweep, its end included; how many trials it still lacks then.

    Goes on as long as MLflow takes records, `seconds` at most. Raises LookupError for an id that is
    not in the store, LeaseError while another process runs the sweep.
    """
    around = _surroundings(store, watcher, tracking_uri, tracker, None)
    with (
        closing(Ledger.open(around.store.ledger_url)) as ledger,
        _claimed(ledger, sweep_id) as claim,
    ):
        return Conclusion(ledger, claim, around).sync(seconds)


def refuse_final(ledger: Ledger, sweep_id: str) -> None:
    """Raise FinalError for a sweep that was stopped or cancelled."""
    state = ledger.sweep(sweep_id).state
    if state in FINAL:
        raise FinalError(f"sweep {sweep_id} was {state}, which is final: run its file again")


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
