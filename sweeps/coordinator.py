"""Starting a sweep, and going on with one.

One coordinator per sweep writes. Workers get fits and return outcomes; they hold no database handle
and no tracking address.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from typing import Literal, Unpack

from sweeps import searching
from sweeps.accompanied import accompanied
from sweeps.chosen import Surroundings
from sweeps.conclusion import Conclusion
from sweeps.errors import LedgerError
from sweeps.executors.environment import standing
from sweeps.executors.executor import Slots
from sweeps.executors.where import Where, slots_for
from sweeps.lease import Claim, Heartbeat, LeaseError
from sweeps.ledger import jobs as ledger_jobs
from sweeps.ledger import orders as ledger_orders
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.records import FINAL
from sweeps.options import Around, Options, placed, surroundings_of
from sweeps.parts import Parts
from sweeps.provenance import provenance_of
from sweeps.reading.sweep import read_sweep
from sweeps.session import Session
from sweeps.sweep import Sweep
from sweeps.trainers.trainer import Trainer
from sweeps.trial import Reason
from sweeps.turns import short_turns
from sweeps.user_code.since import look_again
from sweeps.warm_start.beginning import reminded, warmed
from sweeps.watcher import Summary


class FinalError(RuntimeError):
    """A sweep was stopped or cancelled, so nothing follows; the message says which, in one line."""


def run(sweep: Sweep, **options: Unpack[Options]) -> Summary:
    """Run a sweep from its start, as a new entry in the ledger, to its end or an interruption.

    Raises SpaceError or ValueError, before anything is written, for a sweep that cannot run, and
    LedgerError when nothing can be kept.
    """
    if read_sweep(sweep.document) != sweep:
        raise ValueError(
            f"sweep {sweep.name!r} is not what its document says, so it could not be resumed: "
            "make the changed sweep with sweeps.define(...)"
        )
    around = placed(options)
    warm = warmed(Parts.of(sweep), around.store, around.watcher.said)
    parts = warm.parts
    with open_slots(parts.trainer, options, around.watcher.said) as slots:
        search = parts.backend.start(sweep.space, sweep.seed)
        began_with = provenance_of(parts, around.place).to_json()
        with closing(Ledger.open(around.store.ledger_url)) as ledger:
            state = searching.state_of(sweep, search)
            claim = ledger.create(parts.sweep, state, options.get("race"), warm.kept)
            ledger.keep_provenance(claim, began_with)
            search = searching.started(parts, search, ledger, claim.sweep_id)
            with accompanied(around, parts.sweep, claim.sweep_id) as among:
                return Session(parts, search, ledger, claim, among).run(slots)


def resume(sweep_id: str, **options: Unpack[Options]) -> Summary:
    """Go on with a sweep where its ledger ends: finish what is missing, send what MLflow lacks.

    Raises LookupError for an id that is not in the store, LeaseError while another process runs it,
    FinalError when it was stopped or cancelled.
    """
    return _gone_on(sweep_id, options)


def retry(
    sweep_id: str, reasons: Collection[Reason] | None = None, **options: Unpack[Options]
) -> Summary:
    """Run failed trials again, those with these reasons or (None) unpruned, and go on as `resume`.

    Raises ValueError when there is none, and what `resume` raises.
    """

    def failed_again(ledger: Ledger, claim: Claim) -> None:
        if not ledger_orders.retry(ledger, claim, reasons):
            about = "" if reasons is None else f" because of {' or '.join(sorted(reasons))}"
            raise ValueError(f"no trial of sweep {sweep_id} has failed{about}")

    return _gone_on(sweep_id, options, failed_again)


def extend(sweep_id: str, trials: int, **options: Unpack[Options]) -> Summary:
    """Allow the sweep so many trials more, and go on as `resume` does.

    Raises ValueError for a sweep whose trials were never capped, and what `resume` raises.
    """

    def longer(ledger: Ledger, claim: Claim) -> None:
        ledger_orders.extend(ledger, claim, trials)

    return _gone_on(sweep_id, options, longer)


def conclude(
    sweep_id: str, ending: Literal["stopped", "cancelled"], **around: Unpack[Around]
) -> Summary:
    """Make a sweep that nobody runs final: trials without a result will never have one.

    Raises LookupError, LeaseError and FinalError as `resume` does.
    """
    chosen = surroundings_of(around)
    with (
        closing(Ledger.open(chosen.store.ledger_url)) as ledger,
        _claimed(ledger, sweep_id, chosen.watcher.said) as claim,
    ):
        _refuse_final(ledger, sweep_id)
        _refuse_outrun(ledger, sweep_id, around.get("launched_ms"))
        return Conclusion(ledger, claim, chosen).final(ending)


def sync(sweep_id: str, *, seconds: float | None = None, **around: Unpack[Around]) -> int:
    """Send MLflow what it lacks of a sweep, its end included; how many trials it still lacks then.

    Goes on as long as MLflow takes records, `seconds` at most. Raises LookupError for an id that is
    not in the store, LeaseError while another process runs the sweep.
    """
    chosen = surroundings_of(around)
    with (
        closing(Ledger.open(chosen.store.ledger_url)) as ledger,
        _claimed(ledger, sweep_id, chosen.watcher.said) as claim,
    ):
        return Conclusion(ledger, claim, chosen).sync(seconds)


def _gone_on(
    sweep_id: str, options: Options, change: Callable[[Ledger, Claim], None] | None = None
) -> Summary:
    """A session of a sweep that is in the ledger, after a change to it."""
    around = placed(options)
    with (
        closing(Ledger.open(around.store.ledger_url)) as ledger,
        _claimed(ledger, sweep_id, around.watcher.said) as claim,
    ):
        _refuse_final(ledger, sweep_id)
        _refuse_outrun(ledger, sweep_id, options.get("launched_ms"))
        row = ledger.sweep(sweep_id)
        if not ledger.backend_state(sweep_id):
            return _begun(ledger, claim, around, options)
        if change is not None or row.state != "finished":
            look_again(read_sweep(ledger.document(sweep_id)), row.created_ms, around.watcher.said)
        if change is not None:
            change(ledger, claim)
        parts = reminded(Parts.of(read_sweep(ledger.document(sweep_id))), ledger, sweep_id)
        with open_slots(parts.trainer, options, around.watcher.said) as slots:
            search = searching.restored_search(parts, ledger, sweep_id)
            ledger.take_up(claim)
            with accompanied(around, parts.sweep, claim.sweep_id) as among:
                return Session(parts, search, ledger, claim, among).run(slots)


def _begun(ledger: Ledger, claim: Claim, around: Surroundings, options: Options) -> Summary:
    """The first session of a sweep that was queued, or that failed before it could begin."""
    sweep = read_sweep(ledger.document(claim.sweep_id))
    warm = warmed(Parts.of(sweep), around.store, around.watcher.said)
    parts = warm.parts
    with open_slots(parts.trainer, options, around.watcher.said) as slots:
        search = parts.backend.start(sweep.space, sweep.seed)
        ledger.keep_provenance(claim, provenance_of(parts, around.place).to_json())
        ledger.start(claim, parts.sweep, searching.state_of(sweep, search), warm.kept)
        search = searching.started(parts, search, ledger, claim.sweep_id)
        with accompanied(around, parts.sweep, claim.sweep_id) as among:
            return Session(parts, search, ledger, claim, among).run(slots)


def _refuse_final(ledger: Ledger, sweep_id: str) -> None:
    state = ledger.sweep(sweep_id).state
    if state in FINAL:
        raise FinalError(f"sweep {sweep_id} was {state}, which is final: run its file again")


def _refuse_outrun(ledger: Ledger, sweep_id: str, launched_ms: int | None) -> None:
    """What the job wanted may be done already, by a session that was launched later."""
    if launched_ms is None:
        return
    job = ledger_jobs.job_of(ledger, sweep_id)
    if job is None or job.state != "running" or job.launched_ms != launched_ms:
        raise LeaseError(f"another coordinator has been launched for sweep {sweep_id} since")


@contextmanager
def _claimed(ledger: Ledger, sweep_id: str, say: Callable[[str], None]) -> Iterator[Claim]:
    """The sweep, held; when something goes wrong before it runs the lease is given back.

    The lease is renewed from the start: a backend may take longer than that to be restored.
    """
    claim = ledger.claim(sweep_id)
    try:
        with closing(Heartbeat(lambda: ledger.renew(claim), say)):
            yield claim
    except BaseException:
        with suppress(LeaseError, LedgerError):  # a session that failed has given it back
            ledger.release(claim)
        raise


@contextmanager
def open_slots(trainer: Trainer, options: Options, tell: Callable[[str], None]) -> Iterator[Slots]:
    """Where fits are trained: what was given, or an executor that ends with the session.

    The trainer's variables stand in this process as well, since a backend may import the packages
    that read them. When the session fails, nobody waits for what is under way.
    """
    with standing(trainer.environment), short_turns(), ExitStack() as stack:
        given = options.get("executor")
        if given is None or isinstance(given, str):
            slots = slots_for(Where.of(options, given or "processes"), trainer, tell)
            stack.push(partial(_put_away, slots))
            yield slots
        else:
            yield given


def _put_away(slots: Slots, kind: type[BaseException] | None, *_: object) -> None:
    if kind is not None:
        slots.kill()
    slots.shutdown(cancel_futures=True)
