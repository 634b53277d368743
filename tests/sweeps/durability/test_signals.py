"""Ctrl-C, SIGTERM and a closed terminal at any instant of the real command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sweeps.ledger import orders as ledger_orders
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.records import SweepRow
from tests.sweeps.durability.conftest import NewPlace, Unbroken
from tests.sweeps.durability.documents import SMALL
from tests.sweeps.durability.places import Place, check_whole
from tests.sweeps.durability.sessions import Running, begin_or_resume, run_to, started, until

pytestmark = pytest.mark.slow

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
RUN = ("run", "sweep.yaml", "--store", "store")
AT_ONCE = 10.0
"""Seconds that a second signal may take to end everything."""

FIT = 0.3
ENDLESS = 600.0
"""Seconds that a fit takes: so that a signal comes before its end, and so that it never ends."""


@pytest.fixture
def place(new_place: NewPlace) -> Place:
    return new_place(SMALL["random"])


def comes_to(place: Place, condition: Callable[[SweepRow], bool], what: str) -> SweepRow:
    """Wait for the sweep in the ledger to be so."""

    def holds() -> bool:
        row = place.row
        return row is not None and condition(row)

    until(holds, what)
    row = place.row
    assert row is not None
    return row


def check_resumable(running: Running, number: int, code: int) -> None:
    """Ended by that signal: nothing is left of it but a sweep that anybody may go on with."""
    assert code == 128 + number, running.said[-3000:]
    assert running.left_behind() == []
    row = running.place.row
    assert row is not None
    assert (row.state, row.holder) == ("interrupted", None)
    assert f"resume: sweeps resume {row.sweep_id}" in running.said


def go_on(place: Place, whole: Place) -> None:
    run_to(0, place, *begin_or_resume(place), made_up=0.0)
    check_whole(place, whole)


@pytest.mark.parametrize("number", SIGNALS)
def test_before_the_first_trial_what_runs_is_finished(
    number: int, place: Place, unbroken: Unbroken
) -> None:
    with started(place, *RUN, "--workers", "1", cli=True, made_up=FIT) as running:
        comes_to(place, lambda row: row.running == 5, "trials")
        running.send(number)
        check_resumable(running, number, running.ended())
    row = place.row
    assert row is not None
    assert row.done <= 3, "more than what one worker had been given"
    go_on(place, unbroken("random"))


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("number", SIGNALS)
def test_a_whole_group_is_told_during_training(
    number: int, workers: int, place: Place, unbroken: Unbroken
) -> None:
    with started(place, *RUN, "--workers", str(workers), cli=True, made_up=FIT) as running:
        before = comes_to(place, lambda row: row.done > 0, "a result").done
        running.send_all(number)
        check_resumable(running, number, running.ended())
    row = place.row
    assert row is not None
    assert before <= row.done <= before + 2 * max(workers, 1) + 2
    assert row.failed == 0
    go_on(place, unbroken("random"))


@pytest.mark.parametrize("number", SIGNALS)
def test_a_pause_ends(number: int, place: Place, unbroken: Unbroken) -> None:
    with started(place, *RUN, cli=True, made_up=FIT) as running:
        row = comes_to(place, lambda row: row.done > 0, "a result")
        with closing(Ledger.open(place.store.ledger_url)) as ledger:
            assert ledger_orders.leave(ledger, row.sweep_id, "pause")
        comes_to(place, lambda row: row.state == "paused", "the pause")
        running.send(number)
        check_resumable(running, number, running.ended(AT_ONCE))
    go_on(place, unbroken("random"))


@pytest.mark.parametrize("number", SIGNALS)
def test_what_is_on_its_way_to_mlflow_arrives(
    number: int, place: Place, unbroken: Unbroken
) -> None:
    with started(place, *RUN, cli=True, made_up=0.0, points="batch:delay=0.5") as running:
        comes_to(place, lambda row: row.state == "finished" and row.unsent > 0, "the end")
        running.send(number)
        assert running.ended() == 0, "all that was to be done was done"
        assert running.left_behind() == []
    check_whole(place, unbroken("random"))


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("workers", [0, 2])
def test_the_second_ends_training_at_once(
    workers: int, number: int, place: Place, unbroken: Unbroken
) -> None:
    with started(place, *RUN, "--workers", str(workers), cli=True, made_up=ENDLESS) as running:
        running.hears("training", max(workers, 1))
        running.send_all(number)
        running.hears("once more stops at once")
        before = time.monotonic()
        running.send_all(number)
        check_resumable(running, number, running.ended())
        assert time.monotonic() - before < AT_ONCE
    go_on(place, unbroken("random"))


def test_the_second_does_not_wait_for_mlflow(place: Place, unbroken: Unbroken) -> None:
    with started(place, *RUN, cli=True, made_up=FIT, points="batch:delay=4") as running:
        comes_to(place, lambda row: row.done > 0, "a result")
        running.send(signal.SIGINT)
        comes_to(place, lambda row: row.state == "interrupted", "the end of training")
        before = time.monotonic()
        running.send(signal.SIGINT)
        check_resumable(running, signal.SIGINT, running.ended())
        assert time.monotonic() - before < AT_ONCE
        assert "to be sent to MLflow" in running.said
    go_on(place, unbroken("random"))


def test_a_killed_coordinator_leaves_no_worker_behind(place: Place, unbroken: Unbroken) -> None:
    with started(place, *RUN, "--workers", "2", cli=True, made_up=ENDLESS) as running:
        running.hears("training", 2)
        running.send(signal.SIGKILL)
        assert running.ended() == -signal.SIGKILL
        until(lambda: running.left_behind() == [], "the end of the workers", AT_ONCE)
    row = place.row
    assert row is not None
    assert (row.state, row.holder) == ("crashed", None)
    go_on(place, unbroken("random"))


def command(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """The console script, as it is installed, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", "from sweeps.cli.app import main; main()", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        (0.1, signal.SIGINT),
        (0.4, signal.SIGTERM),
        (0.8, signal.SIGINT),
        (1.2, signal.SIGHUP),
        (1.8, signal.SIGTERM),
        (2.4, signal.SIGINT),
    ],
)
def test_while_it_starts(moment: float, number: int, place: Place) -> None:
    process = command(place.folder, *RUN, "--tracking-uri", place.uri)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(moment)
    os.killpg(process.pid, number)
    said, _ = process.communicate(timeout=60)
    # Python 3.11 wraps what interrupts the making of a class, while modules are imported.
    wrapped = moment < 1 and "KeyboardInterrupt" in said and "Error calling __set_name__" in said
    assert process.returncode in (128 + number, -number, 1 if wrapped else -number), said
    assert "Traceback" not in said or moment < 1
    row = place.row
    assert row is None or (row.holder is None and row.state in ("interrupted", "crashed"))
