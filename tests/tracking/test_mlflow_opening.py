"""Making and opening a store, and what is said when that fails."""

from __future__ import annotations

import logging
import os

import pytest

from tests.tracking.conftest import NewStore
from tests.tracking.records_for_tests import sweep
from tracking.mlflow_tracker import MlflowTracker
from tracking.tracker import TrackingError


def test_a_server_that_is_away_is_one_line_and_soon() -> None:
    with pytest.raises(TrackingError) as caught:
        MlflowTracker("http://someone:secret@127.0.0.1:9").begin(sweep())
    assert str(caught.value) == (
        "MLflow at http://127.0.0.1:9 cannot be reached (ConnectionError), sweep 3f9a2c"
    )


@pytest.mark.parametrize("uri", ["./mlruns", "sqlite:////proc/nowhere/mlflow.db", "nothing://x"])
def test_a_store_that_cannot_be_opened(uri: str) -> None:
    with pytest.raises(TrackingError, match="opening the store") as caught:
        MlflowTracker(uri)
    assert "\n" not in str(caught.value)


def test_a_new_store_is_made_where_plain_mlflow_looks(new_store: NewStore) -> None:
    names = {path.name for path in new_store.folder.iterdir()}
    assert names - {"mlflow.db-wal", "mlflow.db-shm"} == {"mlflow.db", "mlruns"}
    assert sorted(path.name for path in new_store.folder.parent.iterdir()) == [
        "empty.db",
        "my ü store",
    ]


def test_mlflow_is_kept_from_talking(new_store: NewStore) -> None:
    assert new_store.said == ""
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert logging.getLogger("alembic").level == logging.WARNING
