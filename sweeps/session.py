"""One session of a sweep: everything it needs, put together, run, and taken down again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from functools import partial

from sweeps import remembering
from sweeps.afterwards import artifacts_of
from sweeps.backends.backend import Search
from sweeps.checkpoint_keeper import CheckpointKeeper
from sweeps.chosen import Surroundings
from sweeps.control import Control, Listener
from sweeps.delivery import Delivery
from sweeps.errors import LedgerAwayError, LedgerError
from sweeps.executors.executor import Slots
from sweeps.interrupts import Interrupts
from sweeps.journal import Journal
from sweeps.lease import Claim, Heartbeat, LeaseError
from sweeps.ledger import orders as ledger_orders
from sweeps.ledger.ledger import Ledger
from sweeps.live.live import Live
from sweeps.loop import Loop
from sweeps.memo.choose import memo_of
from sweeps.pareto import front_of
from sweeps.parts import Parts
from sweeps.stopwatch import Stopwatch
from sweeps.system_figures import SystemFigures
from sweeps.taking_up import taken_up
from sweeps.watcher import RESUMABLE, Ending, Summary
from tracking.records import Artifact

DRAIN_SECONDS = 8.0
LONGEST_DRAIN_SECONDS = 60.0
"""How long the end waits for MLflow, so that with all the rest it takes ten seconds: the latter
only while it takes trials quickly."""
BROKEN_OFF_SECONDS = 4.0
"""The same when somebody could not wait for what was under way; for the ledger's server, too."""

NOT_DRAWN: frozenset[Ending] = RESUMABLE | {"cancelled"}


