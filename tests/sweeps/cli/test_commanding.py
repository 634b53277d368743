from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sweeps import coordinator
from sweeps.cli import commanding
from sweeps.lease import Claim
from sweeps.ledger.ledger import Ledger
from sweeps.problem import Problem
from sweeps.reading.sweep_file import load_sweep
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Outcome, Trial
from sweeps.watcher import Summary
from tests.sweeps.cli.conftest import Command
from tests.sweeps.cli.test_listing import ran as ran
from tests.sweeps.fakes import FakeTrainer, MemoryTracker

Hear = Callable[[str, str], None]


@pytest.fixture
def claim(ledger: Ledger, file: str) -> Claim:
    """A sweep of three trials that this process runs; one of them has begun."""
    claim = ledger.create(load_sweep(Path(file)), {})
    ledger.begin(claim, [Trial(0, {"width": 16, "epochs": 2})], {})
    return claim


@pytest.fixture
def hear(ledger: Ledger, claim: Claim, monkeypatch: pytest.MonkeyPatch) -> Hear:
    """When the command line waits, the sweep's holder looks for this command and shows a state."""

    def prepare(command: str, state: str) -> None:
        def heard(_seconds: float) -> None:
            assert ledger.command(claim.sweep_id) == command
            if state in ("running", "pausing", "paused", "stopping"):
                ledger.show(claim, state)
            else:
                ledger.end(claim, state, 1.0)
                ledger.release(claim)

        monkeypatch.setattr(commanding, "sleep", heard)

    return prepare


@pytest.mark.parametrize(
    ("command", "state", "said"),
    [
        ("pause", "pausing", "pausing; what runs is finished first; to go on: sweeps resume {}\n"),
        ("pause", "paused", "paused; to go on: sweeps resume {}\n"),
        ("stop", "stopping", "stopping; what runs is finished first, the rest of 3 trials will "),
        ("stop", "stopped", "stopped; 3 of 3 trials will never run"),
        ("cancel", "cancelled", "cancelled; 3 of 3 trials will never run"),
    ],
)
def test_whoever_runs_the_sweep_is_told(
    sweeps: Command, claim: Claim, hear: Hear, command: str, state: str, said: str
) -> None:
    hear(command, state)
    done = sweeps(command)
    assert done.exit_code == 0
    assert done.output.startswith(f"small {claim.sweep_id}: {said.format(claim.sweep_id)}")


@pytest.mark.parametrize("state", ["pausing", "paused"])
def test_a_paused_sweep_is_not_told_again(
    sweeps: Command, ledger: Ledger, claim: Claim, state: str
) -> None:
    ledger.show(claim, state)
    done = sweeps("pause")
    assert (done.exit_code, ledger.command(claim.sweep_id)) == (0, None)
    assert f": {state}; " in done.output


def test_a_sweep_that_is_being_stopped_cannot_be_paused_but_cancelled(
    sweeps: Command, ledger: Ledger, claim: Claim, hear: Hear
) -> None:
    ledger.show(claim, "stopping")
    done = sweeps("pause")
    assert done.exit_code == 2
    assert done.stderr.endswith(" is stopping for good: it cannot be paused\n")
    hear("cancel", "cancelled")
    assert sweeps("cancel").exit_code == 0


def test_resume_goes_on_with_a_paused_sweep_where_it_runs(
    sweeps: Command, ledger: Ledger, claim: Claim, hear: Hear
) -> None:
    ledger.show(claim, "paused")
    hear("resume", "running")
    done = sweeps("resume")
    assert done.exit_code == 0
    assert done.output.startswith(f"small {claim.sweep_id}: resumed; process {os.getpid()} on ")


def test_nobody_answers(
    sweeps: Command, ledger: Ledger, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commanding, "PATIENCE", 0.0)
    done = sweeps("pause")
    assert done.exit_code == 1
    assert f"process {os.getpid()} on " in done.stderr
    assert done.stderr.endswith("will pause the sweep when it comes to it\n")
    assert ledger.command(claim.sweep_id) == "pause"


@pytest.mark.parametrize("command", ["pause", "stop", "cancel"])
def test_a_sweep_may_end_before_it_hears(
    sweeps: Command, claim: Claim, hear: Hear, command: str
) -> None:
    hear(command, "finished")
    done = sweeps(command)
    assert done.exit_code == 1
    line = f"small {claim.sweep_id} is finished: it ended before it could {command}\n"
    assert done.stderr == line


@pytest.mark.parametrize(
    ("state", "words"),
    [("interrupted", "; to go on: sweeps resume {}\n"), ("out_of_time", "be paused\n")],
)
def test_what_nobody_runs_cannot_be_paused(
    sweeps: Command, ledger: Ledger, claim: Claim, state: str, words: str
) -> None:
    ledger.end(claim, state, 1.0)
    ledger.release(claim)
    done = sweeps("pause")
    assert done.exit_code == 2
    assert f" is {state.replace('_', ' ')}: nobody runs it, so it cannot be paused" in done.stderr
    assert done.stderr.endswith(words.format(claim.sweep_id))


@pytest.mark.parametrize(("command", "state"), [("stop", "stopped"), ("cancel", "cancelled")])
def test_what_nobody_runs_is_ended_here(
    sweeps: Command,
    ledger: Ledger,
    claim: Claim,
    trainer: Callable[[FakeTrainer], None],
    command: str,
    state: str,
) -> None:
    ledger.end(claim, "interrupted", 1.0)
    ledger.release(claim)
    done = sweeps(command)
    first, ending, *_ = done.output.splitlines()
    nobody = f"small {claim.sweep_id} is interrupted, and nobody runs it: {state}, "
    assert (done.exit_code, first) == (0, f"{nobody}3 of 3 trials will never run")
    assert ", 0 trials, 1 never trained, " in ending
    assert ledger.sweep(claim.sweep_id).state == state
    for again in (["stop"], ["cancel"], ["pause"], ["resume"], ["retry", "--failed"]):
        refused = sweeps(*again)
        assert (refused.exit_code, len(refused.stderr.splitlines())) == (2, 1)
        assert state in refused.stderr
    assert sweeps("extend", "--trials", "2").exit_code == 2


def test_a_finished_sweep_has_nothing_to_stop(sweeps: Command, ran: str) -> None:
    for command in ("stop", "cancel"):
        done = sweeps(command, ran[:4])
        assert done.exit_code == 2
        assert done.stderr == f"small {ran} is finished: nothing is left to {command}\n"


class Gated(FakeTrainer):
    """Every trial waits until the gate is open."""

    gate = threading.Event()
    reached = threading.Event()

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        self.reached.set()
        assert self.gate.wait(30)
        return super().train(pack, problem, progress)


def test_a_sweep_is_steered_while_it_runs(
    sweeps: Command, file: str, trainer: Callable[[FakeTrainer], None]
) -> None:
    trainer(Gated())
    Gated.gate.clear()
    ended: list[Summary] = []
    tracker = MemoryTracker()
    sweep = load_sweep(Path(file))
    runner = threading.Thread(
        target=lambda: ended.append(coordinator.run(sweep, tracker=lambda: tracker))
    )
    runner.start()
    try:
        assert Gated.reached.wait(30)
        assert ": pausing; " in sweeps("pause").output
        assert "  state    pausing\n" in sweeps("status").output
        assert ": resumed; " in sweeps("resume").output
        assert ": stopping; what runs is finished first, " in sweeps("stop").output
    finally:
        Gated.gate.set()
        runner.join(60)
    (summary,) = ended
    assert (summary.ending, summary.done) == ("stopped", 1)
