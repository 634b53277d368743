"""The tracker on an MLflow store of a test's own, and what someone who browses it sees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.tracking.tracker_contract import Seen, SeenRun, TrackerCase
from tracking.mlflow_tracker import MlflowTracker
from tracking.tracker import Tracker


def client_of(uri: str) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=uri)


def runs_of(uri: str, experiment: str = "penguins") -> list[Any]:
    client = client_of(uri)
    found = client.get_experiment_by_name(experiment)
    return list(client.search_runs([found.experiment_id], order_by=["attributes.start_time"]))


def as_seen(client: Any, run: Any) -> SeenRun:
    run_id = run.info.run_id
    history = {
        name: tuple((m.step, m.value, m.timestamp) for m in client.get_metric_history(run_id, name))
        for name in run.data.metrics
    }
    folder = Path(run.info.artifact_uri.removeprefix("file://"))
    texts = {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }
    info = run.info
    return SeenRun(
        info.run_name,
        info.status,
        info.start_time,
        info.end_time,
        run.data.params,
        run.data.tags,
        history,
        texts,
    )


class OnMlflow(TrackerCase):
    """A tracker under test, and its store as MLflow's client shows it."""

    @pytest.fixture(autouse=True)
    def _store(self, store_uri: str) -> None:
        self.uri = store_uri

    def open(self) -> Tracker:
        return MlflowTracker(self.uri)

    def seen(self, sweep_id: str) -> Seen:
        client = client_of(self.uri)
        runs = [run for run in runs_of(self.uri) if run.data.tags["sweeps.sweep"] == sweep_id]
        numbers = [run.data.tags.get("sweeps.trial") for run in runs]
        found = zip(numbers, runs, strict=True)
        seen = [(None if n is None else int(n), as_seen(client, run)) for n, run in found]
        return sorted(seen, key=lambda entry: -1 if entry[0] is None else entry[0])

    def wish(self, text: str) -> None:
        parent = next(run for run in runs_of(self.uri) if "sweeps.trial" not in run.data.tags)
        client_of(self.uri).set_tag(parent.info.run_id, "sweeps.command", text)
