from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sweeps.trial import Outcome
from tests.sweeps.cli.conftest import Command
from tests.sweeps.made_up import MadeUp
from tracking import mlflow_races
from tracking.records import RaceEnd
from tracking.tracker import TrackingError

RACED = """\
name: small
task: penguins
search: {backend: random, trials: 6}
objective: {metric: val_loss, goal: minimize}
space: {width: {low: 4, high: 64}, learning_rate: {low: 0.001, high: 0.1}, epochs: 2}
"""
ALL_BUT_ONE = ("--backends", "grid,random,optuna", "--repeats", "2")
QUICK = ("--backends", "grid,random", "--repeats", "2")


class Sent:
    """Stands for MLflow's runs of races."""

    def __init__(self) -> None:
        self.ends: list[RaceEnd] = []
        self.away = False

    def __call__(self, uri: str | None) -> Sent:
        return self

    def end(self, record: RaceEnd) -> str:
        if self.away:
            raise TrackingError("MLflow at x cannot be reached")
        self.ends.append(record)
        return "http://mlflow/race"

    def close(self) -> None:
        pass


@pytest.fixture
def sent(here: Path, trainer: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch) -> Sent:
    """A file to race, made-up losses, and what MLflow is sent."""
    (here / "r.yaml").write_text(RACED)
    trainer(MadeUp())
    found = Sent()
    monkeypatch.setattr(mlflow_races, "MlflowRaces", found)
    return found


def test_a_race_is_told_sweep_by_sweep_and_ends_with_a_table_and_a_verdict(
    sweeps: Command, sent: Sent
) -> None:
    done = sweeps("race", "r.yaml", *ALL_BUT_ONE)
    assert done.exit_code == 0
    first, *lines = done.output.splitlines()
    assert first.startswith("race small r-")
    assert first.endswith(": grid, random, optuna, 2 repeats: 6 sweeps of 12 epochs each")
    assert [line.split(" (")[0] for line in lines[:3]] == [
        "1/6 grid, repeat 1",
        "2/6 random, repeat 1",
        "3/6 optuna, repeat 1",
    ]
    assert lines[6].split()[:4] == ["backend", "trials", "epochs", "area"]
    assert {line.split()[0] for line in lines[7:10]} == {"grid", "random", "optuna"}
    assert lines[10].startswith("area (best val_loss so far, mean from 2 to 12 epochs): ")
    assert lines[11].startswith("best found within 12 epochs: ")
    assert lines[-1] == "MLflow: http://mlflow/race"
    (end,) = sent.ends
    assert end.status == "FINISHED"
    assert [artifact.path for artifact in end.artifacts] == ["race.png", "race.md", "race.json"]
    assert all(artifact.file and artifact.file.stat().st_size for artifact in end.artifacts)


def test_a_finished_race_is_shown_again_and_ls_says_whose_sweeps_are_whose(
    sweeps: Command, sent: Sent
) -> None:
    first = sweeps("race", "r.yaml", *QUICK, "--epochs", "4").output
    again = sweeps("race", "--resume", "latest")
    assert again.exit_code == 0
    assert again.output in first
    race_id = first.split()[2].rstrip(":")
    assert sweeps("ls").output.count(race_id) == 4
    taken_for_a_sweep = sweeps("resume", race_id)
    assert taken_for_a_sweep.exit_code == 2
    assert f"`sweeps race --resume {race_id}` goes on with it" in taken_for_a_sweep.stderr


def test_json_is_alone_on_standard_output(sweeps: Command, sent: Sent) -> None:
    done = sweeps("race", "r.yaml", *QUICK, "--json")
    found = json.loads(done.stdout)
    assert found["epochs_each"] == 12
    assert set(found["backends"]) == {"grid", "random"}
    assert found["verdict"]["area"]["leader"] in found["backends"]
    assert "1/4 grid, repeat 1" in done.stderr


def test_ctrl_c_tells_how_to_go_on_and_that_finishes_the_race(
    sweeps: Command, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(MadeUp):
        def train(self, *arguments: Any) -> list[Outcome]:
            signal.raise_signal(signal.SIGINT)
            return super().train(*arguments)

    from sweeps import parts

    monkeypatch.setattr(parts, "trainer_for", lambda *_: Interrupted())
    broken = sweeps("race", "r.yaml", *QUICK)
    assert broken.exit_code == 130
    assert "4 sweeps left to run; to go on: sweeps race --resume r-" in broken.output
    monkeypatch.setattr(parts, "trainer_for", lambda *_: MadeUp())
    typed = broken.output.partition("to go on: sweeps ")[2].split("\n")[0].split()
    ended = sweeps(*typed)
    assert ended.exit_code == 0
    assert "4/4 random, repeat 2" in ended.output
    assert [end.status for end in sent.ends] == ["KILLED", "FINISHED"]


def test_when_mlflow_is_away_the_result_is_shown_and_can_be_sent_later(
    sweeps: Command, sent: Sent
) -> None:
    sent.away = True
    done = sweeps("race", "r.yaml", *QUICK)
    assert done.exit_code == 0
    assert "MLflow at x cannot be reached; the race's result can be sent later" in done.output
    assert "best found within 12 epochs: " in done.output
    sent.away = False
    sweeps("race", "--resume", "latest")
    assert len(sent.ends) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ((), "either a sweep file, or --resume"),
        (("r.yaml", "--resume", "latest"), "either a sweep file, or --resume"),
        (("--resume", "latest"), "no sweeps in"),
        (("r.yaml", "--backends", "random,opptuna"), "did you mean 'optuna'?"),
        (("r.yaml", "--backends", "random"), "two backends or more"),
        (("r.yaml", "--repeats", "1"), "from 2 to 100"),
        (("r.yaml", "--set", "space.epochs=[1, 2]", "--epochs", "9"), "Hyperband decides itself"),
        (("r.yaml", "--set", "search.trials=x"), "'x'"),
    ],
)
def test_what_cannot_be_raced_is_bad_input(
    sweeps: Command, sent: Sent, typed: tuple[str, ...], said: str
) -> None:
    done = sweeps("race", *typed)
    assert done.exit_code == 2
    assert said in done.output
    assert not Path(".sweeps").exists()
