"""A long trial's epochs in a real MLflow store, read by somebody else while it is trained."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sweeps import parts
from sweeps.coordinator import run
from sweeps.doctor.diagnosis import diagnose
from sweeps.problem import Problem
from sweeps.reading.sweep import read_sweep
from sweeps.store import Store
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome
from tests.sweeps.fakes import FakeTrainer
from tests.sweeps.tiny_task import TinyTask
from tests.tracking.shipping_listener import wait_until
from tracking.mlflow_tracker import MlflowTracker

EPOCHS = 4
DOCUMENT = {
    "task": "penguins",
    "space": {"width": [9, 10], "epochs": EPOCHS},
    "objective": {"metric": "val_loss", "goal": "minimize"},
}


@dataclass(frozen=True)
class Watched(FakeTrainer):
    """Ends an epoch of trial 0 when the one before can be read in MLflow, in a run that runs."""

    uri: str = ""

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        assert progress is not None
        return [self._followed(fit, progress) for fit in pack.fits]

    def _followed(self, fit: Fit, progress: Progress) -> Outcome:
        losses = tuple(1 / (epoch + fit.trial.number) for epoch in range(1, EPOCHS + 1))
        for epoch, loss in enumerate(losses, start=1):
            progress(fit, epoch, {"val_loss": loss})
            ended = time.monotonic()
            if fit.trial.number == 0:
                wait_until(partial(self._is_there, epoch, loss))
                print(f"epoch {epoch} could be read after {time.monotonic() - ended:.1f} s")
        metrics = {"val_loss": losses[-1], "epochs": float(EPOCHS)}
        return Outcome(fit, metrics, {"val_loss": losses}, seconds=1.0)

    def _is_there(self, epoch: int, loss: float) -> bool:
        found = trial_run(self.uri, 0)
        if found is None or found.info.status != "RUNNING":
            return False
        assert found.data.params == {"width": "9"}
        return (epoch, loss) in values(self.uri, found)


def trial_run(uri: str, number: int) -> Any:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    experiments = [one.experiment_id for one in client.search_experiments()]
    found = client.search_runs(experiments, f"tags.`sweeps.trial` = '{number}'")
    return found[0] if found else None


def values(uri: str, found: Any) -> list[tuple[int, float]]:
    from mlflow import MlflowClient

    rows = MlflowClient(tracking_uri=uri).get_metric_history(found.info.run_id, "epoch/val_loss")
    return [(row.step, row.value) for row in rows]


@pytest.fixture
def uri(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path / 'mlflow.db'}"
    MlflowTracker(address).close()  # which takes seconds, where there is none yet
    return address


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_epochs_of_a_long_trial_can_be_read_while_a_worker_trains_it(
    uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "task_for", lambda *_: TinyTask())
    monkeypatch.setattr(parts, "trainer_for", lambda *_: Watched(uri=uri))
    store = Store.at(tmp_path / "store")
    summary = run(read_sweep(DOCUMENT), store=store, tracking_uri=uri, workers=1)
    assert (summary.done, summary.failed, summary.unsent) == (2, 0, 0)
    for number in (0, 1):
        found = trial_run(uri, number)
        assert found.info.status == "FINISHED"
        expected = [(epoch, 1 / (epoch + number)) for epoch in range(1, EPOCHS + 1)]
        assert values(uri, found) == expected, "each epoch once"
    assert diagnose(store, summary.sweep_id, tracking_uri=uri).well
