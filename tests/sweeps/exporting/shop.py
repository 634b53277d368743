"""Sweeps whose results are made up, exported: the refit alone is real, and runs in this process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sweeps.exporting.export import export
from sweeps.exporting.exported import ExportedModel
from sweeps.ledger.ledger import Ledger
from sweeps.problem import Problem
from sweeps.reading.sweep import read_sweep
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.trial import Config, Result, Trial
from tests.sweeps.trainers.own.code import MODULE

TRANSFORMS = """
import numpy as np
from os import system
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import LinearSVC

class Clipped(TransformerMixin, BaseEstimator):
    def __init__(self, limit=3.0):
        self.limit = limit
    def fit(self, x, y=None):
        self.n_features_in_ = x.shape[1]
        return self
    def transform(self, x):
        return np.clip(x, -self.limit, self.limit)

def doubled(x):
    return 2 * x

def make():
    return Pipeline([
        ("clipped", Clipped()),
        ("doubled", FunctionTransformer(doubled)),
        ("scale", StandardScaler()),
        ("clf", LogisticRegression()),
    ])

def hard():
    return Pipeline([("scale", StandardScaler()), ("clf", LinearSVC())])

def nameless():
    return FunctionTransformer(lambda x: x)

def theirs():
    return FunctionTransformer(system)

def objective(config):
    return {"score": config["x"]}
"""
PIPELINE = {
    "estimator": f"{MODULE}:make",
    "objective": "val_accuracy",
    "space": {"clf__C": [0.1, 1.0]},
}
NETWORK = {"objective": "val_accuracy", "space": {"width": [4, 5], "epochs": 2}}


class Shop:
    """A folder with a module of the user's, and a store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store.at(folder / ".sweeps")
        self.said: list[str] = []

    def write(self, text: str = TRANSFORMS) -> None:
        (self.folder / f"{MODULE}.py").write_text(text)

    def sweep(self, document: Mapping[str, Any]) -> Sweep:
        return read_sweep({"task": "penguins", "folder": str(self.folder), **document})

    def ran(
        self,
        document: Mapping[str, Any],
        config: Config,
        score: float | None = 0.5,
        state: str = "finished",
        **changes: Any,
    ) -> str:
        """The id of a sweep with one trial, of that configuration and that score."""
        ledger = Ledger.open(self.store.ledger_url)
        try:
            claim = ledger.create(self.sweep(document), {})
            trial = Trial(0, config)
            result = Result(trial, score, {}, {}, 1.0, **changes)
            ledger.begin(claim, [trial], {})
            ledger.commit(claim, [(result, 1)], {}, 1.0)
            if state != "running":
                ledger.end(claim, state, 1.0)
            return claim.sweep_id
        finally:
            ledger.close()

    def export(self, sweep_id: str, name: str = "best") -> ExportedModel:
        export(sweep_id, self.folder / name, self.store, self.said.append)
        return ExportedModel.load(self.folder / name)

    def exported(self, document: Mapping[str, Any], config: Config, **changes: Any) -> Any:
        return self.export(self.ran(document, config, **changes))


def whole(problem: Problem) -> tuple[Any, Any]:
    """All training rows of a problem, as its task scales them by themselves; and the test rows."""
    rows = problem.task.rows(0)
    train, test = problem.task.scaled(rows.x_train, rows.x_train, rows.x_test)
    return train, test
