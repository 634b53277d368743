"""A sweep whose trials are ended early, as the command tells of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.sweeps.cli.conftest import Command
from tests.sweeps.cli.test_continuing import TrainWith
from tests.sweeps.fakes import FakeTrainer

SWEEP = """\
name: small
task: penguins
search: {backend: grid, pruner: {successive_halving: {reduction_factor: 3}}}
space: {width: [8, 16, 24, 32, 40, 48, 56, 64], epochs: 9}
"""


@pytest.fixture
def ran(sweeps: Command, here: Path, trainer: TrainWith) -> str:
    """The id of a sweep of eight trials: one failed, and some were pruned."""
    (here / "pruned.yaml").write_text(SWEEP)
    trainer(FakeTrainer(failing=frozenset({5})))
    done = sweeps("run", "pruned.yaml", "--workers", "0")
    trainer(FakeTrainer())
    found = re.search(r"small (\w+): finished, 8 trials \(1 failed, (\d) pruned\), ", done.output)
    assert found is not None, done.output
    assert "trial 5 failed" in done.output
    assert len(re.findall(r"^trial \d+ ", done.output, re.MULTILINE)) == 1
    return found[1]


def test_pruned_trials_are_counted_apart(sweeps: Command, ran: str) -> None:
    found = json.loads(sweeps("status", "--json").stdout)
    done, pruned = found["done"], found["pruned"]
    assert pruned > 0
    assert (done + pruned, found["failed"], found["expected"]) == (7, 1, 8)
    trials = f"{done} done, {pruned} pruned, 1 failed (1 diverged), 0 begun, of 8\n"
    assert trials in sweeps("status").output
    heading, row = sweeps("ls").output.splitlines()
    assert heading.split()[5:8] == ["done", "pruned", "failed"]
    assert row.split()[5:8] == [str(done), str(pruned), "1"]
    assert sweeps("logs").output.startswith(f"small {ran}: of 8 trials 1 failed; {pruned} trials ")


def test_a_pruned_trial_is_retried_only_when_that_is_asked_for(sweeps: Command, ran: str) -> None:
    again = sweeps("retry", "--failed", "--workers", "0")
    assert again.exit_code == 0
    found = json.loads(sweeps("status", "--json").stdout)
    assert (found["failed"], found["done"] + found["pruned"]) == (0, 8)
    none = sweeps("retry", "--failed", "--workers", "0")
    assert (none.exit_code, none.stderr) == (2, f"small {ran}: no trial failed\n")
    assert sweeps("retry", "--reason", "pruned", "--workers", "0").exit_code == 0
    assert json.loads(sweeps("status", "--json").stdout)["done"] == 8
