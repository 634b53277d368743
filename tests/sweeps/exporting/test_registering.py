"""A sweep's best in MLflow's registry, served in a process that knows nothing of the sweep."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sweeps
from sweeps.exporting.inputs import InputsSpec
from sweeps.exporting.registering import example_of, loose_columns
from tests.sweeps.exporting.shop import PIPELINE, Shop
from tests.sweeps.tasks.made_up_tables import birds
from tests.tracking.conftest import new_store as new_store
from tests.tracking.conftest import store_uri as store_uri

SERVED = """
import mlflow, pandas
model = mlflow.pyfunc.load_model("models:/birds@best")
rows = pandas.read_csv("birds.csv")
print(",".join(model.predict(rows)))
whole = rows.assign(mass=10)
print(",".join(model.predict(whole)))
print(model.metadata.signature is not None)
"""


@pytest.mark.slow
def test_a_sweeps_best_is_served(
    shop: Shop, store_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shop.write()
    birds().to_csv("birds.csv", index=False)
    task = {"csv": "birds.csv", "target": "species", "drop": ["id", "nest"]}
    sweeps.run(shop.sweep({**PIPELINE, "task": task}), store="store", tracking_uri=store_uri)
    places = {"store": "store", "tracking_uri": store_uri, "register": "birds"}
    sweeps.export(folder="first", **places)
    model = sweeps.export(folder="second", **places)
    done = subprocess.run(
        [sys.executable, "-c", SERVED],
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[3]),
            "MLFLOW_TRACKING_URI": store_uri,
            "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said, whole, signed = done.stdout.split()
    assert said.split(",") == model.predict(birds()).tolist()
    assert whole.split(",") == model.predict(birds().assign(mass=10)).tolist()
    assert signed == "True"
    with pytest.raises(sweeps.exporting.manifest.ExportError):
        sweeps.export(folder="second", **places)


def test_an_example_has_every_column() -> None:
    columns = tuple(
        {"name": name, "type": kind, "role": role, "categories": ["u", "v"]}
        for name, kind, role in [
            ("n", "numeric", "input"),
            ("w", "categorical", "input"),
            ("b", "boolean", "input"),
            ("d", "date", "input"),
            ("y", "categorical", "target"),
        ]
    )
    table = InputsSpec("table", (5,), columns=columns)
    assert example_of(table).to_dict("records") == [
        {"n": 0.0, "w": "u", "b": True, "d": "2000-01-01"}
    ]
    assert loose_columns(table) == ("n", "b", "d")
    words = {"island": {"Dream": 1.0}}
    named = InputsSpec("columns", (2,), names=("island", "mass"), words=words)
    assert example_of(named).to_dict("records") == [{"island": "Dream", "mass": 0.0}]
    assert loose_columns(named) == ("mass",)
    assert example_of(InputsSpec("arrays", (2, 3))).shape == (1, 2, 3)
