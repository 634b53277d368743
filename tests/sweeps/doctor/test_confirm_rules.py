"""Rules about confirmations, broken on purpose. Trials 10 to 12 confirm the best three of ten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sweeps.doctor.patients import FAILED, Patient
from tests.sweeps.doctor.test_ledger_rules import configured, lines

Admit = Callable[[str], Patient]


@pytest.fixture
def patient(admit: Admit) -> Patient:
    """A finished sweep of ten trials, the best three of them confirmed."""
    return admit("confirmed")


def test_nothing_is_wrong_with_confirmations(patient: Patient) -> None:
    best = "SELECT number FROM trial WHERE number < 10 ORDER BY score DESC LIMIT 3"
    confirmed = patient.in_ledger("SELECT confirms FROM trial WHERE number >= 10 ORDER BY number")
    assert confirmed == patient.in_ledger(best)
    assert patient.seen().well


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("confirms = 99", "confirms a trial that is not an earlier one"),
        ("confirms = 11", "confirms a trial that is not an earlier one"),
        (f"confirms = {FAILED}", "confirms a trial without a score"),
        ("budget = 3", "is not trained in full as the trial that it confirms"),
        ("wave = 3", "confirms a confirmation"),
    ],
)
def test_a_confirmation_that_breaks_a_rule(patient: Patient, change: str, said: str) -> None:
    if said == "confirms a confirmation":
        patient.in_ledger("UPDATE trial SET wave = 4 WHERE number = 12")
        patient.in_ledger("UPDATE trial SET confirms = 11 WHERE number = 12")
    else:
        patient.in_ledger(f"UPDATE trial SET {change} WHERE number = 12")
    assert f"ledger: {said}: trial 12" in lines(patient)


def test_a_confirmation_has_the_configuration_that_it_confirms(patient: Patient) -> None:
    configured(patient, 12, width=3)
    assert "ledger: confirms a trial of another configuration: trial 12" in lines(patient)
    ((config,),) = patient.in_ledger("SELECT config FROM trial WHERE number = 11")
    patient.in_ledger("UPDATE trial SET config = ? WHERE number = 12", config)
    assert "ledger: the configuration of confirmation 11 once more: trial 12" in lines(patient)


def test_the_best_of_a_finished_sweep_are_confirmed(patient: Patient) -> None:
    ((best,),) = patient.in_ledger("SELECT confirms FROM trial WHERE number = 12")
    patient.in_ledger("DELETE FROM trial WHERE number = 12")
    assert lines(patient) == [f"ledger: among the best, but never confirmed: trial {best}"]
    patient.in_ledger("UPDATE sweep SET state = 'interrupted'")
    assert lines(patient) == []


def test_no_more_are_confirmed_at_once_than_wanted(patient: Patient) -> None:
    change = """replace(document, '"confirm_top": 3', '"confirm_top": 2')"""
    patient.in_ledger(f"UPDATE sweep SET document = {change}")
    said = "ledger: one of 3 confirmations at once, where 2 are the most: trial 10"
    assert lines(patient) == [said]


@pytest.mark.parametrize(("number", "repeat"), [(3, 1), (12, 0)])
def test_seeds_are_those_for_such_a_trial(patient: Patient, number: int, repeat: int) -> None:
    def change(result: dict[str, Any]) -> None:
        result["parts"][1]["repeat"] = repeat

    patient.change_result(number, change)
    said = f"ledger: has repeats of seeds that are not for such a trial: trial {number}"
    assert lines(patient) == [said]


def test_the_tag_says_what_is_confirmed(patient: Patient) -> None:
    change = "UPDATE tags SET value = '7' WHERE key = 'sweeps.confirms' AND run_uuid = ?"
    patient.in_mlflow(change, patient.run_of(11))
    said = "MLflow: tags are not what the ledger says (sweeps.confirms): trial 11"
    assert patient.lines() == [said]
