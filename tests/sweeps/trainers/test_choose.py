from __future__ import annotations

import pytest

from sweeps.trainers.auto import Auto
from sweeps.trainers.choose import trainer_for
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.keras_fit import KerasFit
from sweeps.trainers.trainer import Trainer


@pytest.mark.parametrize(
    ("name", "trainer"), [("auto", Auto()), ("fused", FusedFit()), ("keras", KerasFit())]
)
def test_known_names(name: str, trainer: Trainer) -> None:
    assert trainer_for(name) == trainer


def test_unknown_names_come_with_a_hint() -> None:
    with pytest.raises(ValueError, match="trainer: 'kears' is not known; did you mean 'keras'"):
        trainer_for("kears")
    with pytest.raises(ValueError, match="known here: auto, fused, keras"):
        trainer_for("zzzzzzz")
