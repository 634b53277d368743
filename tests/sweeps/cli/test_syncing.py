from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Sequence
from typing import ClassVar

import pytest
from sqlalchemy import update

from sweeps.ledger import schema
from sweeps.ledger.ledger import Ledger
from tests.sweeps.cli.conftest import Command
from tests.sweeps.cli.test_listing import _ran
from tests.sweeps.cli.test_listing import ran as ran
from tests.sweeps.fakes import FakeTrainer, MemoryTracker
from tracking.records import SweepRecord, TrialRecord
from tracking.tracker import RefusedError, TrackingError


def unsend(ledger: Ledger, sweep_id: str, numbers: Sequence[int]) -> None:
    """As if MLflow had taken neither these trials nor how the sweep ended."""
    with ledger.changing() as connection:
        of = (schema.trial.c.sweep_id == sweep_id) & schema.trial.c.number.in_(numbers)
        connection.execute(update(schema.trial).where(of).values(shipped=False))
        ended = update(schema.sweep).where(schema.sweep.c.id == sweep_id)
        connection.execute(ended.values(end_shipped=False))


@pytest.fixture
def second(sweeps: Command, file: str, ran: str) -> str:
    """The id of another sweep like the first."""
    return _ran(sweeps, file)


def test_everything_that_mlflow_lacks_is_sent(
    sweeps: Command, ledger: Ledger, ran: str, second: str
) -> None:
    assert sweeps("sync").output == "nothing to send: MLflow has all that it should\n"
    unsend(ledger, ran, [0, 2])
    unsend(ledger, second, [])
    done = sweeps("sync")
    assert (done.exit_code, done.output.splitlines()) == (
        0,
        [
            f"small {ran}: sending 2 trials",
            f"small {ran}: 2 trials sent, MLflow has all of it",
            f"small {second}: sending how it ended",
            f"small {second}: how it ended sent, MLflow has all of it",
        ],
    )
    assert sweeps("sync").output == "nothing to send: MLflow has all that it should\n"


def test_one_sweep_is_sent(sweeps: Command, ledger: Ledger, ran: str, second: str) -> None:
    for sweep_id in (ran, second):
        unsend(ledger, sweep_id, [1])
    assert sweeps("sync", ran[:5]).exit_code == 0
    assert [row.unsent for row in ledger.sweeps()] == [0, 1]
    again = sweeps("sync", ran)
    assert (again.exit_code, again.output) == (
        0,
        f"small {ran}: nothing to send, MLflow has all of it\n",
    )


class Refusing(MemoryTracker):
    """Will not take trial 2."""

    def log(self, trials: Sequence[TrialRecord]) -> None:
        if any(trial.number == 2 for trial in trials):
            raise RefusedError("the store will not have it")


class Away(MemoryTracker):
    """Cannot be reached; while that is found out, the signals come, each once."""

    signals: ClassVar[list[int]] = []

    def begin(self, record: SweepRecord) -> None:
        if self.signals:
            os.kill(os.getpid(), self.signals.pop())
        raise TrackingError("the store is away")


def test_what_is_refused_is_left_and_said(
    sweeps: Command, ledger: Ledger, ran: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracking.mlflow_tracker.MlflowTracker", lambda uri: Refusing())
    unsend(ledger, ran, [0, 2])
    done = sweeps("sync")
    assert done.exit_code == 1
    assert f"small {ran}: 1 trial sent, 1 trial waits\n" in done.output
    assert done.output.endswith(f"the rest: sweeps sync {ran}\n")


# The signal may come between the opening of a file of /proc and its closing.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_the_rest(
    sweeps: Command,
    ledger: Ledger,
    ran: str,
    second: str,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    code: int,
) -> None:
    monkeypatch.setattr("tracking.mlflow_tracker.MlflowTracker", lambda uri: Away())
    monkeypatch.setattr(Away, "signals", [number])
    for sweep_id in (ran, second):
        unsend(ledger, sweep_id, [0, 2])
    done = sweeps("sync")
    assert done.exit_code == code
    assert f"small {ran}: 0 trials sent, 2 trials wait\n" in done.output
    assert f"small {second}" not in done.output
    assert done.output.endswith("the rest: sweeps sync\n")
    assert all(row.holder is None for row in ledger.sweeps())


def test_what_somebody_runs_is_left_to_them(
    sweeps: Command, ledger: Ledger, ran: str, second: str
) -> None:
    unsend(ledger, ran, [0])
    ledger.take_up(ledger.claim(ran))
    done = sweeps("sync")
    assert done.exit_code == 0
    first, last = done.output.splitlines()
    assert first.startswith(f"small {ran}: process {os.getpid()} on ")
    assert last == "nothing else to send: MLflow has all that it should"
    one = sweeps("sync", ran)
    assert one.exit_code == 1
    assert one.stderr.endswith(" runs it, and sends what it has itself\n")


def test_a_sweep_whose_process_died_has_an_end_to_send(
    sweeps: Command,
    ledger: Ledger,
    ran: str,
    trainer: Callable[[FakeTrainer], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claim = ledger.claim(ran)
    ledger.take_up(claim)
    ledger.end(claim, "running", 1.0)
    ledger.release(claim)
    assert ledger.sweep(ran).state == "crashed"
    tracker = MemoryTracker()
    monkeypatch.setattr("tracking.mlflow_tracker.MlflowTracker", lambda uri: tracker)
    assert sweeps("sync").exit_code == 0
    assert tracker.records[-1].tags["sweeps.state"] == "crashed"  # type: ignore[union-attr]
    assert sweeps("sync").output.startswith("nothing to send")


def test_a_sweep_that_cannot_be_sent_keeps_no_other(
    sweeps: Command, ledger: Ledger, ran: str, second: str
) -> None:
    for sweep_id in (ran, second):
        unsend(ledger, sweep_id, [1])
    document = json.dumps(ledger.document(ran) | {"task": "vanished"})
    with ledger.changing() as connection:
        of = schema.sweep.c.id == ran
        connection.execute(update(schema.sweep).where(of).values(document=document))
    done = sweeps("sync")
    assert done.exit_code == 1
    assert "vanished" in done.output
    assert [row.unsent for row in ledger.sweeps()] == [1, 0]
