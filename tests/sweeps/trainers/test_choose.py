from __future__ import annotations

import pytest

from sweeps.trainers.choose import trainer_for
from sweeps.trainers.keras_fit import KerasFit


@pytest.mark.parametrize("name", ["auto", "keras"])
def test_known_names(name: str) -> None:
    assert trainer_for(name) == KerasFit()


def test_unknown_names_come_with_a_hint() -> None:
    with pytest.raises(ValueError, match="trainer: 'kears' is not known; did you mean 'keras'"):
        trainer_for("kears")
    with pytest.raises(ValueError, match="known trainers: auto, keras"):
        trainer_for("zzzzzzz")
