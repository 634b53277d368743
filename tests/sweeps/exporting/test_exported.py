"""Exports used again, in this process and in others: nothing in them is run or unpickled."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweeps import parts
from sweeps.exporting.exported import ExportedModel
from sweeps.exporting.inputs import InputsSpec
from sweeps.exporting.manifest import ExportError, Manifest
from tests.sweeps.exporting.shop import NETWORK, PIPELINE, Shop
from tests.sweeps.tiny_task import TinyTask

PREDICT = """
import pickle, sys
def refuse(*args, **options):
    raise RuntimeError("something was unpickled")
pickle.load = pickle.loads = refuse
sys.addaudithook(lambda event, args: refuse() if event == "pickle.find_class" else None)
from sweeps.cli.app import main
main(["predict", *sys.argv[1:]])
"""
"""The hook hears of every class that any unpickler looks for, whoever has it by what name."""

saving = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "task_for", lambda *_: TinyTask())


def predicted(folder: Path, rows: Path) -> list[str]:
    """By the command, in a process that cannot unpickle."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", PREDICT, str(folder), str(rows)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [line.split(",")[0] for line in done.stdout.splitlines()[1:]]


def written(folder: Path) -> tuple[Path, Any]:
    rows = TinyTask().rows(0).x_test
    table = pd.DataFrame(rows, columns=list(TinyTask().features))
    table.to_csv(folder / "rows.csv", index=False)
    return folder / "rows.csv", table


def test_an_estimator_is_used_without_unpickling(shop: Shop) -> None:
    shop.write()
    model = shop.exported(PIPELINE, {"clf__C": 1.0})
    file, table = written(shop.folder)
    assert predicted(model.folder, file) == model.predict(table).tolist()


@pytest.mark.slow
@saving
def test_a_network_is_used_without_unpickling(shop: Shop) -> None:
    model = shop.exported(NETWORK, {"width": 4, "epochs": 2})
    file, table = written(shop.folder)
    assert predicted(model.folder, file) == model.predict(table).tolist()


@saving
def test_a_network_predicts_raw_rows(shop: Shop) -> None:
    model = shop.exported(NETWORK, {"width": 16, "epochs": 20, "learning_rate": 0.02})
    assert model.manifest.metrics["test_accuracy"] > 0.5
    _, table = written(shop.folder)
    shares, y = model.predict_proba(table), TinyTask().rows(0).y_test
    assert shares.shape == (15, 3)
    assert (shares.argmax(axis=1) == y).mean() == pytest.approx(
        model.manifest.metrics["test_accuracy"]
    )
    assert model.predict(table).tolist() == [model.classes[n] for n in shares.argmax(axis=1)]
    assert (model.predict(table.to_numpy()) == model.predict(table)).all()


@saving
def test_scikit_learn_takes_it_for_an_estimator(shop: Shop) -> None:
    from sklearn.base import clone

    model = shop.exported(NETWORK, {"width": 16, "epochs": 9, "learning_rate": 0.02})
    pipeline = model.scikeras()
    _, table = written(shop.folder)
    y = TinyTask().rows(0).y_test
    assert pipeline.score(table, y) == pytest.approx(model.manifest.metrics["test_accuracy"])
    assert pipeline.predict_proba(table) == pytest.approx(model.predict_proba(table), abs=1e-6)
    assert [model.classes[n] for n in pipeline.predict(table)] == model.predict(table).tolist()
    fresh = clone(pipeline).fit(table, y)
    assert fresh.predict(table).shape == (15,)


def with_outputs(outputs: Any, **changes: Any) -> ExportedModel:
    """A model that says this of any row."""

    class Model:
        def predict(self, x: Any, verbose: int) -> Any:
            return outputs

    manifest = Manifest(
        sweep="a", trial=0, config={}, objective="val_loss", score=0.0, metrics={}, epochs=1,
        **{
            "kind": "classification",
            "classes": ("a", "b"),
            "files": {"model": "model.keras"},
            "inputs": InputsSpec("arrays", (2,)),
            **changes,
        },
    )  # fmt: skip
    exported = ExportedModel(Path(), manifest)
    exported.__dict__["model"] = Model()
    return exported


ROWS = np.zeros((2, 2))


def test_outputs_of_two_classes() -> None:
    one = with_outputs(np.array([[0.25], [0.75]]))
    assert one.predict_proba(ROWS).tolist() == [[0.75, 0.25], [0.25, 0.75]]
    assert one.predict(ROWS).tolist() == ["a", "b"]
    assert with_outputs(np.array([0.25, 0.75])).predict(ROWS).tolist() == ["a", "b"]


def test_outputs_that_are_no_probabilities_yet() -> None:
    one = with_outputs(np.array([[-1.0], [0.0]]), logits=True)
    assert one.predict_proba(ROWS)[:, 1] == pytest.approx([1 / (1 + np.e), 0.5])
    two = with_outputs(np.log([[0.2, 0.8], [0.6, 0.4]]), logits=True)
    assert two.predict_proba(ROWS) == pytest.approx(np.array([[0.2, 0.8], [0.6, 0.4]]))


def test_outputs_beyond_the_classes_have_no_labels() -> None:
    wide = with_outputs(np.array([[0.2, 0.3, 0.5], [0.4, 0.3, 0.3]]))
    assert wide.predict(ROWS).tolist() == ["b", "a"]


def test_numbers() -> None:
    regression = {"kind": "regression", "classes": ()}
    assert with_outputs(np.array([[1.0], [2.0]]), **regression).predict(ROWS).tolist() == [1, 2]
    both = with_outputs(np.array([[1.0, 3.0], [2.0, 4.0]]), **regression)
    assert both.predict(ROWS).tolist() == [[1, 3], [2, 4]]
    assert not both.has_probabilities
    with pytest.raises(ValueError, match="a regression has no probabilities"):
        both.predict_proba(ROWS)


def test_models_with_several_outputs_are_asked_themselves() -> None:
    several = with_outputs([np.zeros((2, 1)), np.zeros((2, 3))])
    with pytest.raises(ValueError, match="has several outputs: call"):
        several.predict(ROWS)


def test_an_estimator_is_no_keras_model(shop: Shop) -> None:
    shop.write()
    with pytest.raises(ExportError, match="holds no Keras model"):
        shop.exported(PIPELINE, {"clf__C": 1.0}).scikeras()
