"""Models in MLflow's registry: versions, an alias that moves, and loading without pickles."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.tracking.on_mlflow import client_of
from tests.tracking.records_for_tests import sweep
from tracking.mlflow_tracker import MlflowTracker
from tracking.registry import ModelFolder, known_run, register
from tracking.tracker import TrackingError
from tracking.ui import serving_ui

LOADER = "tests.tracking.test_registry"


class Doubling:
    """A model, as MLflow loads it."""

    def __init__(self, by: float) -> None:
        self._by = by

    def predict(self, rows: Any, params: Any = None) -> Any:
        return (self._by * rows["x"]).to_numpy()


def _load_pyfunc(folder: str) -> Doubling:
    return Doubling(float(Path(folder, "by.txt").read_text()))


def model_in(folder: Path, by: float) -> ModelFolder:
    folder.mkdir()
    (folder / "by.txt").write_text(str(by))
    example = pd.DataFrame({"x": [1.0], "word": ["a"]})
    return ModelFolder(folder, LOADER, ("pandas",), example, 2.0 * example["x"].to_numpy(), ("x",))


@pytest.fixture
def sweep_id(store_uri: str) -> str:
    tracker = MlflowTracker(store_uri)
    tracker.begin(sweep())
    tracker.close()
    return sweep().sweep_id


def test_each_export_is_a_version_and_the_alias_is_at_the_newest(
    store_uri: str, sweep_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store_uri)
    for version, by in enumerate((2.0, 3.0), start=1):
        model = model_in(tmp_path / f"by {by}", by)
        assert register(model, "doubling", sweep_id, store_uri) == str(version)
    client = client_of(store_uri)
    assert client.get_model_version_by_alias("doubling", "best").version in (2, "2")
    run = known_run(sweep_id, store_uri)
    versions = [client.get_model_version("doubling", str(n)) for n in (1, 2)]
    assert {one.run_id for one in versions} == {run}
    assert len({one.source for one in versions}) == 2
    assert found("models:/doubling/1") == [8.0]
    assert found("models:/doubling@best") == [12.0]


def found(model: str) -> Any:
    import mlflow

    loaded = mlflow.pyfunc.load_model(model)
    assert [one.name for one in loaded.metadata.signature.inputs] == ["x", "word"]
    return loaded.predict(pd.DataFrame({"x": [4], "word": ["b"]})).tolist()


def test_a_sweep_that_mlflow_does_not_know(store_uri: str, tmp_path: Path) -> None:
    with pytest.raises(TrackingError, match="MLflow knows no run of sweep nosuch: send it first"):
        register(model_in(tmp_path / "m", 2.0), "doubling", "nosuch", store_uri)
    assert client_of(store_uri).search_registered_models() == []


def test_a_name_that_cannot_be(store_uri: str, sweep_id: str, tmp_path: Path) -> None:
    with pytest.raises(TrackingError, match="registering 'a/b'"):
        register(model_in(tmp_path / "m", 2.0), "a/b", sweep_id, store_uri)


@pytest.mark.slow
def test_nothing_is_pickled(store_uri: str, sweep_id: str, tmp_path: Path) -> None:
    register(model_in(tmp_path / "m", 2.0), "doubling", sweep_id, store_uri)
    script = (
        "import mlflow, pandas\n"
        f"mlflow.set_tracking_uri({store_uri!r})\n"
        "m = mlflow.pyfunc.load_model('models:/doubling@best')\n"
        "print(m.predict(pandas.DataFrame({'x': [5.0], 'word': ['c']})))\n"
    )
    environment = {**os.environ, "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert "[10.]" in done.stdout


@pytest.mark.slow
def test_over_a_server(store_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving_ui(store_uri) as address:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
        tracker = MlflowTracker(address)
        tracker.begin(sweep())
        tracker.close()
        for version, by in enumerate((2.0, 3.0), start=1):
            model = model_in(tmp_path / f"by {by}", by)
            assert register(model, "doubling", sweep().sweep_id, address) == str(version)
        assert found("models:/doubling/1") == [8.0]
        assert found("models:/doubling@best") == [12.0]
