"""Commands to a sweep that runs, and what the sweep does."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from sweeps.interrupts import HEARD
from sweeps.ledger import orders as ledger_orders
from sweeps.ledger.orders import Command
from sweeps.problem import Problem
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Outcome, Result
from sweeps.watcher import Summary
from tests.sweeps.bench import RANDOM, Bench
from tests.sweeps.fakes import FakeTrainer, RecordingWatcher, Threads
from tracking.records import SweepEnd, SweepState, TrialRecord


def command(bench: Bench, name: Command) -> None:
    ledger = bench.ledger()
    (row,) = ledger.sweeps()
    assert ledger_orders.leave(ledger, row.sweep_id, name)
    ledger.close()


def state(bench: Bench) -> str:
    ledger = bench.ledger()
    (row,) = ledger.sweeps()
    ledger.close()
    return row.state


def wait_until(condition: Callable[[], bool]) -> None:
    """Look again and again for ten seconds."""
    nobody = threading.Event()
    for _ in range(1000):
        if condition():
            return
        nobody.wait(0.01)
    raise AssertionError("it never came to that")


class Gated(FakeTrainer):
    """Trial 3 is under way until the gate is opened."""

    gate = threading.Event()
    reached = threading.Event()

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        if pack.fits[0].trial.number == 3:
            self.reached.set()
            assert self.gate.wait(20)
        return super().train(pack, problem, progress)


@pytest.fixture
def gated(bench: Bench) -> Bench:
    Gated.gate.clear()
    Gated.reached.clear()
    bench.train_with(Gated())
    return bench


def run_beside(bench: Bench, deed: Callable[[], None], watcher: RecordingWatcher) -> Summary:
    """Run the sweep while another thread waits for trial 3 and then does something."""
    failures: list[BaseException] = []

    def act() -> None:
        try:
            assert Gated.reached.wait(20)
            deed()
        except BaseException as error:  # noqa: BLE001 - raised again below
            failures.append(error)
        finally:
            Gated.gate.set()

    other = threading.Thread(target=act)
    executor = Threads(1)
    other.start()
    try:
        return bench.run(executor=executor, watcher=watcher)
    finally:
        other.join()
        executor.shutdown()
        assert not failures, failures


def shown(bench: Bench) -> list[str]:
    return [record.state for record in bench.tracker.records if isinstance(record, SweepState)]


def test_a_paused_sweep_finishes_what_runs_and_begins_nothing(gated: Bench) -> None:
    done_when_paused: list[int] = []

    def deed() -> None:
        command(gated, "pause")
        wait_until(lambda: state(gated) == "pausing")
        Gated.gate.set()
        wait_until(lambda: state(gated) == "paused")
        done_when_paused.append(len(watcher.results))
        command(gated, "resume")
        wait_until(lambda: state(gated) != "paused")

    watcher = RecordingWatcher()
    summary = run_beside(gated, deed, watcher)
    assert done_when_paused == [4]
    assert (summary.ending, summary.done) == ("finished", 10)
    assert set(shown(gated)) >= {"pausing", "running"}


def test_a_signal_ends_a_pause(gated: Bench) -> None:
    def deed() -> None:
        command(gated, "pause")
        wait_until(lambda: state(gated) == "pausing")
        Gated.gate.set()
        wait_until(lambda: state(gated) == "paused")
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGTERM)

    summary = run_beside(gated, deed, RecordingWatcher())
    assert (summary.ending, summary.signal, summary.done) == ("interrupted", signal.SIGTERM, 4)
    assert gated.resume(summary.sweep_id).done == 10


@pytest.mark.parametrize("before", [None, "pause"])
def test_an_interrupted_sweep_finishes_what_runs_and_goes_on_later(
    gated: Bench, before: Command | None
) -> None:
    """Whoever leaves the command is in no hurry, and sends no signal."""

    def deed() -> None:
        if before is not None:
            command(gated, before)
            wait_until(lambda: state(gated) == "pausing")
            Gated.gate.set()
            wait_until(lambda: state(gated) == "paused")
        command(gated, "interrupt")
        wait_until(lambda: HEARD in watcher.lines)

    watcher = RecordingWatcher()
    summary = run_beside(gated, deed, watcher)
    assert (summary.ending, summary.signal, summary.done) == ("interrupted", signal.SIGTERM, 4)
    assert state(gated) == "interrupted"
    assert gated.resume(summary.sweep_id).done == 10


def test_a_sweep_that_is_stopping_stops_although_it_is_interrupted(gated: Bench) -> None:
    def deed() -> None:
        command(gated, "stop")
        wait_until(lambda: state(gated) == "stopping")
        command(gated, "interrupt")
        wait_until(lambda: HEARD in watcher.lines)

    watcher = RecordingWatcher()
    assert run_beside(gated, deed, watcher).ending == "stopped"


def test_a_stopped_sweep_finishes_what_runs_and_is_final(gated: Bench) -> None:
    def deed() -> None:
        command(gated, "stop")
        wait_until(lambda: state(gated) == "stopping")

    summary = run_beside(gated, deed, RecordingWatcher())
    # Batches are of four; trial 3 was under way.
    assert (summary.ending, summary.done, summary.cancelled) == ("stopped", 4, 0)
    last = gated.tracker.records[-1]
    assert isinstance(last, SweepEnd)
    assert (last.status, last.tags["sweeps.state"]) == ("FINISHED", "stopped")
    with pytest.raises(RuntimeError, match="was stopped, which is final"):
        gated.resume(summary.sweep_id)


def test_a_cancelled_sweep_ends_at_once_and_its_trials_get_an_end(gated: Bench) -> None:
    gated.train_with(Gated())

    def deed() -> None:
        command(gated, "cancel")
        wait_until(lambda: state(gated) == "cancelled")

    summary = run_beside(gated, deed, RecordingWatcher())
    assert (summary.ending, summary.done, summary.cancelled) == ("cancelled", 3, 1)
    ledger = gated.ledger()
    assert [begun.state for begun in ledger.trials(summary.sweep_id)] == ["done"] * 3 + [
        "cancelled"
    ]
    ledger.close()
    sent = [record.number for record in gated.tracker.records if isinstance(record, TrialRecord)]
    assert sorted(set(sent)) == [0, 1, 2]
    last = gated.tracker.records[-1]
    assert isinstance(last, SweepEnd)
    assert (last.status, last.tags["sweeps.state"]) == ("KILLED", "cancelled")


def test_a_command_in_the_tag_is_obeyed_and_shown(gated: Bench) -> None:
    def deed() -> None:
        gated.tracker.wish = "stop"
        wait_until(lambda: "stopping" in shown(gated))

    summary = run_beside(gated, deed, RecordingWatcher())
    assert (summary.ending, summary.done) == ("stopped", 4)


def test_nobody_takes_a_command_for_a_sweep_that_has_ended(bench: Bench) -> None:
    summary = bench.run()
    ledger = bench.ledger()
    assert not ledger_orders.leave(ledger, summary.sweep_id, "pause")
    assert ledger.command(summary.sweep_id) is None
    ledger.close()


def test_an_interruption_does_not_replace_an_end_for_good(bench: Bench) -> None:
    ledger = bench.ledger()
    claim = ledger.create(RANDOM, {})
    for before, after in (("stop", "stop"), ("cancel", "cancel"), ("pause", "interrupt")):
        ledger_orders.leave(ledger, claim.sweep_id, before)
        assert ledger_orders.leave(ledger, claim.sweep_id, "interrupt")
        assert ledger_orders.taken(ledger, claim) == after
    assert ledger_orders.leave(ledger, claim.sweep_id, "interrupt")
    assert ledger_orders.taken(ledger, claim) == "interrupt"
    ledger.close()


def test_a_command_that_nobody_took_does_not_act_on_the_next_session(bench: Bench) -> None:
    def interrupt(result: Result) -> None:
        if result.trial.number == 2:
            signal.raise_signal(signal.SIGINT)

    summary = bench.run(watcher=RecordingWatcher(on_result=interrupt))
    ledger = bench.ledger()
    with ledger.changing() as connection:
        from sweeps.ledger.sweep_row import set_sweep

        set_sweep(connection, summary.sweep_id, command="stop")
    ledger.close()
    assert bench.resume(summary.sweep_id).done == 10


def test_an_interruption_that_comes_after_the_end_changes_nothing(bench: Bench) -> None:
    def report(*_: Any) -> list[Any]:
        command(bench, "interrupt")
        wait_until(lambda: HEARD in watcher.lines)
        return []

    watcher = RecordingWatcher()
    assert bench.run(report=report, watcher=watcher).ending == "finished"
    assert state(bench) == "finished"


@pytest.mark.parametrize("late", ["pause", "stop", "cancel"])
def test_a_command_that_comes_after_the_end_changes_nothing(bench: Bench, late: Command) -> None:
    def report(*_: Any) -> list[Any]:
        command(bench, late)
        wait_until(lambda: any(line == f"asked to {late}" for line in watcher.lines))
        return []

    watcher = RecordingWatcher()
    summary = bench.run(report=report, watcher=watcher)
    assert (summary.ending, state(bench)) == ("finished", "finished")
