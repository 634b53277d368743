"""Every rule for the ledger, broken on purpose: found, named, and nobody's to mend."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest

from sweeps.doctor.ledger_side import look_at_ledger
from sweeps.doctor.violation import Violation, together
from tests.sweeps.doctor.patients import Patient

Admit = Callable[[str], Patient]
TRIAL_3 = "UPDATE trial SET {} WHERE number = 3"


def found(patient: Patient) -> tuple[Violation, ...]:
    return together(look_at_ledger(patient.store, patient.sweep_id).faults)


def lines(patient: Patient) -> list[str]:
    return [violation.line for violation in found(patient)]


def test_nothing_is_wrong_with_a_healthy_ledger(patient: Patient) -> None:
    assert found(patient) == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("state = 'lost'", "no trial has a state 'lost'"),
        ("result = NULL, score = NULL, shipped = 0", "done, but without a result"),
        ("result = '{\"sco'", "what the ledger keeps is unreadable (JSONDecodeError: Untermina"),
        ("config = '['", "what the ledger keeps is unreadable (JSONDecodeError: Expecting value"),
        (
            "state = 'cancelled', result = NULL, shipped = 0",
            "cancelled, but with a score or a reason of failure",
        ),
        (
            "state = 'cancelled', result = NULL, score = NULL",
            "cancelled, but counted as sent to MLflow",
        ),
        ("state = 'failed'", "failed, but its result has a score or another reason"),
        ("state = 'running', ended_ms = NULL", "running, but with a result"),
        ("state = 'running'", "running, but with an end"),
        ("ended_ms = NULL", "done, but without an end"),
        ("ended_ms = started_ms - 1", "ended before it began"),
        ("started_ms = 1", "begun before its sweep"),
        ("score = score + 0.001", "the score in the ledger's column is not that of the result"),
        ("reason = 'crashed'", "the reason in the ledger's column is not that of the result"),
        ("attempt = 0", "attempt 0, though they count from 1"),
        ("attempt = 9, tries = 4", "4 tries in 9 attempts, with a cap of 3"),
        ("attempt = 1, tries = 2", "2 tries in 1 attempts, with a cap of 3"),
        ("wave = 2", "the wave does not follow on from that before"),
        ("parent = 3", "continues a trial that is not an earlier one"),
        ("parent = 99", "continues a trial that is not an earlier one"),
    ],
)
def test_a_trial_that_breaks_a_rule(patient: Patient, change: str, said: str) -> None:
    patient.in_ledger(TRIAL_3.format(change))
    (about,) = (line for line in lines(patient) if line.startswith(f"ledger: {said}"))
    assert about.endswith((": trial 3", ": trials 3, 4"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"score": None}, "done, but its result is a failure"),
        (
            {"metrics": {"val_accuracy": "high"}},
            "what the ledger keeps is unreadable (TypeError: 'hi",
        ),
        ({"parts": 3}, "what the ledger keeps is unreadable (TypeError: "),
        ({"metrics": {}}, "the score is not the result's val_accuracy"),
        ({"error": {"reason": "crashed", "message": "it fell"}}, "done, but its result is a"),
    ],
)
def test_a_result_that_breaks_a_rule(patient: Patient, change: dict[str, Any], said: str) -> None:
    patient.change_result(3, lambda result: result.update(change))
    assert any(line.startswith(f"ledger: {said}") for line in lines(patient))


def test_a_score_that_is_not_the_mean_of_its_parts(admit: Admit) -> None:
    patient = admit("grid")
    patient.change_result(3, lambda result: result["parts"][1]["metrics"].update(val_accuracy=9.0))
    said = "ledger: the score is not the mean of val_accuracy over the parts: trial 3"
    assert lines(patient) == [said]


def test_a_score_that_is_no_number(patient: Patient) -> None:
    endless = {"score": math.inf, "metrics": {"val_accuracy": math.inf}, "parts": []}
    patient.change_result(3, lambda result: result.update(endless))
    patient.in_ledger(TRIAL_3.format("score = 9e999"))
    assert "ledger: the score is no finite number: trial 3" in lines(patient)


def test_numbers_count_from_0(patient: Patient) -> None:
    patient.in_ledger("UPDATE trial SET number = -1 WHERE number = 9")
    assert "ledger: numbers count from 0: trial -1" in lines(patient)


def test_numbers_without_gaps(patient: Patient) -> None:
    patient.in_ledger("DELETE FROM trial WHERE number IN (3, 5)")
    assert "ledger: missing in the ledger, though later ones are there: trials 3, 5" in lines(
        patient
    )


def test_the_last_trials_are_missed_as_well(patient: Patient) -> None:
    patient.in_ledger("DELETE FROM trial WHERE number > 7")
    assert lines(patient) == ["ledger: the sweep is finished with 8 of 10 trials"]


@pytest.mark.parametrize("backend", ["random", "hyperband"])
def test_a_search_may_end_with_its_epochs(admit: Admit, backend: str) -> None:
    patient = admit(backend)
    patient.in_ledger("DELETE FROM trial WHERE number > 7")
    patient.in_ledger("UPDATE trial SET state = 'done' WHERE number = 2")
    short = [line for line in lines(patient) if "trials" in line]
    document = json.loads(patient.in_ledger("SELECT document FROM sweep")[0][0])
    document["budget"] = {"epochs": 30}
    patient.in_ledger("UPDATE sweep SET document = ?", json.dumps(document))
    assert len(short) == 1
    assert not [line for line in lines(patient) if "trials" in line]


def test_more_trials_than_the_cap(patient: Patient) -> None:
    document = json.loads(patient.in_ledger("SELECT document FROM sweep")[0][0])
    document["search"]["trials"] = 3
    patient.in_ledger("UPDATE sweep SET document = ?", json.dumps(document))
    said = "ledger: beyond the 3 trials that the sweep may have: trials 3, 4, 5, 6, 7 and 2 more"
    assert lines(patient) == [said]


def test_waves_begin_at_nothing_and_wait_for_each_other(patient: Patient) -> None:
    patient.in_ledger("UPDATE trial SET wave = wave + 1")
    assert lines(patient) == ["ledger: the first wave is not wave 0: trial 0"]
    patient.in_ledger("UPDATE trial SET wave = wave - 1")
    patient.in_ledger("UPDATE trial SET told_failed = 1 WHERE number IN (2, 9)")
    assert lines(patient) == [
        "ledger: told to the search as failed for good, though nothing was asked for since: trial 9"
    ]
    patient.in_ledger("UPDATE trial SET told_failed = 0")
    patient.in_ledger("UPDATE sweep SET state = 'interrupted'")
    open_again = "state = 'running', result = NULL, score = NULL, ended_ms = NULL, shipped = 0"
    patient.in_ledger(TRIAL_3.format(open_again))
    assert lines(patient) == [
        "ledger: running, though trials of a later wave rest on its result: trial 3"
    ]


@pytest.mark.parametrize("state", ["finished", "stopped", "cancelled"])
def test_a_sweep_that_has_ended_has_no_open_trials(patient: Patient, state: str) -> None:
    patient.in_ledger("UPDATE sweep SET state = ?", state)
    open_again = "state = 'running', result = NULL, score = NULL, ended_ms = NULL, shipped = 0"
    patient.in_ledger(f"UPDATE trial SET {open_again} WHERE number = 9")
    assert lines(patient) == [f"ledger: without an end, though the sweep is {state}: trial 9"]


def test_only_a_sweep_that_is_final_has_cancelled_trials(patient: Patient) -> None:
    dropped = "state = 'cancelled', result = NULL, score = NULL, shipped = 0"
    patient.in_ledger(f"UPDATE trial SET {dropped} WHERE number = 9")
    assert lines(patient) == ["ledger: cancelled, though the sweep is finished: trial 9"]
    patient.in_ledger("UPDATE sweep SET state = 'stopped'")
    assert lines(patient) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("state = 'asleep'", "no sweep has a state 'asleep'"),
        ("name = 'another'", "the ledger's columns for name, task and search are not what"),
        ("ended_ms = NULL", "the sweep is finished, but without an end"),
        ("ended_ms = created_ms", "the sweep ended before its last trial"),
        ("spent_seconds = -1", "it took -1.0 s"),
        ("document = '{\"task\": 3}'", "the sweep's description in the ledger cannot be read: "),
        ("document = '{'", "the sweep's description in the ledger cannot be read: "),
        (
            "document = replace(document, '\"random\"', '\"astrology\"')",
            "the sweep's description in the ledger cannot be read: ",
        ),
    ],
)
def test_a_sweep_that_breaks_a_rule(patient: Patient, change: str, said: str) -> None:
    patient.in_ledger("UPDATE trial SET ended_ms = ended_ms + 5")
    patient.in_ledger("UPDATE sweep SET ended_ms = ended_ms + 5")
    patient.in_ledger(f"UPDATE sweep SET {change}")
    (line,) = lines(patient)
    assert line.startswith(f"ledger: {said}")


def test_the_best_is_the_best(patient: Patient) -> None:
    patient.in_ledger("UPDATE trial SET score = 2.0 WHERE number = 3")
    rules = {violation.rule: violation.line for violation in found(patient)}
    assert rules["best"].startswith("ledger: the ledger's best is trial 3, by the results it is ")


def test_the_best_may_be_unreadable(patient: Patient) -> None:
    best = "SELECT number FROM trial ORDER BY score DESC LIMIT 1"
    patient.in_ledger(f"UPDATE trial SET result = '[]' WHERE number = ({best})")
    assert [violation.rule for violation in found(patient)] == ["results"]


def configured(patient: Patient, number: int, **values: Any) -> None:
    ((text,),) = patient.in_ledger("SELECT config FROM trial WHERE number = ?", number)
    config = json.dumps(json.loads(text) | values)
    patient.in_ledger("UPDATE trial SET config = ? WHERE number = ?", config, number)


def test_configurations_are_the_spaces_own(patient: Patient) -> None:
    configured(patient, 3, width=501)
    configured(patient, 5, wdth=3)
    said = "ledger: the configuration is none of the space's ("
    assert [line.startswith(said) for line in lines(patient)] == [True, True]


def test_fixed_values_stand_in_every_configuration(admit: Admit) -> None:
    patient = admit("grid")
    remove = "UPDATE trial SET config = json_remove(config, '$.activation') WHERE number = 3"
    patient.in_ledger(remove)
    said = "ledger: the configuration lacks a value that the space fixes: trial 3"
    assert lines(patient) == [said]


def test_a_grid_has_each_point_once_and_in_order(admit: Admit) -> None:
    patient = admit("grid")
    assert lines(patient) == []
    first = "SELECT config FROM trial WHERE number = ?"
    ((seven,),), ((four,),) = patient.in_ledger(first, 7), patient.in_ledger(first, 4)
    change = "UPDATE trial SET config = ? WHERE number = ?"
    patient.in_ledger(change, four, 7)
    assert lines(patient) == [
        "ledger: the configuration of trial 4 once more: trial 7",
        "ledger: out of the grid's order: trial 7",
        "ledger: the sweep is finished after 11 trials, but 1 allowed point was never tried",
    ]
    patient.in_ledger(change, seven, 4)
    assert lines(patient) == ["ledger: out of the grid's order: trials 5, 7"]
    shuffled = 'replace(document, \'"grid"\', \'"grid", "shuffle": true\')'
    patient.in_ledger(f"UPDATE sweep SET document = {shuffled}")
    assert lines(patient) == []


def test_seed_trials_come_first(admit: Admit) -> None:
    patient = admit("grid")
    configured(patient, 0, width=16, layer_count=1)
    assert "ledger: not the seed trial of that number: trial 0" in lines(patient)


def test_hyperband_promotes_what_has_a_score_and_counts_its_places(admit: Admit) -> None:
    patient = admit("hyperband")
    assert lines(patient) == []
    *_, (number, parent) = patient.in_ledger(
        "SELECT number, parent FROM trial WHERE parent IS NOT NULL ORDER BY number"
    )
    configured(patient, number, width=3)
    assert f"ledger: continues a trial of another configuration: trial {number}" in lines(patient)
    patient.in_ledger("UPDATE trial SET parent = 2 WHERE number = ?", number)
    assert f"ledger: continues a trial without a score: trial {number}" in lines(patient)
    patient.in_ledger("UPDATE trial SET parent = ? WHERE number = ?", parent, number)
    patient.in_ledger("UPDATE trial SET budget = 1 WHERE number = ?", number)
    assert f"ledger: continues a trial of as many epochs or more: trial {number}" in lines(patient)


def test_hyperband_fills_its_places(admit: Admit) -> None:
    patient = admit("hyperband")
    patient.in_ledger("DELETE FROM trial WHERE number = 22")
    assert lines(patient) == [], "a failed trial may leave places empty"
    patient.in_ledger("UPDATE trial SET state = 'done' WHERE number = 2")
    assert "ledger: 22 trials, where the plan has 23" in lines(patient)
    names = [row[1] for row in patient.in_ledger("PRAGMA table_info(trial)")]
    rest = ", ".join(name for name in names if name != "number")
    for number in (22, 23):
        patient.in_ledger(
            f"INSERT INTO trial (number, {rest}) SELECT ?, {rest} FROM trial WHERE number = 21",
            number,
        )
    assert "ledger: 24 trials, where the plan has 23" in lines(patient)


def test_a_ledger_fault_is_nobodys_to_mend(patient: Patient) -> None:
    patient.in_ledger(TRIAL_3.format("score = 0.5"))
    assert [violation.mend for violation in found(patient)] == [None]
