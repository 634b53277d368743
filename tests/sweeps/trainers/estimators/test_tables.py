"""Estimators on a table of the user's, which they prepare themselves."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from tests.sweeps.trainers.own.code import Code

MIXED = """
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

def make():
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    prepare = ColumnTransformer([
        ("numbers", numbers, ["mass", "length"]),
        ("words", OneHotEncoder(handle_unknown="ignore"), ["island"]),
    ])
    return make_pipeline(prepare, LogisticRegression())
"""


@pytest.fixture
def table(code: Code) -> None:
    """Sixty rows of two classes, numbers missing here and there."""
    rng = np.random.default_rng(0)
    with (code.folder / "birds.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["mass", "length", "island", "site", "kind"])
        for row in range(60):
            kind = row % 2
            mass = "" if row % 7 == 0 else f"{rng.normal(kind, 0.5):.3f}"
            island = ["north", "south", "west"][rng.integers(3)]
            writer.writerow([mass, f"{rng.normal():.3f}", island, row % 10, ["auk", "tern"][kind]])


def test_a_pipeline_prepares_the_columns_itself(code: Code, table: None) -> None:
    code.write(MIXED)
    summary, results = code.run(
        {
            "task": {"csv": "birds.csv", "target": "kind", "preprocessing": "none"},
            "estimator": "own_code:make",
            "search": {"backend": "optuna", "trials": 3},
            "evaluate": {"folds": 3, "groups": "site", "metrics": ["f1", "auc"]},
            "objective": "val_auc",
            "space": {"logisticregression__C": {"low": 0.01, "high": 10.0, "log": True}},
        },
        workers=0,
    )
    assert (summary.ending, summary.done) == ("finished", 3)
    assert summary.best is not None
    assert summary.best.score is not None
    assert summary.best.score > 0.8
    assert {"val_f1", "test_auc", "train_loss", "parameters"} <= results[0].metrics.keys()


def test_weights_of_the_tables_classes_reach_the_last_step(code: Code, table: None) -> None:
    code.write(MIXED)
    task = {
        "csv": "birds.csv",
        "target": "kind",
        "preprocessing": "none",
        "class_weights": {"auk": 100.0},
    }
    document = {
        "task": task,
        "estimator": "own_code:make",
        "space": {"logisticregression__max_iter": [100]},
    }
    _, weighed = code.run(document, workers=0)
    del task["class_weights"]
    _, plain = code.run(document, workers=0)
    columns = [
        np.array(result[0].parts[0].confusion["train"]).sum(axis=0) for result in (weighed, plain)
    ]
    assert columns[0][0] > columns[1][0]


def test_numbers_to_predict(code: Code, table: None) -> None:
    """The table's own preparation, and an estimator as it comes."""
    summary, results = code.run(
        {
            "task": {"csv": "birds.csv", "target": "length", "kind": "regression"},
            "estimator": "sklearn.linear_model:Ridge",
            "evaluate": {"folds": 3, "repeats": 2},
            "objective": {"metric": "val_mae"},
            "space": {"alpha": [0.1, 10.0]},
        },
        workers=0,
    )
    assert (summary.ending, summary.done) == ("finished", 2)
    assert len(results[0].parts) == 6
    assert results[0].score == pytest.approx(
        np.mean([p.metrics["val_mae"] for p in results[0].parts])
    )
