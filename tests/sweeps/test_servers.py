"""A sweep as a team would run it: ledger and MLflow in PostgreSQL, artifacts in a bucket.

The MLflow server has the settings of the template for Docker Compose; the bucket is moto's, in this
process.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sweeps.cli.conftest import Command
from tests.sweeps.cli.conftest import here as here
from tests.sweeps.cli.conftest import sweeps as sweeps
from tests.sweeps.postgres import Server
from tests.sweeps.templates.linting import documents, text_of
from tracking.ui import serving_ui

SWEEP = """\
task: penguins
estimator: pipeline:make
objective: val_accuracy
space: {clf__C: [0.01, 0.1, 1.0, 10.0]}
"""
PIPELINE = """\
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline


def make():
    return Pipeline([("clf", LogisticRegression())])
"""


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The bucket that the templates call `mlflow`, and how servers find it."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    settings = _settings("compose-s3") | {"MLFLOW_S3_ENDPOINT_URL": f"http://{host}:{port}"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    store = boto3.resource("s3", endpoint_url=f"http://{host}:{port}")
    try:
        yield store.create_bucket(Bucket="mlflow")
    finally:
        server.stop()


def _settings(template: str) -> dict[str, str]:
    """What the template's MLflow server is given; of secrets, something."""
    (found,) = documents(text_of(template))
    given = found["services"]["mlflow"]["environment"]
    return {name: "secret" if value.startswith("$") else value for name, value in given.items()}


@pytest.fixture
def mlflow(postgres: Server, bucket: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an MLflow server in front of PostgreSQL and the bucket."""
    for name, value in _settings("compose").items():
        if name.startswith("MLFLOW_") and name not in os.environ:
            monkeypatch.setenv(name, value)
    for name in ("MLFLOW_HOST", "MLFLOW_SERVER_ALLOWED_HOSTS"):
        monkeypatch.delenv(name)
    with serving_ui(postgres.fresh()) as address:
        for name in ("MLFLOW_S3_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)  # who talks to the server needs none of them
        yield address


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_ledger_and_mlflow_in_postgresql_artifacts_in_a_bucket(
    sweeps: Command,
    here: Path,
    postgres: Server,
    mlflow: str,
    bucket: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SWEEPS_LEDGER", postgres.fresh())
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow)
    monkeypatch.syspath_prepend(here)
    (here / "pipeline.py").write_text(PIPELINE)
    (here / "s.yaml").write_text(SWEEP)

    ran = sweeps("run", "s.yaml", "--workers", "0")
    assert ran.exit_code == 0, ran.output
    assert "wait" not in ran.output
    assert not (here / ".sweeps" / "ledger.db").exists()
    status = json.loads(sweeps("status", "--json").stdout)
    assert (status["state"], status["done"], status["unsent"]) == ("finished", 4, 0)
    doctor = sweeps("doctor", status["sweep_id"])
    assert doctor.output.endswith("all is well\n"), doctor.output

    exported = sweeps("export", "-o", "best", "--register", "birds")
    assert exported.exit_code == 0, exported.output
    assert json.loads(sweeps("best", "--json").stdout)["config"] == status["best"]["config"]
    names = {each.key.rpartition("/")[2] for each in bucket.objects.all()}
    assert {"sweep.yaml", "plan.json", "MLmodel", "estimator.skops"} <= names
    _look_at_runs(mlflow)


def _look_at_runs(uri: str) -> None:
    """System figures stand on the sweep's own run alone, and the model can be had from MLflow."""
    from mlflow import MlflowClient
    from mlflow.artifacts import download_artifacts

    client = MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name("penguins")
    runs = client.search_runs([experiment.experiment_id])
    figures = [
        ("sweeps.trial" in run.data.tags, "system/cpu_utilization_percentage" in run.data.metrics)
        for run in runs
    ]
    assert sorted(figures) == [(False, True), *[(True, False)] * 4]
    folder = download_artifacts("models:/birds@best", tracking_uri=uri)
    assert Path(folder, "MLmodel").is_file()
