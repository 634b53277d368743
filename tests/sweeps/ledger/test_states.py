"""The ledger against a simple model of it, whatever happens in whatever order."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis.stateful import invariant
from sqlalchemy import event

from sweeps.ledger.ledger import Ledger
from sweeps.ledger.records import Begun, told
from tests.sweeps.ledger.processes import Known, Strike
from tests.sweeps.ledger.work import LedgerWork
from tests.sweeps.postgres import Server
from tests.sweeps.quick_disk import disk_not_waited_for
from tests.sweeps.state_machine import let_loose


class LedgerStates(LedgerWork):
    """What everybody must see after each of them."""

    @invariant()
    def everybody_sees_what_ought_to_be(self) -> None:
        for known in self.sweeps:
            self._check_sweep(known)
            self._check_trials(known)

    def _check_sweep(self, known: Known) -> None:
        model, ledger, sweep_id = known.model, self.ledger, known.sweep_id
        row = ledger.sweep(sweep_id)
        assert model.counts == {name: getattr(row, name) for name in model.counts}
        assert row.state == model.shown_state(self.clock, self.dead)
        assert (row.holder is not None) == model.held(self.clock, self.dead)
        assert (row.spent_seconds, row.end_sent) == (model.spent, model.end_sent)
        assert (row.ended_ms is not None) == model.ended
        assert ledger.command(sweep_id) == model.command
        assert ledger.backend_state(sweep_id) == model.told
        if model.total is not None:
            assert ledger.document(sweep_id)["search"]["trials"] == model.total
        assert list(ledger.reasons(sweep_id).items()) == list(model.reasons.items())
        for maximize in (True, False):
            best = ledger.best(sweep_id, maximize=maximize)
            assert (best and best.trial.number) == model.best(maximize)

    def _check_trials(self, known: Known) -> None:
        found = self.ledger.trials(known.sweep_id)
        assert found == [
            replace(row.seen, started_ms=one.started_ms, ended_ms=one.ended_ms)
            for one, row in zip(found, known.model.trials, strict=True)
        ]
        results, waiting = told(found)
        heard = [result.trial.number for result in results], [one.number for one in waiting]
        assert heard == known.model.heard
        self._check_times(known, found)

    def _check_times(self, known: Known, found: Sequence[Begun]) -> None:
        """What is new is no older than anything that was there."""
        times: dict[Any, int] = {}
        for one in found:
            assert (one.ended_ms is not None) == (one.state != "running")
            times["begun", one.trial.number] = one.started_ms
            if one.ended_ms is not None and one.state != "cancelled":
                times["ended", one.trial.number] = one.ended_ms
        new = dict(times.items() - known.times.items())
        old = dict(times.items() & known.times.items())
        assert min(new.values(), default=0) >= max(old.values(), default=0) or not new
        known.times = times


def check(url: str, examples: int, steps: int) -> None:
    """Let the rules loose on the ledger at that address."""
    strike = Strike()
    with ExitStack() as stack, disk_not_waited_for():
        ledgers = [stack.enter_context(closing(Ledger.open(url))) for _ in range(2)]
        for ledger in ledgers:
            event.listen(ledger._engine, "before_cursor_execute", strike)
            event.listen(ledger._engine, "commit", strike)
        let_loose(LedgerStates, examples, steps, ledgers=ledgers, strike=strike)


def test_on_sqlite(tmp_path: Path) -> None:
    check(f"sqlite:///{tmp_path}/ledger.db", examples=25, steps=40)


@pytest.mark.slow
def test_on_sqlite_for_longer(tmp_path: Path) -> None:
    check(f"sqlite:///{tmp_path}/ledger.db", examples=80, steps=50)


@pytest.mark.slow
def test_on_postgresql(postgres: Server) -> None:
    check(postgres.fresh(), examples=40, steps=40)
