"""The process that a space is found out in."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest

from sweeps.discovery.discover import completed, recorded_space
from sweeps.errors import SweepError
from sweeps.trainers.fused.program_cache import VARIABLE
from sweeps.user_code.user_code import NOWHERE

KNOWN_INPUTS = """
    import keras

    def build(hp):
        units = hp.Choice("units", [3])
        return keras.Sequential([keras.Input((2,)), keras.layers.Dense(units)])
    """


@pytest.mark.slow
def test_what_draws_weights_is_compiled_once_for_workers_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "programs"))
    # Whoever has trained with Keras in this process has chosen its backend for good.
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    (tmp_path / "drawn_model.py").write_text(dedent(KNOWN_INPUTS))
    found = completed({"model": "drawn_model:build"}, str(tmp_path))
    assert found["space"] == {"units": {"choices": [3]}}
    assert any(file.is_file() for file in (tmp_path / "programs").rglob("*"))


def test_nothing_of_the_working_folder_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json", "own_model"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('it was imported')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place])
    with pytest.raises(SweepError, match="own_model: no module of that name"):
        recorded_space("own_model:build", NOWHERE, "tensorflow")
