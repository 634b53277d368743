"""What is left to do for a sweep that nobody trains: make it final, send MLflow what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from sweeps.checkpoint_keeper import CheckpointKeeper
from sweeps.chosen import Surroundings
from sweeps.delivery import Delivery, kept_artifacts
from sweeps.drawing import drawn
from sweeps.executors.inline import Inline
from sweeps.lease import Claim
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.records import ACTIVE
from sweeps.pareto import front_kept
from sweeps.parts import Parts
from sweeps.reading.sweep import read_sweep
from sweeps.session import DRAIN_SECONDS, LONGEST_DRAIN_SECONDS
from sweeps.stopwatch import Stopwatch
from sweeps.watcher import Summary
from tracking.records import Artifact

A_DAY = 24 * 3600.0


class Conclusion:
    """One claimed sweep, whose lease is renewed meanwhile, until that is given back."""

    def __init__(self, ledger: Ledger, claim: Claim, around: Surroundings) -> None:
        self._ledger = ledger
        self._claim = claim
        self._around = around

    @cached_property
    def _parts(self) -> Parts:
        return Parts.of(read_sweep(self._ledger.document(self._claim.sweep_id)))

    def final(self, ending: Literal["stopped", "cancelled"]) -> Summary:
        """Nothing more is trained; MLflow is told, within the time that an end has for that."""
        ledger, sweep_id = self._ledger, self._claim.sweep_id
        stopwatch = Stopwatch(0.0)
        ledger.end(self._claim, ending, ledger.sweep(sweep_id).spent_seconds)
        CheckpointKeeper(self._around.store.checkpoints(sweep_id)).clear()
        artifacts = self._drawn() if ending == "stopped" else ()
        unsent, link = self._sent(ending, artifacts, DRAIN_SECONDS, LONGEST_DRAIN_SECONDS)
        row = ledger.sweep(sweep_id)
        summary = Summary(
            sweep_id=sweep_id,
            name=row.name,
            ending=ending,
            done=row.done,
            failed=row.failed,
            best=ledger.best(sweep_id, maximize=self._parts.sweep.objective.goal == "maximize"),
            seconds=stopwatch.session_seconds,
            unsent=unsent,
            where=link,
            cancelled=row.cancelled,
            pruned=row.pruned,
            confirmed=row.confirmed,
            unconfirmed=row.unconfirmed,
            front=len(front_kept(ledger, self._parts.sweep, sweep_id)),
        )
        self._around.watcher.ended(summary)
        return summary

    def sync(self, seconds: float | None) -> int:
        """Send what is unsent; how many trials still are. Waits as long as MLflow takes records."""
        row = self._ledger.sweep(self._claim.sweep_id)
        if row.unsent == 0 and row.end_sent:
            self._ledger.release(self._claim)
            return 0
        # Held by this process, a sweep whose coordinator is gone looks as if it ran.
        state = "crashed" if row.state in ACTIVE else row.state
        artifacts = kept_artifacts(self._around.store.reports(row.sweep_id))
        patience = A_DAY if seconds is None else seconds
        return self._sent(state, artifacts, patience, None)[0]

    def _sent(
        self, state: str, artifacts: Sequence[Artifact], patience: float, longest: float | None
    ) -> tuple[int, str]:
        """(trials that are still unsent, where the sweep is in a browser); gives the lease back."""
        around = self._around
        delivery = Delivery(
            self._parts, self._ledger, self._claim, around.tracker, around.watcher.said
        )
        self._ledger.end_shipped(self._claim, False)  # `begin` says that the sweep runs
        delivery.begin()
        delivery.unsent(self._ledger.trials(self._claim.sweep_id))
        delivery.end(state, artifacts)
        try:
            unsent = delivery.close(patience, longest)
        except KeyboardInterrupt:
            unsent = delivery.close(0.0)
        self._ledger.release(self._claim)
        return unsent, delivery.link

    def _drawn(self) -> Sequence[Artifact]:
        around, sweep_id = self._around, self._claim.sweep_id
        if around.report is None:
            return ()
        return drawn(
            around.report,
            self._ledger,
            sweep_id,
            around.store.reports(sweep_id),
            Inline({}),
            around.watcher.said,
        )
