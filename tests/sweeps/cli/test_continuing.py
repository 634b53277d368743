from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from sweeps.ledger.ledger import Ledger
from tests.sweeps.cli.conftest import Command
from tests.sweeps.cli.test_listing import ran as ran
from tests.sweeps.fakes import FakeTrainer

TrainWith = Callable[[FakeTrainer], None]


def test_what_failed_is_retried(sweeps: Command, ran: str, trainer: TrainWith) -> None:
    trainer(FakeTrainer())
    done = sweeps("retry", ran, "--failed")
    assert done.exit_code == 0
    assert f"small {ran}: 3 trials, 2 done before\n" in done.output
    assert f"small {ran}: finished, 3 trials, " in done.output
    again = sweeps("retry", ran, "--failed")
    assert (again.exit_code, again.stderr) == (2, f"small {ran}: no trial failed\n")


def test_reasons_pick_what_is_retried(sweeps: Command, ran: str, trainer: TrainWith) -> None:
    trainer(FakeTrainer())
    none = sweeps("retry", "--reason", "timed_out", "--reason", "crashed")
    said = f"small {ran}: no trial failed for timed_out or crashed; 1 diverged did\n"
    assert (none.exit_code, none.stderr) == (2, said)
    assert sweeps("retry", "--reason", "timed_out", "--reason", "diverged").exit_code == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "say which trials: either --failed, or --reason with one of diverged, "),
        (["--failed", "--reason", "crashed"], "say which trials: either --failed"),
        (["--reason", "divergd"], "no trial fails for 'divergd'; did you mean 'diverged'?\n"),
        (["--reason", "\x1b[2J"], "no trial fails for '\\x1b[2J'; "),
    ],
)
def test_what_to_retry_has_to_be_said(
    sweeps: Command, ran: str, options: list[str], said: str
) -> None:
    done = sweeps("retry", *options)
    assert done.exit_code == 2
    assert done.stderr.startswith(said)
    assert len(done.stderr.splitlines()) == 1


def test_a_sweep_is_extended(sweeps: Command, file: str, trainer: TrainWith) -> None:
    random = ("--set", "search={backend: random, trials: 4}")
    wide = ("--set", "space.width={low: 1, high: 500}")
    assert sweeps("run", file, *random, *wide).exit_code == 0
    done = sweeps("extend", "--trials", "3")
    assert done.exit_code == 0
    first = done.output.splitlines()[0]
    assert first.endswith(": 4 + 3 = 7 trials")
    assert "finished, 7 trials" in done.output
    assert ", of 7\n" in sweeps("status").output


def test_a_sweep_without_a_number_of_trials_cannot_be_extended(sweeps: Command, ran: str) -> None:
    done = sweeps("extend", "--trials", "3")
    assert done.exit_code == 2
    assert done.stderr.startswith(f"small {ran} has no search.trials that could be raised: ")


@pytest.mark.parametrize("options", [(), ("--trials", "0")])
def test_how_many_more_has_to_be_said(sweeps: Command, ran: str, options: tuple[str, ...]) -> None:
    done = sweeps("extend", *options)
    assert done.exit_code == 2
    assert "--trials" in done.stderr


@pytest.mark.parametrize(
    ("command", "word"),
    [(("retry", "--failed"), "retried"), (("extend", "--trials", "1"), "extended")],
)
def test_what_somebody_runs_is_left_to_them(
    sweeps: Command, ran: str, ledger: Ledger, command: tuple[str, ...], word: str
) -> None:
    ledger.take_up(ledger.claim(ran))
    done = sweeps(*command)
    assert done.exit_code == 1
    holder = f"sweep {ran} is being run by process {os.getpid()} on "
    assert done.stderr.startswith(holder)
    assert f": it can be {word} when that has ended, " in done.stderr


def test_resume_of_a_running_sweep_says_who_runs_it(
    sweeps: Command, ran: str, ledger: Ledger
) -> None:
    ledger.take_up(ledger.claim(ran))
    done = sweeps("resume")
    assert done.exit_code == 1
    assert done.stderr.startswith(f"sweep {ran} is being run by process {os.getpid()} on ")
