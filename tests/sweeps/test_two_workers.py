"""Real training in two workers is real training in this process: the same sweep, bit for bit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from sweeps.ledger.ledger import Ledger
from sweeps.store import Store
from sweeps.trial import Result

pytestmark = pytest.mark.slow

HEAD = """
task: penguins
objective: {metric: val_accuracy, goal: maximize}
seed: 11
"""
SWEEPS = {
    "grid": HEAD
    + """
search: {backend: grid, batch: 6}
space:
  width: {low: 4, high: 33}
  activation: [relu, tanh]
  epochs: 2
""",
    "random": HEAD
    + """
search: {backend: random, trials: 60, batch: 6}
space:
  layer_count: [1, 2]
  width: {low: 4, high: 64, log: true}
  dropout: {low: 0.0, high: 0.5, when: {layer_count: 2}}
  learning_rate: {low: 0.001, high: 0.1, log: true}
  epochs: 2
""",
    "optuna": HEAD
    + """
search: {backend: optuna, trials: 60, batch: 6}
space:
  width: {low: 4, high: 64, log: true}
  learning_rate: {low: 0.001, high: 0.1, log: true}
  decay:
    constant: {}
    step: {drop: [0.3, 0.5], every_epochs: 1}
  epochs: 2
""",
    "hyperband": HEAD
    + """
search: {backend: hyperband, factor: 3}
space:
  width: {low: 4, high: 64, log: true}
  learning_rate: {low: 0.001, high: 0.1, log: true}
  dropout: [0.0, 0.3]
  decay:
    cosine: {}
  epochs: 10
""",
}


@dataclass(frozen=True)
class Place:
    """A working folder of its own: ledger, MLflow store and sweep file."""

    folder: Path

    @property
    def uri(self) -> str:
        return f"sqlite:///{self.folder / 'mlflow.db'}"

    def driver(self, action: str, what: str, workers: int) -> subprocess.Popen[str]:
        root = Path(__file__).parents[2]
        with (self.folder / "stderr.txt").open("a") as stderr:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.sweeps.driver", action, what, "store", str(workers)],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": str(root), "MLFLOW_TRACKING_URI": self.uri},
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                start_new_session=True,
            )

    def finish(self, action: str, what: str, workers: int) -> list[str]:
        driver = self.driver(action, what, workers)
        said, _ = driver.communicate()
        assert driver.returncode == 0, (self.folder / "stderr.txt").read_text()[-3000:]
        return said.splitlines()

    def results(self) -> list[Result]:
        ledger = Ledger.open(Store.at(self.folder / "store").ledger_url)
        try:
            (row,) = ledger.sweeps()
            assert row.state == "finished"
            return ledger.results(row.sweep_id)
        finally:
            ledger.close()


def place(folder: Path, backend: str) -> Place:
    (folder / "sweep.yaml").write_text(SWEEPS[backend])
    return Place(folder)


def essence(result: Result) -> tuple[Any, ...]:
    """Everything of a result that must be the same every time: all but the seconds."""
    metrics = [(part.fold, part.repeat, part.metrics, part.history) for part in result.parts]
    return (result.trial, result.score, result.metrics, result.history, metrics, result.error)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Place]:
    @lru_cache
    def run(backend: str) -> Place:
        where = place(tmp_path_factory.mktemp(backend), backend)
        where.finish("run", "sweep.yaml", workers=0)
        return where

    return run


@pytest.mark.parametrize("backend", sorted(SWEEPS))
def test_two_workers_give_the_same_sweep_as_one(
    backend: str, unbroken: Callable[[str], Place], tmp_path: Path
) -> None:
    two = place(tmp_path, backend)
    two.finish("run", "sweep.yaml", workers=2)
    expected, found = unbroken(backend).results(), two.results()
    assert [essence(result) for result in found] == [essence(result) for result in expected]
