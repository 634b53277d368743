"""A SQLite store that is locked, read-only or full, or so busy that a person could be overheard."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.tracking.deliveries import Delivery, check_store, records, until
from tests.tracking.records_for_tests import sweep
from tracking.mlflow_tracker import MlflowTracker
from tracking.records import SweepState
from tracking.shipping import Shipper

TRIALS = 12
PLENTY = 2**30

Trouble = Literal["none", "locked", "read_only", "full"]

WORDS: dict[Trouble, str] = {
    "locked": "database is locked",
    "read_only": "attempt to write a readonly database",
    "full": "database or disk is full",
}


@dataclass
class Database:
    """A store whose connections do before each statement what brings the trouble about.

    MLflow's patience of 20 s with a locked database is made a short one.
    """

    path: str
    trouble: Trouble = "none"
    writer: sqlite3.Connection | None = None

    @property
    def uri(self) -> str:
        return f"sqlite:///{self.path}"

    def turn(self, trouble: Trouble) -> None:
        if self.writer is not None:
            self.writer.close()
            self.writer = None
        if trouble == "locked":
            self.writer = sqlite3.connect(self.path, isolation_level=None)
            self.writer.execute("BEGIN IMMEDIATE")
        self.trouble = trouble

    def worsen(self, _connection: Any, cursor: Any, *_: object) -> None:
        cursor.execute("PRAGMA busy_timeout = 50")
        cursor.execute(f"PRAGMA query_only = {int(self.trouble == 'read_only')}")
        # It cannot become less than the pages that there are, so nothing may be added.
        cursor.execute(f"PRAGMA max_page_count = {1 if self.trouble == 'full' else PLENTY}")


@pytest.fixture
def database(store_uri: str) -> Iterator[Database]:
    made = Database(store_uri.removeprefix("sqlite:///"))
    event.listen(Engine, "before_cursor_execute", made.worsen)
    yield made
    made.turn("none")
    event.remove(Engine, "before_cursor_execute", made.worsen)


def one_line(lines: list[str], words: str) -> bool:
    return all(words in line and "\n" not in line and len(line) < 500 for line in lines)


@pytest.mark.parametrize("trouble", WORDS)
def test_trouble_that_passes(trouble: Trouble, database: Database) -> None:
    database.turn(trouble)
    sent = Delivery(database.uri, "3f9a2c", records("3f9a2c", TRIALS))
    sent.begin()
    sent.put(0, 4)
    sent.trouble_comes()
    database.turn("none")
    sent.arrived(4)
    database.turn(trouble)
    sent.put(4)
    sent.end()
    sent.trouble_comes()
    database.turn("none")
    assert sent.ended.wait(60)
    assert sent.close() == 0
    assert one_line(sent.troubles, WORDS[trouble])
    check_store(database.uri, "3f9a2c", sent.trials)


@pytest.mark.parametrize("trouble", WORDS)
def test_trouble_at_the_end(trouble: Trouble, database: Database) -> None:
    sent = Delivery(database.uri, "3f9a2c", records("3f9a2c", TRIALS))
    sent.begin()
    sent.put(0, 4)
    sent.arrived(4)
    database.turn(trouble)
    sent.put(4)
    sent.end()
    sent.trouble_comes()
    unsent = sent.close()
    assert 0 < unsent <= TRIALS - 4
    database.turn("none")
    later = sent.rest().all()
    assert len(later.trials) == unsent
    assert later.ended.wait(60)
    assert later.close() == 0
    check_store(database.uri, "3f9a2c", sent.trials)


def test_a_database_that_is_locked_for_a_while_is_waited_for(store_uri: str) -> None:
    sent = Delivery(store_uri, "3f9a2c", records("3f9a2c", 4))
    sent.begin()
    sent.put(0, 1)
    sent.arrived(1)
    writer = sqlite3.connect(store_uri.removeprefix("sqlite:///"), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    sent.put(1)
    sent.end()
    threading.Event().wait(1.0)
    assert len(sent.shipped) == 1
    writer.close()
    assert sent.ended.wait(60)
    assert (sent.close(), sent.troubles) == (0, [])
    check_store(store_uri, "3f9a2c", sent.trials)


def test_a_command_is_acknowledged_while_thousands_of_trials_wait(store_uri: str) -> None:
    """As a session does: it hears the command, and announces the state."""
    from mlflow import MlflowClient

    heard: list[float] = []

    def on_command(text: str) -> None:
        heard.append(time.monotonic())
        shipper.announce(SweepState("3f9a2c", f"heard {text}"))

    shipper = Shipper(
        lambda: MlflowTracker(store_uri), lambda _: None, pytest.fail, on_command=on_command
    )
    shipper.put(sweep())
    for one in records("3f9a2c", 3000):
        shipper.put(one)
    until(lambda: shipper._shipped > 0, "the first trial")
    (parent,) = (run for run in MlflowTracker(store_uri).audit("3f9a2c") if run.trial is None)
    client = MlflowClient(tracking_uri=store_uri)
    client.set_tag(parent.run_id, "sweeps.command", "pause")
    asked = time.monotonic()

    def tags() -> dict[str, str]:
        return dict(client.get_run(parent.run_id).data.tags)

    until(lambda: tags()["sweeps.state"] == "heard pause", "an answer")
    took = time.monotonic() - asked
    assert tags()["sweeps.command"] == ""
    assert len(heard) == 1
    assert shipper.close(0.0) > 1000, "the trials were not waiting"
    assert took < 5