class Session:
    """One session of one sweep."""

    def __init__(
        self, parts: Parts, search: Search, ledger: Ledger, claim: Claim, around: Surroundings
    ) -> None:
        self._parts = parts
        self._search = search
        self._ledger = ledger
        self._claim = claim
        self._around = around
        self._begun = ledger.trials(claim.sweep_id)
        self._row = ledger.sweep(claim.sweep_id)
        self._stopwatch = Stopwatch(self._row.spent_seconds)
        self._checkpoints = CheckpointKeeper(around.store.checkpoints(claim.sweep_id))
        self._interrupts = Interrupts(around.watcher.said)
        self._lost: LeaseError | None = None
        self._broken_off = False
        self._end_is_kept = False
        self._control = Control(
            self._interrupts, lambda state: self._journal.show(state), around.watcher.said
        )
        obey = self._control.obey if around.obeys_mlflow else None
        self._delivery = Delivery(parts, ledger, claim, around.tracker, around.watcher.said, obey)
        self._live = Live(
            parts.sweep, claim.sweep_id, parts.problem, around.watcher, self._delivery.live
        )
        results = [begun.result for begun in self._begun if begun.result is not None]
        self._journal = Journal(
            parts.sweep,
            claim,
            ledger,
            self._delivery,
            self._live,
            around.watcher,
            self._stopwatch,
            remembering.best_of(parts.sweep, results),
            front_of(parts.sweep, results) if parts.sweep.further else (),
        )

    def run(self, executor: Slots) -> Summary:
        """To the end, an interruption or an error; the ledger is left resumable in any case.

        The lease is held until MLflow has caught up, so that nobody sends the same runs meanwhile.
        """
        self._ledger.outages.endure(self._around.watcher.said)
        heartbeat = Heartbeat(
            lambda: self._ledger.renew(self._claim), self._around.watcher.said, self._lose
        )
        listener = Listener(
            partial(ledger_orders.taken, self._ledger, self._claim), self._control.obey
        )
        try:
            with self._interrupts:
                with closing(self._figures()):
                    ending, cause = self._train(executor)
                if ending == "out_of_time":
                    self._say_what_is_unconfirmed()
                artifacts = (
                    artifacts_of(self._parts, self._around, self._ledger, self._claim, executor)
                    if ending not in NOT_DRAWN
                    else ()
                )
                unsent = self._drain(ending, artifacts)
            self._ledger.release(self._claim)
        except BaseException as error:
            self._abandon(error)
            raise
        finally:
            listener.close()
            heartbeat.close()
        summary = self._summary(ending, cause, unsent)
        self._around.watcher.ended(summary)
        return summary

    def _train(self, executor: Slots) -> tuple[Ending, str | None]:
        """How training ended and, if it failed, why; both are kept."""
        loop: Loop | None = None
        memo = memo_of(self._parts, self._ledger, self._around)
        ending: Ending
        try:
            with self._interrupts.breakable(executor.kill):
                self._announce()
                loop = taken_up(
                    self._parts,
                    self._search,
                    executor,
                    self._live,
                    self._journal,
                    self._checkpoints,
                    self._begun,
                    memo,
                )
                ending = loop.run(self._control)
        except KeyboardInterrupt:
            self._interrupts.deafen()
            self._broken_off = True
            self._ledger.outages.endure(self._around.watcher.said, BROKEN_OFF_SECONDS)
            executor.kill()
            if self._lost is not None:
                raise self._lost from None
            ending = "cancelled" if self._control.wish == "cancel" else "interrupted"
        if memo.line is not None:
            self._around.watcher.said(memo.line)
        return self._ended(ending, loop.cause if loop and ending in RESUMABLE else None)

    def _figures(self) -> SystemFigures:
        """Samples of what the machine does while trials are trained."""
        return SystemFigures(
            self._delivery.sampled, self._row.created_ms, self._around.watcher.said
        )

    def _lose(self, error: LeaseError) -> None:
        """Nothing that is trained from now on could be kept."""
        self._lost = error
        self._interrupts.break_off()

    def _ended(self, ending: Ending, cause: str | None) -> tuple[Ending, str | None]:
        self._ledger.end(self._claim, ending, self._stopwatch.seconds, cause)
        self._end_is_kept = True
        if ending not in RESUMABLE:
            try:
                self._checkpoints.clear()
            except OSError as error:
                self._around.watcher.said(f"checkpoints are left over: {error}")
        return ending, cause

    def _announce(self) -> None:
        """Tell watcher and MLflow that the sweep runs; send MLflow what it missed."""
        row, name = self._row, self._parts.sweep.name
        total = self._parts.plan.total(row.searched, row.confirmations)
        self._around.watcher.began(self._claim.sweep_id, name, total, row.ended)
        self._delivery.begin()
        self._delivery.unsent(self._begun)

    def _say_what_is_unconfirmed(self) -> None:
        row, top = self._ledger.sweep(self._claim.sweep_id), self._parts.sweep.evaluate.confirm_top
        if row.confirmations < min(top, row.done):
            said = f"the time was up: {row.confirmations:,} of the best {top:,} were confirmed"
            self._around.watcher.said(said)

    def _drain(self, ending: Ending, artifacts: Sequence[Artifact]) -> int:
        """Let MLflow catch up; how many trials it still lacks."""
        if ending == "cancelled":
            # What was kept in the instant of breaking off may not have been put to be sent.
            self._delivery.unsent(self._ledger.trials(self._claim.sweep_id))
        self._delivery.end(ending, artifacts)
        try:
            if self._broken_off:
                return self._delivery.close(BROKEN_OFF_SECONDS)
            return self._delivery.close(DRAIN_SECONDS, LONGEST_DRAIN_SECONDS)
        except KeyboardInterrupt:
            return self._delivery.close(0.0)
        except LedgerError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug in sending must not hide what was found
            self._around.watcher.said(f"MLflow lacks trials: {type(error).__name__}: {error}")
            return self._ledger.sweep(self._claim.sweep_id).unsent

    def _abandon(self, error: BaseException) -> None:
        """After an error: what is kept stays, MLflow is told, the lease is given back.

        A sweep that had ended before that is what it ended as. The ledger's server was waited for
        if it is what failed, and who presses Ctrl-C waits no longer.
        """
        patience = 0.0 if isinstance(error, LedgerAwayError) else BROKEN_OFF_SECONDS
        self._ledger.outages.endure(self._around.watcher.said, patience)
        try:
            if not self._end_is_kept:
                cause = f"{type(error).__name__}: {error}"
                self._ledger.end(self._claim, "failed", self._stopwatch.seconds, cause)
                self._delivery.end("failed", ())
            self._delivery.abandon(DRAIN_SECONDS)
            self._ledger.release(self._claim)
        except LeaseError:
            # Somebody else runs the sweep: its state, here and in MLflow, is theirs to tell.
            self._delivery.stand_down()
            return
        except LedgerError as worse:
            self._delivery.abandon(0.0)
            if not isinstance(error, LedgerError):
                self._around.watcher.said(str(worse))
        resume = f"sweeps resume {self._claim.sweep_id}"
        self._around.watcher.said(f"what was done is kept; to go on: {resume}")

    def _summary(self, ending: Ending, cause: str | None, unsent: int) -> Summary:
        row = self._ledger.sweep(self._claim.sweep_id)
        return Summary(
            sweep_id=row.sweep_id,
            name=row.name,
            ending=ending,
            done=row.done,
            failed=row.failed,
            best=self._journal.best,
            seconds=self._stopwatch.session_seconds,
            unsent=unsent,
            where=self._delivery.link,
            signal=self._interrupts.signal,
            cause=cause,
            cancelled=row.cancelled,
            pruned=row.pruned,
            confirmed=row.confirmed,
            unconfirmed=row.unconfirmed,
            front=len(self._journal.front),
        )
