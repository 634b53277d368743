from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from sweeps import parts
from sweeps.cli.app import app
from sweeps.ledger.ledger import Ledger
from sweeps.reports import sweep_report
from sweeps.store import Store
from tests.sweeps.fakes import FakeTrainer, MemoryTracker
from tests.sweeps.tiny_task import TinyTask

Command = Callable[..., Result]

SWEEP = """\
name: small
task: penguins
space: {width: [16, 32, 64], epochs: 2}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def sweeps(here: Path) -> Command:
    """Runs a command line in the working folder."""

    def run(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(app, arguments, prog_name="sweeps", **options)

    return run


@pytest.fixture
def file(here: Path) -> str:
    """A sweep of three trials."""
    (here / "s.yaml").write_text(SWEEP)
    return "s.yaml"


@pytest.fixture
def ledger(here: Path) -> Iterator[Ledger]:
    """The ledger of the working folder, as another process would open it."""
    opened = Ledger.open(Store.at().ledger_url)
    yield opened
    opened.close()


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch) -> Callable[[FakeTrainer], None]:
    """Made-up scores, nothing sent to MLflow, nothing drawn; gives a way to change the trainer."""

    def train_with(fake: FakeTrainer) -> None:
        monkeypatch.setattr(parts, "trainer_for", lambda *_: fake)

    monkeypatch.setattr(parts, "task_for", lambda *_: TinyTask())
    monkeypatch.setattr("tracking.mlflow_tracker.MlflowTracker", lambda uri: MemoryTracker())
    monkeypatch.setattr(sweep_report, "sweep_report", lambda *_: [])
    train_with(FakeTrainer())
    return train_with
