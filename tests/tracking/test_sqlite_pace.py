from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from tests.tracking.records_for_tests import end, sweep, trial
from tracking import sqlite_pace
from tracking.mlflow_store import MlflowStore
from tracking.mlflow_tracker import MlflowTracker
from tracking.sqlite_pace import fold_in, hasten, settle

NORMAL, FULL = 1, 2


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path}/runs.db")
    yield made
    made.dispose()


def file_of(engine: Engine) -> Path:
    assert engine.url.database is not None
    return Path(engine.url.database)


def pragma(engine: Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def fill(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE run (id)")
        connection.exec_driver_sql("INSERT INTO run VALUES (7)")


def test_commits_no_longer_wait_for_the_disk(engine: Engine) -> None:
    hasten(file_of(engine))
    assert (pragma(engine, "journal_mode"), pragma(engine, "synchronous")) == ("wal", NORMAL)


def test_other_databases_keep_their_pace(engine: Engine, tmp_path: Path) -> None:
    hasten(tmp_path / "another.db")
    with closing(sqlite3.connect(file_of(engine))) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    assert pragma(engine, "synchronous") == FULL


def test_a_database_in_use_stays_slow_and_safe(engine: Engine) -> None:
    fill(engine)
    with closing(sqlite3.connect(file_of(engine))) as other:
        other.execute("BEGIN EXCLUSIVE")
        hasten(file_of(engine))
    engine.dispose()
    assert (pragma(engine, "journal_mode"), pragma(engine, "synchronous")) == ("delete", FULL)


def test_a_file_that_is_no_database_is_left_for_mlflow_to_complain_of(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("no database, and long enough to be taken for one" * 99)
    hasten(tmp_path / "mlflow.db")
    fold_in(tmp_path / "mlflow.db")
    settle(tmp_path / "mlflow.db")


def test_what_is_settled_is_on_the_disk(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(file_of(engine))
    fill(engine)
    synced: list[os.stat_result] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle)))
    settle(file_of(engine))
    log = file_of(engine).with_name("runs.db-wal").stat()
    assert [(found.st_ino, found.st_size) for found in synced] == [(log.st_ino, log.st_size)]
    assert log.st_size > 0


def test_a_database_that_was_folded_in_can_be_copied_alone(engine: Engine, tmp_path: Path) -> None:
    hasten(file_of(engine))
    fill(engine)
    fold_in(file_of(engine))
    shutil.copy(file_of(engine), tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT id FROM run").fetchall() == [(7,)]


def test_a_process_that_ends_leaves_nothing_beside_the_database(
    store_uri: str, tmp_path: Path
) -> None:
    # As the command ends: without looking for garbage, in which MLflow's connections are.
    script = (
        "import atexit, gc, sys; atexit.register(gc.freeze)\n"
        "from tracking.mlflow_tracker import MlflowTracker\n"
        "from tests.tracking.records_for_tests import sweep\n"
        "tracker = MlflowTracker(sys.argv[1]); tracker.begin(sweep()); tracker.close()"
    )
    subprocess.run([sys.executable, "-c", script, store_uri], check=True)
    left = {path.name for path in (tmp_path / "store").iterdir()}
    assert left == {"mlflow.db", "mlruns"}


def test_trials_and_ends_are_settled_before_anybody_hears_of_them(
    store_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(MlflowStore, "set_ended", lambda *given: done.append(given[2]))
    monkeypatch.setattr(sqlite_pace, "settle", lambda file: done.append("settled"))
    tracker = MlflowTracker(store_uri)
    tracker.begin(sweep())
    tracker.log([trial(0), trial(1, "FAILED")])
    tracker.end(end())
    assert done == ["FINISHED", "FAILED", "settled", "FINISHED", "settled"]
    tracker.close()
