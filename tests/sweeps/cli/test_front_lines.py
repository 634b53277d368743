from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sweeps.cli.front_lines import MOST_ROWS, show_front
from sweeps.reading.sweep import read_sweep
from sweeps.trial import Fit, Outcome, Result, Trial
from tests.sweeps.cli.conftest import Command
from tests.sweeps.fakes import FakeTrainer

TWO = """\
name: small
task: penguins
space: {width: [16, 32, 64], epochs: 2}
objective: [val_accuracy, parameters]
"""
SWEEP = read_sweep(
    {"task": "penguins", "space": {"width": [8, 16]}, "objective": ["val_accuracy", "parameters"]}
)


class Sized(FakeTrainer):
    """The wider, the better and the larger; trial 1 is as wide as 0, and worse."""

    def _outcome(self, fit: Fit, metric: str) -> Outcome:
        width = float(fit.trial.config["width"] or 0)
        figures = {"val_accuracy": 0.1 if width == 32 else width / 100, "parameters": width}
        return replace(super()._outcome(fit, metric), metrics=figures)


@pytest.fixture
def ran(sweeps: Command, here: Path, trainer: Callable[[FakeTrainer], None]) -> str:
    (here / "two.yaml").write_text(TWO)
    trainer(Sized())
    return sweeps("run", "two.yaml").output


def test_a_sweep_ends_with_its_front(sweeps: Command, ran: str) -> None:
    assert "3/3 trials, 2 on the front" in ran
    assert "front: 2 trials that no other one beats: sweeps best " in ran
    assert "best: trial" not in ran
    assert "front: 2 trials that no other one beats" in sweeps("status").output


def test_best_is_the_front_as_a_table(sweeps: Command, ran: str) -> None:
    done = sweeps("best")
    assert done.exit_code == 0
    _, head, names, first, second = done.output.splitlines()
    assert head == (
        "front of val_accuracy (maximize), parameters (minimize): 2 of 3 trials, which no other "
        "one beats"
    )
    assert names.split() == ["trial", "val_accuracy", "parameters", "configuration"]
    assert first.split() == ["2", "0.64", "64", "width", "64"]
    assert second.split() == ["0", "0.16", "16", "width", "16"]


def test_best_as_json(sweeps: Command, ran: str) -> None:
    found = json.loads(sweeps("best", "--json").stdout)
    assert [one["metric"] for one in found["objectives"]] == ["val_accuracy", "parameters"]
    assert [one["trial"] for one in found["front"]] == [2, 0]
    assert found["front"][1]["scores"] == {"val_accuracy": 0.16, "parameters": 16.0}
    assert json.loads(sweeps("status", "--json").stdout)["front"] == found["front"]


def test_without_a_score_there_is_neither(
    sweeps: Command, here: Path, trainer: Callable[[FakeTrainer], None]
) -> None:
    (here / "two.yaml").write_text(TWO)
    trainer(FakeTrainer())  # which measures no parameters
    sweeps("run", "two.yaml")
    done = sweeps("best")
    assert done.exit_code == 1
    assert "no trial has a score" in done.output


def test_an_export_says_which_trials_there_are(sweeps: Command, ran: str) -> None:
    done = sweeps("export")
    assert done.exit_code == 2
    assert "name one of its front, such as `--trial 2`, of 2, 0" in done.output


def test_a_long_front_is_cut_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    front = [
        Result(Trial(n, {"width": n}), n / 100, {"val_accuracy": n / 100, "parameters": n}, {}, 1.0)
        for n in range(MOST_ROWS + 2)
    ]
    show_front(SWEEP, front, 100)
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 1 + 1 + MOST_ROWS + 1
    assert said[-1] == "and 2 trials more: --json has all of them"
