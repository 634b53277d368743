"""What is decided between stages is what a study of Optuna's own decides, given the same values."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import optuna
import pytest

from sweeps.backends.optuna_quiet import quiet
from sweeps.pruning.choice import read_pruner
from sweeps.pruning.making import pruner_of
from sweeps.pruning.steps import Steps
from sweeps.pruning.study import NAME, PruningStudy
from sweeps.sweep import Goal
from sweeps.trial import Failure, Pruned, Result, Trial

EPOCHS = 27
WAVE = 9
TRIALS = 36
FAILING = 5

PRUNERS: dict[str, Any] = {
    "median": {"median": {"n_startup_trials": 3}},
    "median of few": {"median": {"n_startup_trials": 0, "n_min_trials": 4, "n_warmup_steps": 4}},
    "percentile": {"percentile": {"percentile": 60.0, "interval_steps": 3}},
    "successive_halving": {"successive_halving": {"reduction_factor": 3}},
    "late halving": {"successive_halving": {"bootstrap_count": 4, "min_early_stopping_rate": 1}},
    "hyperband": "hyperband",
    "patient": {"patient": {"patience": 1, "wrapped": {"median": {"interval_steps": 4}}}},
    "patient alone": {"patient": {"patience": 0}},
    "patient halving": {"patient": {"patience": 0, "wrapped": "successive_halving"}},
    "threshold": {"threshold": {"lower": 0.1}},
    "wilcoxon": {"wilcoxon": {"p_threshold": 0.3}},
}


def curve(number: int) -> list[float]:
    """Values that grow towards a trial's own height, with noise."""
    draw = random.Random(number)
    height = draw.random()
    return [height * (1 - 0.8**epoch) + draw.gauss(0, 0.05) for epoch in range(1, EPOCHS + 1)]


@dataclass
class Record:
    """What was decided about each trial, and what it had reported by then."""

    pruned: dict[int, int] = field(default_factory=dict)
    reported: dict[int, list[tuple[int, float]]] = field(default_factory=dict)


def steps_of(name: str) -> Steps:
    choice = read_pruner(PRUNERS[name])
    assert choice is not None
    return Steps(choice, EPOCHS)


def stages_of(steps: Steps) -> Sequence[int]:
    return range(1, EPOCHS + 1) if steps.choice.kind == "wilcoxon" else steps.until(EPOCHS)


def by_optuna(steps: Steps, goal: Goal) -> Record:
    """A wave's trials go forward together in a study of Optuna's own."""
    record = Record()
    with quiet():
        study = optuna.create_study(study_name=NAME, direction=goal, pruner=pruner_of(steps.filled))
        for _ in range(0, TRIALS, WAVE):
            trials = [study.ask() for _ in range(WAVE)]
            for step in stages_of(steps):
                for trial in [one for one in trials if one.number not in record.pruned]:
                    if trial.number == FAILING and step > 9:
                        continue
                    trial.report(curve(trial.number)[step - 1], step)
                    if step < EPOCHS and trial.should_prune():
                        record.pruned[trial.number] = step
                        study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            for trial in [one for one in trials if one.number not in record.pruned]:
                if trial.number == FAILING:
                    study.tell(trial, state=optuna.trial.TrialState.FAIL)
                else:
                    study.tell(trial, curve(trial.number)[-1])
    return record


def result_of(number: int, reported: Sequence[tuple[int, float]], end: str) -> Result:
    step, value = reported[-1]
    error = {"pruned": Failure("pruned", ""), "failed": Failure("diverged", "")}.get(end)
    return Result(
        Trial(number, {}),
        None if error else value,
        {},
        {},
        0.0,
        error=error,
        pruned=Pruned(step, value) if end == "pruned" else None,
        reported=tuple(reported),
    )


def by_us(steps: Steps, goal: Goal, broken_at: int | None = None) -> Record:
    """The same in ours; broken off after so many stages, it is built anew from what is kept."""
    record, study, past = Record(), PruningStudy(steps.filled, goal), 0
    ended: dict[int, Result] = {}
    for first in range(0, TRIALS, WAVE):
        running = list(range(first, first + WAVE))
        for number in running:
            study.begin(number)
        for step in stages_of(steps):
            for number in list(running):
                if number == FAILING and step > 9:
                    study.ends(number, None)
                    ended[number] = result_of(number, record.reported[number], "failed")
                    running.remove(number)
                    continue
                value = curve(number)[step - 1]
                record.reported.setdefault(number, []).append((step, value))
                if step == EPOCHS:
                    study.reports(number, step, value)
                    study.ends(number, value)
                    ended[number] = result_of(number, record.reported[number], "done")
                elif study.asked(number, step, value):
                    record.pruned[number] = step
                    ended[number] = result_of(number, record.reported[number], "pruned")
                    running.remove(number)
            past += 1
            if past == broken_at:
                study = rebuilt(steps, goal, record, ended, running)
    return record


def rebuilt(
    steps: Steps, goal: Goal, record: Record, ended: dict[int, Result], running: Sequence[int]
) -> PruningStudy:
    study = PruningStudy(steps.filled, goal)
    for number in sorted({*ended, *running}):
        if number in ended:
            study.over(number, ended[number])
        else:
            study.begin(number, record.reported.get(number, ()))
    return study


@pytest.mark.parametrize("goal", ["maximize", pytest.param("minimize", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", PRUNERS)
def test_the_same_values_end_the_same_trials_as_in_a_study_of_optunas(
    name: str, goal: Goal
) -> None:
    steps = steps_of(name)
    expected = by_optuna(steps, goal)
    assert by_us(steps, goal).pruned == expected.pruned
    assert expected.pruned


@pytest.mark.parametrize("broken_at", [2, pytest.param(5, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", PRUNERS)
def test_a_study_that_is_built_anew_decides_as_the_one_before(name: str, broken_at: int) -> None:
    steps = steps_of(name)
    assert by_us(steps, "maximize", broken_at).pruned == by_us(steps, "maximize").pruned
