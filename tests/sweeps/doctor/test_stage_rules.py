"""Rules about stages and pruned trials, broken on purpose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sweeps.pruning.progress import TO_THE_END
from tests.sweeps.doctor.patients import Patient
from tests.sweeps.doctor.test_ledger_rules import lines

Admit = Callable[[str], Patient]
OPEN = "state = 'running', result = NULL, score = NULL, reason = NULL, ended_ms = NULL, shipped = 0"


@pytest.fixture
def patient(admit: Admit) -> Patient:
    """A finished sweep of ten trials, of which some were pruned."""
    return admit("pruned")


@pytest.fixture
def pruned(patient: Patient) -> int:
    """The first trial that was pruned."""
    ((number,),) = patient.in_ledger("SELECT min(number) FROM trial WHERE state = 'pruned'")
    assert isinstance(number, int)
    return number


def test_nothing_is_wrong_with_pruned_trials(patient: Patient, pruned: int) -> None:
    assert lines(patient) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"step": 99}, "pruned at another value than the last that it reported"),
        ({"value": 99.0}, "pruned at another value than the last that it reported"),
        ({"margin": -0.5}, "pruned with a margin of -0.5"),
    ],
)
def test_a_pruning_that_breaks_a_rule(
    patient: Patient, pruned: int, change: dict[str, Any], said: str
) -> None:
    patient.change_result(pruned, lambda result: result["pruned"].update(change))
    assert lines(patient) == [f"ledger: {said}: trial {pruned}"]


def test_a_trial_that_was_pruned_and_is_said_to_have_failed(patient: Patient, pruned: int) -> None:
    failure = {"reason": "crashed", "message": "it fell", "traceback": ""}
    patient.change_result(pruned, lambda result: result.update(error=failure))
    patient.in_ledger(
        "UPDATE trial SET state = 'failed', reason = 'crashed' WHERE number = ?", pruned
    )
    assert lines(patient) == [
        f"ledger: failed, but its result says where it was pruned: trial {pruned}"
    ]


def test_values_out_of_order(patient: Patient) -> None:
    patient.change_result(0, lambda result: result["reported"].reverse())
    assert lines(patient) == ["ledger: values reported to the pruner are out of order: trial 0"]


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        ("half of", "what the ledger keeps is unreadable (JSONDecodeError: Expecting value"),
        ('{"reported": []}', "what the ledger keeps is unreadable (KeyError: 'score'"),
        ("reported", "stages are kept, but no value of any"),
        ("good", None),
        (TO_THE_END, None),
    ],
)
def test_the_stages_of_an_open_trial(patient: Patient, stages: str, said: str | None) -> None:
    patient.in_ledger("UPDATE sweep SET state = 'interrupted'")
    if stages == "reported":
        patient.change_result(9, lambda result: result.update(reported=[]))
    if stages in ("reported", "good"):
        ((stages,),) = patient.in_ledger("SELECT result FROM trial WHERE number = 9")
    patient.in_ledger(f"UPDATE trial SET {OPEN}, stages = ? WHERE number = 9", stages)
    found = lines(patient)
    assert len(found) == (said is not None)
    assert all(line.startswith(f"ledger: {said}") for line in found)


def test_a_trial_that_has_ended_and_would_go_on(patient: Patient) -> None:
    patient.in_ledger("UPDATE trial SET stages = ? WHERE number = 9", TO_THE_END)
    ((state,),) = patient.in_ledger("SELECT state FROM trial WHERE number = 9")
    assert lines(patient) == [f"ledger: {state}, but with stages that would go on: trial 9"]
