"""Confirmations as a person sees them: planned, run, listed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sweeps.cli.telling import ending_line
from sweeps.watcher import Summary
from tests.sweeps.cli.conftest import Command
from tests.sweeps.fakes import FakeTrainer

TrainWith = Callable[[FakeTrainer], None]

CONFIRMED = """
task: penguins
search: {backend: random, trials: 6}
evaluate: {confirm_top: 2, repeats: 3}
space:
  learning_rate: {low: 0.001, high: 0.1}
"""


@pytest.fixture
def confirmed(here: Path) -> str:
    (here / "confirmed.yaml").write_text(CONFIRMED)
    return "confirmed.yaml"


def test_a_plan_counts_them(sweeps: Command, confirmed: str) -> None:
    done = sweeps("plan", confirmed, "--no-price")
    assert "6 trials and 2 confirmations, 12 fits\n" in done.output


def test_an_end_counts_them(sweeps: Command, confirmed: str, trainer: TrainWith) -> None:
    trainer(FakeTrainer(failing=frozenset({3, 7})))
    done = sweeps("run", confirmed)
    assert "8 trials\n" in done.output, "progress counts both"
    assert "6 trials (1 failed) and 2 confirmations (1 failed), " in done.output
    assert "what failed: sweeps logs " in done.output


def test_status_counts_them(sweeps: Command, confirmed: str, trainer: TrainWith) -> None:
    trainer(FakeTrainer(failing=frozenset({3, 7})))
    sweeps("run", confirmed)
    lines = [" ".join(line.split()) for line in sweeps("status").output.splitlines()]
    assert "trials 5 done, 1 failed (1 diverged), 0 begun, of 6" in lines
    assert "confirmations 1 done, 1 failed, of the best 2" in lines


def test_logs_say_what_is_confirmed(sweeps: Command, confirmed: str, trainer: TrainWith) -> None:
    sweeps("run", confirmed)
    best = json.loads(sweeps("best", "--json").output)["trial"]
    lines = [" ".join(line.split()) for line in sweeps("logs", "/6").output.splitlines()]
    assert f"confirms trial {best}" in lines


def test_extended_the_best_of_each_time_were_confirmed(
    sweeps: Command, confirmed: str, trainer: TrainWith
) -> None:
    sweeps("run", confirmed)
    assert "14 trials, 8 done before\n" in sweeps("extend", "--trials", "4").output
    said = " ".join(sweeps("status").output.split())
    assert "10 done, 0 failed, 0 begun, of 10 confirmations 3 done, of the best 2 each time" in said


def test_one_is_not_many() -> None:
    summary = Summary("abc234", "small", "finished", 2, 0, None, 9.0, 0, "", confirmed=1)
    assert ending_line(summary) == "small abc234: finished, 2 trials and 1 confirmation, 9 s"
