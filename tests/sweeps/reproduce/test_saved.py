from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sweeps.reproduce import saved
from sweeps.reproduce.saved import loaded_accuracy
from tests.sweeps.tiny_task import TinyTask

TASK = TinyTask()


class Loaded:
    """Stands in for an export that says the true class of all but the first three rows."""

    def __init__(self, form: str | None) -> None:
        self.manifest = SimpleNamespace(inputs=form and SimpleNamespace(form=form))
        self.given: Any = None

    def predict_proba(self, rows: Any) -> Any:
        self.given = rows
        y = TASK.rows(0).y_test.copy()
        y[:3] = (y[:3] + 1) % 3
        return np.eye(3)[y]


@pytest.mark.parametrize("form", ["columns", "arrays"])
def test_the_loaded_model_is_asked_in_its_own_form(form, monkeypatch, tmp_path):
    loaded = Loaded(form)
    monkeypatch.setattr(saved.ExportedModel, "load", lambda folder: loaded)
    assert loaded_accuracy(tmp_path, TASK) == pytest.approx(12 / 15)
    x = TASK.rows(0).x_test
    if form == "columns":
        assert list(loaded.given.columns) == list(TASK.features)
        assert np.array_equal(loaded.given.to_numpy(), x)
    else:
        assert loaded.given is x or np.array_equal(loaded.given, x)
