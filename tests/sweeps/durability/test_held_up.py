"""A coordinator that is stopped past its lease and woken again, and two that want one sweep."""

from __future__ import annotations

import signal
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from tests.sweeps.durability.conftest import NewPlace, Unbroken
from tests.sweeps.durability.documents import SMALL
from tests.sweeps.durability.places import Place, check_whole
from tests.sweeps.durability.sessions import Running, run_to, started, until

pytestmark = pytest.mark.slow

RUN = ("run", "sweep.yaml", "--store", "store")
LEASE_MS = 2500
FIT = 0.3


@pytest.fixture
def place(new_place: NewPlace) -> Place:
    return new_place(SMALL["random"])


def resume(place: Place) -> tuple[str, ...]:
    sweep_id = place.sweep_id
    assert sweep_id is not None
    return ("resume", sweep_id, "--store", "store")


def is_being_written(database: Path) -> bool:
    with closing(sqlite3.connect(database, timeout=0)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        connection.rollback()
    return False


def stop(running: Running) -> None:
    """Stop the coordinator, but in no transaction: nobody else could write until it is woken."""
    folder = running.place.folder
    databases = [folder / "store" / "ledger.db", folder / "mlflow.db"]
    process = psutil.Process(running.pid)
    while True:
        running.send(signal.SIGSTOP)
        until(lambda: process.status() == psutil.STATUS_STOPPED, "the stop")
        if not any(map(is_being_written, databases)):
            return
        running.send(signal.SIGCONT)


def done(place: Place, count: int) -> None:
    def enough() -> bool:
        row = place.row
        return row is not None and row.done >= count

    until(enough, f"{count} results")


def sent(place: Place, count: int) -> None:
    """Wait until MLflow has so many runs."""

    def there() -> bool:
        with closing(sqlite3.connect(place.folder / "mlflow.db")) as connection:
            found: int = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
        return found >= count

    until(there, f"{count} runs")


def lease_is_over(place: Place) -> None:
    def free() -> bool:
        row = place.row
        return row is not None and row.holder is None

    until(free, "the end of the lease")
    # By the holder's own clock, which began later.
    threading.Event().wait(0.5)


def check_stands_down(running: Running, why: str) -> None:
    running.send(signal.SIGCONT)
    code = running.ended()
    assert code == 1, running.said[-3000:]
    assert why in running.said
    assert running.left_behind() == []


@pytest.mark.parametrize(
    ("workers", "lease_ms"), [(0, LEASE_MS), (2, LEASE_MS), (2, None)], ids=str
)
def test_held_up_and_nobody_took_over(
    workers: int, lease_ms: int | None, place: Place, unbroken: Unbroken
) -> None:
    arguments = (*RUN, "--workers", str(workers))
    with started(place, *arguments, cli=True, made_up=FIT, lease_ms=lease_ms) as running:
        done(place, 2)
        sent(place, 2)
        stop(running)
        before = place.ledger_rows()
        lease_is_over(place)
        check_stands_down(running, "this process was held up for ")
        assert place.ledger_rows() == before
        assert "has run out; what it kept is safe" in running.said
    run_to(0, place, *resume(place), cli=True, made_up=0.0)
    check_whole(place, unbroken("random"))


@pytest.mark.parametrize("workers", [0, 2])
def test_taken_over_and_ended_meanwhile(workers: int, place: Place, unbroken: Unbroken) -> None:
    arguments = (*RUN, "--workers", str(workers))
    with started(place, *arguments, cli=True, made_up=FIT, lease_ms=LEASE_MS) as running:
        done(place, 2)
        sent(place, 2)
        stop(running)
        lease_is_over(place)
        run_to(0, place, *resume(place), cli=True, made_up=0.0, lease_ms=LEASE_MS)
        ledger = place.ledger_rows()
        check_stands_down(running, "was taken over by another process")
        assert place.ledger_rows() == ledger
    check_whole(place, unbroken("random"))


def test_taken_over_by_one_that_still_works(place: Place, unbroken: Unbroken) -> None:
    with started(place, *RUN, cli=True, made_up=FIT, lease_ms=LEASE_MS) as first:
        done(place, 2)
        sent(place, 2)
        stop(first)
        lease_is_over(place)
        with started(place, *resume(place), cli=True, made_up=FIT, lease_ms=LEASE_MS) as second:
            done(place, 6)
            check_stands_down(first, "was taken over by another process")
            assert second.alive
            assert second.ended() == 0, second.said[-3000:]
    check_whole(place, unbroken("random"))


def test_held_up_between_two_calls_to_mlflow(place: Place, unbroken: Unbroken) -> None:
    """The sweep's run was just made, and would be marked as running for ever after."""
    slow = "batch:delay=1"
    with started(place, *RUN, cli=True, made_up=0.0, lease_ms=LEASE_MS, points=slow) as running:
        done(place, 12)
        sent(place, 1)
        stop(running)
        lease_is_over(place)
        run_to(0, place, *resume(place), cli=True, made_up=0.0, lease_ms=LEASE_MS)
        before = place.ledger_rows(), place.mlflow_rows()
        check_stands_down(running, "was taken over by another process")
        assert (place.ledger_rows(), place.mlflow_rows()) == before
    check_whole(place, unbroken("random"))


def test_two_want_one_sweep(place: Place, unbroken: Unbroken) -> None:
    with started(place, *RUN, cli=True, made_up=FIT) as running:
        done(place, 2)
        running.send(signal.SIGINT)
        assert running.ended() == 130
    with (
        started(place, *resume(place), cli=True, made_up=FIT) as one,
        started(place, *resume(place), cli=True, made_up=FIT) as other,
    ):
        until(lambda: not (one.alive and other.alive), "the refusal of one")
        winner, loser = (other, one) if other.alive else (one, other)
        assert loser.ended() == 1
        assert f"is being run by process {winner.pid} on " in loser.said
        assert winner.ended() == 0, winner.said[-3000:]
    check_whole(place, unbroken("random"))
