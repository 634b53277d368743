"""Every rule for MLflow, broken on purpose: found, named, and mended."""

from __future__ import annotations

import pytest

from tests.sweeps.doctor.damages import IN_PARENT, IN_TRIALS, OF_THE_FAILED, Damage
from tests.sweeps.doctor.patients import FAILED, Patient, repaired


@pytest.mark.parametrize(("damage", "said"), [*IN_TRIALS, *OF_THE_FAILED, *IN_PARENT])
def test_damage_is_found(patient: Patient, damage: Damage, said: str) -> None:
    number = FAILED if (damage, said) in OF_THE_FAILED else 3
    damage(patient, number)
    assert patient.lines() == [f"MLflow: {said.format(number)}"]


@pytest.mark.parametrize("some", [IN_TRIALS[::2], IN_TRIALS[1::2], IN_PARENT])
def test_damage_is_mended(patient: Patient, some: list[tuple[Damage, str]]) -> None:
    numbers = [number for number in range(10) if number != FAILED]
    for number, (damage, _) in zip(numbers, some, strict=False):
        damage(patient, number)
    OF_THE_FAILED[len(some) % 2][0](patient, FAILED)
    done = repaired(patient)
    assert done.diagnosis.violations == ()
    assert done.diagnosis.well
    assert done.diagnosis == patient.seen()
    assert (done.diagnosis.runs, done.diagnosis.unsent, done.anew) == (11, 0, False)
