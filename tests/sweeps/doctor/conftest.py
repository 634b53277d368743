from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest

from tests.sweeps.bench import Bench
from tests.sweeps.doctor.patients import Patient, admitted
from tracking.mlflow_tracker import MlflowTracker


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MLflow database without runs, which takes seconds to make."""
    file = tmp_path_factory.mktemp("empty") / "mlflow.db"
    MlflowTracker(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def healthy(tmp_path_factory: pytest.TempPathFactory, empty: Path) -> Callable[[str], Patient]:
    """Finished sweeps by backend, made once; tests get copies."""

    @lru_cache
    def of(backend: str) -> Patient:
        folder = tmp_path_factory.mktemp(backend)
        shutil.copy(empty, folder)
        with pytest.MonkeyPatch.context() as patch:
            return admitted(backend, folder, Bench(folder / "store", patch))

    return of


@pytest.fixture
def admit(
    healthy: Callable[[str], Patient], tmp_path: Path, bench: Bench
) -> Callable[[str], Patient]:
    """A finished sweep of a backend's, to be damaged; `bench` stands by to send it again."""
    return lambda backend: healthy(backend).copied_to(tmp_path / backend)


@pytest.fixture
def patient(admit: Callable[[str], Patient]) -> Patient:
    """A finished sweep of ten random trials."""
    return admit("random")
