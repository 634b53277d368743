from __future__ import annotations

import pytest

from sweeps.sweep import SubjectChoice
from sweeps.trainers.auto import Auto
from sweeps.trainers.choose import trainer_for
from sweeps.trainers.estimator_fit import EstimatorFit
from sweeps.trainers.function_fit import FunctionFit
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.keras_fit import KerasFit
from sweeps.trainers.trainer import Trainer


@pytest.mark.parametrize(
    ("name", "trainer"), [("auto", Auto()), ("fused", FusedFit()), ("keras", KerasFit())]
)
def test_known_names(name: str, trainer: Trainer) -> None:
    assert trainer_for(name) == trainer


def test_code_of_the_users_own_has_trainers_of_its_own() -> None:
    estimator = SubjectChoice("estimator", "my_module:make")
    assert trainer_for("auto", estimator, "here") == EstimatorFit(estimator, "here")
    function = SubjectChoice("function", "my_module:objective")
    assert trainer_for("auto", function, "here") == FunctionFit(function, "here")
    for subject in (estimator, function):
        with pytest.raises(ValueError, match="'keras' is not known; known here: auto"):
            trainer_for("keras", subject)


def test_unknown_names_come_with_a_hint() -> None:
    with pytest.raises(ValueError, match="trainer: 'kears' is not known; did you mean 'keras'"):
        trainer_for("kears")
    with pytest.raises(ValueError, match="known here: auto, fused, keras"):
        trainer_for("zzzzzzz")
