from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from sweeps.ledger import schema
from sweeps.ledger.ledger import Ledger
from tests.sweeps.cli.conftest import Command
from tests.sweeps.fakes import FakeTrainer


@pytest.fixture
def ran(sweeps: Command, file: str, trainer: Callable[[FakeTrainer], None]) -> str:
    """The id of a sweep with two trials done and one failed."""
    trainer(FakeTrainer(failing=frozenset({2})))
    return _ran(sweeps, file)


def _ran(sweeps: Command, file: str) -> str:
    return sweeps("run", file).output.split(":")[0].removeprefix("small ")


def test_an_empty_store(sweeps: Command, here: Path) -> None:
    assert sweeps("ls").output == f"no sweeps in {here}/.sweeps yet\n"
    assert json.loads(sweeps("ls", "--json").stdout) == []
    assert not Path(".sweeps").exists()
    for command in ("status", "best"):
        assert sweeps(command).exit_code == 2


def test_ls_shows_the_most_recent_first(sweeps: Command, file: str, ran: str) -> None:
    second = _ran(sweeps, file)
    heading, *rows = sweeps("ls").output.splitlines()
    assert heading.split()[:5] == ["id", "name", "task", "search", "state"]
    assert heading.split()[-2:] == ["created", "time"]
    assert [row.split()[0] for row in rows] == [second, ran]
    assert rows[1].split()[1:7] == ["small", "penguins", "grid", "finished", "2", "1"]
    listed = json.loads(sweeps("ls", "--json").stdout)
    assert [row["sweep_id"] for row in listed] == [second, ran]


def test_status(sweeps: Command, ran: str) -> None:
    done = sweeps("status")
    assert done.exit_code == 0
    assert f"small {ran}\n" in done.output
    assert "2 done, 1 failed (1 diverged), 0 begun, of 3\n" in done.output
    assert "  started  20" in done.output
    assert "best: trial " in done.output
    assert "resume:" not in done.output
    found = json.loads(sweeps("status", ran[:3], "--json").stdout)
    assert (found["sweep_id"], found["expected"], found["done"]) == (ran, 3, 2)
    assert found["best"]["metric"] == "val_accuracy"
    assert found["reasons"] == {"diverged": 1}


def test_status_of_an_unfinished_sweep_says_how_to_go_on(
    sweeps: Command, ran: str, ledger: Ledger
) -> None:
    claim = ledger.claim(ran)
    ledger.end(claim, "interrupted", 90.0)
    ledger.release(claim)
    done = sweeps("status", "latest", "--store", ".sweeps")
    assert done.output.endswith(f"resume: sweeps resume {ran} --store .sweeps\n")
    assert "  time     1 min 30 s\n" in done.output
    assert "  run by" not in done.output


def test_status_says_what_mlflow_lacks(sweeps: Command, ran: str, ledger: Ledger) -> None:
    assert "MLflow" not in sweeps("status").output
    claim = ledger.claim(ran)
    ledger.end(claim, "failed", 1.0, "infrastructure: no space left")
    assert "MLflow" not in sweeps("status").output
    ledger.release(claim)
    said = sweeps("status").output
    assert f"  MLflow   does not know how it ended: sweeps sync {ran}\n" in said
    assert "  state    failed, infrastructure: no space left\n" in said
    assert f"when the cause is mended: sweeps retry {ran} --failed\n" in said
    _unsend(ledger, ran)
    assert f"  MLflow   2 trials wait to be sent: sweeps sync {ran}\n" in sweeps("status").output


def test_status_of_a_sweep_that_somebody_runs(sweeps: Command, ran: str, ledger: Ledger) -> None:
    claim = ledger.claim(ran)
    ledger.take_up(claim)
    ledger.show(claim, "paused")
    said = sweeps("status").output
    assert "  state    paused\n" in said
    assert f"  run by   process {os.getpid()} on " in said
    assert said.endswith(f"resume: sweeps resume {ran}\n")


def _unsend(ledger: Ledger, sweep_id: str) -> None:
    """As if MLflow had not taken trials 0 and 2."""
    with ledger.changing() as connection:
        of = (schema.trial.c.sweep_id == sweep_id) & schema.trial.c.number.in_((0, 2))
        connection.execute(update(schema.trial).where(of).values(shipped=False))


def test_best(sweeps: Command, ran: str) -> None:
    done = sweeps("best")
    assert done.exit_code == 0
    assert "figures:\n  val_accuracy  0." in done.output
    found = json.loads(sweeps("best", "--json").stdout)
    assert found["score"] == found["metrics"]["val_accuracy"]
    assert found["config"]["epochs"] == 2


def test_the_best_of_trials_that_were_cut_short_tells_how_long_it_was_trained(
    sweeps: Command, file: str, trainer: Callable[[FakeTrainer], None]
) -> None:
    hyperband = ("--set", "search={backend: hyperband, factor: 3}", "--set", "space.epochs=9")
    ran = sweeps("run", file, *hyperband, "--set", "search.trials=2")
    for said in (ran, sweeps("status"), sweeps("best")):
        title, after = said.output.split("best: ")[1].splitlines()[:2]
        assert title.endswith(" after 1 of 9 epochs")
        assert after.split()[0] == "width"
        assert "\n  epochs  9" not in said.output
    assert json.loads(sweeps("best", "--json").stdout)["budget"] == 1


def test_best_of_nothing(
    sweeps: Command, file: str, trainer: Callable[[FakeTrainer], None]
) -> None:
    trainer(FakeTrainer(failing=frozenset({0, 1, 2})))
    sweeps("run", file)
    done = sweeps("best")
    assert done.exit_code == 1
    assert "no trial has a score\n" in done.output
    assert json.loads(sweeps("best", "--json").stdout) is None


def test_ids_that_are_not_there(sweeps: Command, ran: str) -> None:
    wrong = ran[:5] + ("2" if ran[5] != "2" else "3")
    done = sweeps("status", wrong)
    assert done.exit_code == 2
    assert done.stderr == f"no sweep '{wrong}' in this store; did you mean {ran}?\n"


def test_the_beginning_of_two_ids(sweeps: Command, file: str, ran: str) -> None:
    other = _ran(sweeps, file)
    done = sweeps("best", "")
    assert done.exit_code == 2
    assert ran in done.stderr
    assert other in done.stderr
    assert "write more of it" in done.stderr
