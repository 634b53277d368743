from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event

from sweeps import session
from sweeps.errors import LedgerAwayError
from sweeps.lease import Claim
from sweeps.ledger import outage as ledger_outage
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.outage import Outages
from sweeps.ledger.sweep_row import set_sweep
from sweeps.problem import Problem
from sweeps.store import Store
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Outcome, Result, Trial
from tests.sweeps.bench import RANDOM, Bench
from tests.sweeps.fakes import FakeTrainer, RecordingWatcher
from tests.sweeps.postgres import Server


class Clock:
    """Time passes only where somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(ledger_outage, "time", clock)
    return clock


class Away:
    """Fails so many times, and then writes."""

    def __init__(self, times: int) -> None:
        self.left = times

    def __call__(self) -> str:
        self.left -= 1
        if self.left >= 0:
            raise LedgerAwayError("the ledger x cannot be written: refused")
        return "written"


@pytest.mark.usefixtures("clock")
def test_who_endures_is_told_once_and_tried_again() -> None:
    said: list[str] = []
    outages = Outages(create_engine("sqlite://"))
    outages.endure(said.append, 60.0)
    assert outages.outlast(Away(5)) == "written"
    assert said == [
        "the ledger x cannot be written: refused; waiting for it, 60 s at most",
        "the ledger is back after 5 s",
    ]
    assert outages.outlast(Away(0)) == "written"
    assert len(said) == 2


def test_nobody_waits_for_ever_and_commands_not_at_all(clock: Clock) -> None:
    outages = Outages(create_engine("sqlite://"))
    with pytest.raises(LedgerAwayError):
        outages.outlast(Away(1))
    assert clock.now == 100.0
    outages.endure(print, 60.0)
    with pytest.raises(LedgerAwayError):
        outages.outlast(Away(1000))
    assert clock.now == 160.0


def test_who_waits_already_hears_that_it_is_too_long(clock: Clock) -> None:
    outages = Outages(create_engine("sqlite://"))
    outages.endure(print)
    away = Away(1000)

    def impatient() -> str:
        if away.left == 997:
            outages.endure(print, 4.0)
        return away()

    with pytest.raises(LedgerAwayError):
        outages.outlast(impatient)
    assert clock.now == 104.0


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Away:
    """Something that every writer of a ledger comes by: `left` is how often it is not there."""
    away = Away(0)
    writing = Ledger.writing

    def by_way_of_it(ledger: Ledger, claim: Claim) -> Any:
        if away.left > 0:
            away()
        return writing(ledger, claim)

    monkeypatch.setattr(Ledger, "writing", by_way_of_it)
    return away


class Impatient(RecordingWatcher):
    """Cannot wait for the ledger, and presses Ctrl-C so many times."""

    def __init__(self, presses: int) -> None:
        super().__init__()
        self._presses = presses

    def said(self, line: str) -> None:
        super().said(line)
        if line.endswith("waiting for it, 600 s at most"):
            presses, self._presses = self._presses, 0
            for _ in range(presses):
                signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize(
    ("results", "presses", "error", "seconds"),
    [(3, 0, LedgerAwayError, 600.0), (3, 2, LedgerAwayError, 4.0), (10, 2, KeyboardInterrupt, 4.0)],
)
def test_the_end_does_not_wait_once_more(
    bench: Bench,
    clock: Clock,
    server: Away,
    results: int,
    presses: int,
    error: type[BaseException],
    seconds: float,
) -> None:
    """The server is gone for good when there are so many results."""
    watcher = Impatient(presses)

    def gone(_: Result) -> None:
        server.left = 10**6 if len(watcher.results) == results else server.left

    watcher.on_result = gone
    with pytest.raises(error):
        bench.run(watcher=watcher)
    assert clock.now == 100.0 + seconds


def test_what_is_shown_of_a_sweep_waits_for_nobody(
    tmp_path: Path, clock: Clock, server: Away
) -> None:
    """Those who were commanded would obey only when the server is there again."""
    with closing(Ledger.open(f"sqlite:///{tmp_path}/ledger.db")) as ledger:
        claim = ledger.create(RANDOM, {})
        ledger.outages.endure(print)
        server.left = 10**6
        with pytest.raises(LedgerAwayError):
            ledger.show(claim, "paused")
    assert clock.now == 100.0


@pytest.fixture
def ledger(postgres: Server) -> Iterator[Ledger]:
    with closing(Ledger.open(postgres.fresh())) as opened:
        opened.outages.endure(print)
        yield opened


def begin(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [Trial(0, {"width": 1})], {"asked": 1})


@pytest.mark.slow
@pytest.mark.parametrize("kept", [True, False])
def test_a_commit_without_an_answer_is_done_once(ledger: Ledger, kept: bool) -> None:
    claim = ledger.create(RANDOM, {})
    broken: list[Any] = []

    def breaks(connection: Any) -> None:
        """The connection ends with the commit's answer, or with the commit, on its way."""
        if broken:
            return
        raw = connection.connection.dbapi_connection
        broken.append(raw)
        if kept:
            raw.commit()
        raw.close()

    event.listen(ledger._engine, "commit", breaks)
    begin(ledger, claim)
    assert broken
    assert [(begun.trial.number, begun.attempt) for begun in ledger.trials(claim.sweep_id)] == [
        (0, 1)
    ]
    broken.clear()
    result = Result(Trial(0, {"width": 1}), 0.5, {"val_accuracy": 0.5}, {}, 1.0)
    ledger.commit(claim, [(result, 1)], {"told": 1}, 2.0)
    assert broken
    assert ledger.sweep(claim.sweep_id).done == 1
    assert ledger.backend_state(claim.sweep_id) == {"told": 1}


@pytest.mark.slow
def test_a_server_that_is_gone_for_a_while_is_waited_for(postgres: Server) -> None:
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 1:
            postgres.start()

    with closing(Ledger.open(postgres.fresh())) as ledger:
        claim = ledger.create(RANDOM, {})
        postgres.control("stop", "-m", "immediate")
        with pytest.raises(LedgerAwayError, match="server running locally"):
            begin(ledger, claim)
        ledger.outages.endure(say)
        begin(ledger, claim)
        assert len(ledger.trials(claim.sweep_id)) == 1
    assert said[0].endswith("; waiting for it, 600 s at most")
    assert said[1].startswith("the ledger is back after ")


@pytest.mark.slow
def test_a_second_ctrl_c_ends_the_waiting(
    bench: Bench, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ending(FakeTrainer):
        """The server is stopped while trial 3 is trained."""

        def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
            if pack.fits[0].trial.number == 3:
                postgres.control("stop", "-m", "immediate")
            return super().train(pack, problem, progress)

    monkeypatch.setattr(session, "BROKEN_OFF_SECONDS", 0.0)
    bench.store = Store(bench.store.folder, postgres.fresh())
    bench.train_with(Ending())
    watcher = Impatient(2)
    with pytest.raises(LedgerAwayError):
        bench.run(watcher=watcher)
    postgres.start()
    with closing(bench.ledger()) as ledger:
        (row,) = ledger.sweeps()
        assert (row.state, row.done) == ("running", 3)
        with ledger.changing() as connection:  # as if this process, which holds it, had ended
            set_sweep(connection, row.sweep_id, lease_until_ms=0)
    bench.train_with(FakeTrainer())
    assert bench.resume(row.sweep_id).done == 10
