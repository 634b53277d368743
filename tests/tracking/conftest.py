from __future__ import annotations

import shutil
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from tests.tracking.records_for_tests import sweep, trial
from tracking.mlflow_tracker import MlflowTracker


@dataclass(frozen=True)
class NewStore:
    folder: Path
    said: str


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> NewStore:
    """A store made where none was: that takes seconds, so tests get copies of it."""
    folder = tmp_path_factory.mktemp("template") / "my ü store"
    folder.mkdir()
    said = StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        chdir(folder),
        redirect_stdout(said),
        redirect_stderr(said),
    ):
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        tracker = MlflowTracker()
        shutil.copy("mlflow.db", "../empty.db")
        tracker.begin(sweep())
        tracker.log([trial(0)])
        tracker.close()
    return NewStore(folder, said.getvalue())


@pytest.fixture
def store_uri(new_store: NewStore, tmp_path: Path) -> str:
    path = tmp_path / "store" / "mlflow.db"
    path.parent.mkdir()
    shutil.copy(new_store.folder.parent / "empty.db", path)
    return f"sqlite:///{path}"
