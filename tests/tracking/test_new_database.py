from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tracking import new_database
from tracking.mlflow_store import MlflowStore
from tracking.new_database import create_whole


def stand_in(path: Path, artifacts: Path) -> None:
    path.write_text(f"a database with artifacts in {artifacts}")


def test_a_build_that_breaks_off_leaves_no_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path, artifacts: Path) -> None:
        path.write_text("half a database")
        raise KeyboardInterrupt

    monkeypatch.setattr(new_database, "_build", broken)
    with pytest.raises(KeyboardInterrupt):
        create_whole(tmp_path / "mlflow.db")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_builds_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_database, "_build", stand_in)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / f"mlflow.db.unfinished-{gone.pid}").touch()
    (tmp_path / f"mlflow.db.unfinished-{gone.pid}-journal").touch()
    (tmp_path / f"mlflow.db.unfinished-{os.getppid()}").touch()
    create_whole(tmp_path / "mlflow.db")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"mlflow.db", f"mlflow.db.unfinished-{os.getppid()}"}


def test_what_another_process_made_meanwhile_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(path: Path, artifacts: Path) -> None:
        stand_in(path, artifacts)
        (tmp_path / "mlflow.db").write_text("another's, with runs in it")

    monkeypatch.setattr(new_database, "_build", overtaken)
    create_whole(tmp_path / "mlflow.db")
    assert (tmp_path / "mlflow.db").read_text() == "another's, with runs in it"


def test_an_existing_database_is_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(path: Path, artifacts: Path) -> None:
        raise AssertionError("it was built again")

    monkeypatch.setattr(new_database, "_build", never)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / f"mlflow.db.unfinished-{gone.pid}").touch()
    (tmp_path / "mlflow.db").write_text("runs")
    create_whole(tmp_path / "mlflow.db")
    assert (tmp_path / "mlflow.db").read_text() == "runs"
    assert len(list(tmp_path.iterdir())) == 1, "nor does anybody else's beginning stay beside it"


def test_mlflow_opens_what_was_built(tmp_path: Path) -> None:
    store = MlflowStore(f"sqlite:///{tmp_path}/store/mlflow.db")
    assert store.runs(store.experiment("penguins"), {"sweeps.sweep": "none"}) == []
    assert not list((tmp_path / "store").glob("*unfinished*"))


def test_two_threads_make_one_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()
    built = []

    def slow(path: Path, artifacts: Path) -> None:
        built.append(path)
        stand_in(path, artifacts)
        begun.set()
        assert go_on.wait(30)

    monkeypatch.setattr(new_database, "_build", slow)
    first = threading.Thread(target=create_whole, args=(tmp_path / "mlflow.db",))
    second = threading.Thread(target=create_whole, args=(tmp_path / "mlflow.db",))
    first.start()
    assert begun.wait(30)
    second.start()
    # The second must not begin a build of its own while the first is at it.
    second.join(0.2)
    go_on.set()
    first.join(30)
    second.join(30)
    assert len(built) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow.db"]
