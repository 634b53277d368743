"""What of a trial is in its key, beside the ground that all trials of a session share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sweeps.evaluation import failed
from sweeps.memo.ground import Ground
from sweeps.memo.memo import LedgerMemo
from sweeps.open_trial import OpenTrial
from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from sweeps.trial import Failure, Fit, Result, Trial
from tests.sweeps.tiny_task import TinyTask

TRIAL = Trial(0, {"width": 8, "epochs": 9})
FIT = Fit(TRIAL, fold=0, repeat=0, seed=5, budget=9)
PROBLEM = Problem(TinyTask(), Evaluate(), Objective(), 0)


def key(trial: Trial = TRIAL, fits: tuple[Fit, ...] = (FIT,), ground: str = "a") -> str:
    memo = LedgerMemo(Ground(ground, "confirming", None), PROBLEM, lambda _: {})
    memo.take([(OpenTrial(trial, 1, 0), fits)], anew=True)
    done = Result(trial, score=1.0, metrics={}, history={}, seconds=0.0)
    return memo.keys([done])[trial.number]


@pytest.mark.parametrize(
    "changed",
    [
        {"ground": "b"},
        {"trial": replace(TRIAL, config={"width": 8, "epochs": 12})},
        {"trial": replace(TRIAL, config={"width": 9, "epochs": 9})},
        {"trial": replace(TRIAL, confirms=4)},
        {"fits": (replace(FIT, budget=3),)},
        {"fits": (replace(FIT, fold=1),)},
        {"fits": (replace(FIT, repeat=1),)},
        {"fits": (replace(FIT, seed=6),)},
        {"fits": (FIT, replace(FIT, repeat=1))},
    ],
)
def test_what_changes_a_result_changes_the_key(changed: dict[str, Any]) -> None:
    assert key(**changed) != key()


@pytest.mark.parametrize(
    "changed",
    [
        {"trial": replace(TRIAL, number=3)},
        {"trial": replace(TRIAL, parent=1, budget=9)},
        {"trial": replace(TRIAL, config={"width": 8, "epochs": 9, "activation": "relu"})},
        {"fits": (replace(FIT, resume_from="elsewhere.npz", save_to="here.npz"),)},
    ],
)
def test_what_changes_no_result_does_not(changed: dict[str, Any]) -> None:
    assert key(**changed) == key()


def test_a_trial_without_a_score_has_no_key() -> None:
    memo = LedgerMemo(Ground("a", "b", None), PROBLEM, lambda _: {})
    memo.take([(OpenTrial(TRIAL, 1, 0), (FIT,))], anew=True)

    assert memo.keys([failed(TRIAL, Failure("diverged", "nan"))]) == {}
