"""Confirmations as a person sees them: planned, run, listed."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweeps.cli.confirmed_lines import not_beaten, verdict
from sweeps.cli.telling import ending_line
from sweeps.trainers.trainer import Pack
from sweeps.trial import Outcome
from sweeps.trust.rows import Confirmed, Rival
from sweeps.trust.trust import Trust
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


def test_an_end_says_what_is_recommended(
    sweeps: Command, confirmed: str, trainer: TrainWith
) -> None:
    ran = sweeps("run", confirmed).output
    trust = json.loads(sweeps("best", "--json").output)["trust"]
    sweep_id = json.loads(sweeps("status", "--json").output)["sweep_id"]
    [said] = [line for line in ran.splitlines() if line.startswith("confirmed: ")]
    assert said.endswith(f"; recommended: trial {trust['recommended']}")
    assert f"all that were confirmed: sweeps best {sweep_id}\n" in ran
    assert said in sweeps("status").output


@pytest.mark.parametrize(
    ("tied", "told"),
    [
        ((4, 2), "2 of 3 cannot be told from the best; recommended: trial 2"),
        ((2,), "trial 2 is ahead of 2 others; recommended: trial 2"),
    ],
)
def test_the_verdict_counts_the_tie_set(tied: tuple[int, ...], told: str) -> None:
    rows = [Confirmed(n, n + 9, {}, 0.9, 0.8, (0.8,), None, n in tied) for n in (4, 2, 7)]
    judged = Trust("val_accuracy", "maximize", 0.95, 4, 0.9, tuple(rows), recommended=2)
    assert verdict(judged) == told
    alone = replace(judged, rows=(rows[1],))
    assert verdict(alone) == "trial 2 has val_accuracy 0.8 when trained again"


def test_that_the_baseline_is_not_beaten_is_said() -> None:
    rival = Rival("ridge", 0.9, 0.9, (-0.1, 0.1), False)
    judged = Trust("val_accuracy", "maximize", 0.95, 4, 0.9, baseline=rival)
    assert not_beaten(judged) == ["  it does NOT beat the baseline, ridge"]
    assert not_beaten(replace(judged, baseline=replace(rival, beaten=True))) == []
    assert not_beaten(replace(judged, baseline=None)) == []


def test_how_far_they_are_is_said_when_a_sweep_is_left_and_goes_on(
    sweeps: Command, confirmed: str, trainer: TrainWith
) -> None:
    class Interrupted(FakeTrainer):
        def train(self, pack: Pack, *around: Any) -> list[Outcome]:
            if pack.fits[0].trial.number == 7:
                signal.raise_signal(signal.SIGINT)
            return super().train(pack, *around)

    trainer(Interrupted())
    assert "confirmed so far: 1 of the best 2\n" in sweeps("run", confirmed).output
    trainer(FakeTrainer())
    went_on = sweeps("resume").output
    assert went_on.startswith("confirmed so far: 1 of the best 2\n")
    assert "recommended: trial " in went_on
    assert "so far" not in sweeps("resume").output


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
