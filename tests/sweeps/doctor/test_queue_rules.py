"""The rules for queued sweeps and jobs: healthy ones break none, and each is broken on purpose."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sweeps.doctor.diagnosis import diagnose
from sweeps.doctor.ledger_side import look_at_ledger
from sweeps.doctor.violation import together
from sweeps.ledger import jobs as ledger_jobs
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.standing import give_up, withdraw
from sweeps.store import Store
from tests.sweeps.bench import Bench
from tests.sweeps.service.fake_launcher import Coordinated, submit


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.at(tmp_path / "store")
    store.folder.mkdir()
    return store


@pytest.fixture
def ledger(store: Store) -> Iterator[Ledger]:
    with closing(Ledger.open(store.ledger_url)) as ledger:
        yield ledger


@pytest.fixture
def queued(ledger: Ledger) -> str:
    return submit(ledger)


def lines(store: Store, sweep_id: str) -> list[str]:
    return [one.line for one in together(look_at_ledger(store, sweep_id).faults)]


def damage(store: Store, *statements: str) -> None:
    with closing(sqlite3.connect(store.folder / "ledger.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def take_on(ledger: Ledger, sweep_id: str) -> None:
    seen = ledger_jobs.job_of(ledger, sweep_id)
    assert seen is not None
    assert ledger_jobs.change(ledger, seen, state="running", runner="a:1:1", launched_ms=1)


@pytest.mark.parametrize("state", ["waiting", "held", "running", "withdrawn", "given up"])
def test_nothing_is_wrong_with_what_was_never_begun(
    ledger: Ledger, store: Store, queued: str, state: str
) -> None:
    seen = ledger_jobs.job_of(ledger, queued)
    assert seen is not None
    if state == "held":
        ledger_jobs.change(ledger, seen, state="held")
    elif state == "running":
        take_on(ledger, queued)
    elif state == "withdrawn":
        assert withdraw(ledger, queued, "stopped")
    elif state == "given up":
        assert give_up(ledger, seen, "why")
    found = diagnose(store, queued, tracking_uri=f"sqlite:///{store.folder}/none.db")
    assert found.well, [one.line for one in found.violations]
    assert (found.trials, found.runs) == (0, 0)


def test_nothing_is_wrong_with_what_runs(ledger: Ledger, store: Store, queued: str) -> None:
    take_on(ledger, queued)
    at_work = Coordinated.begun(ledger, queued)
    at_work.brings()
    assert [line for line in lines(store, queued) if "queue" in line or "job" in line] == []


def test_nothing_is_wrong_with_a_queued_sweep_that_was_run(bench: Bench) -> None:
    with closing(bench.ledger()) as ledger:
        sweep_id = submit(ledger)
        take_on(ledger, sweep_id)
        bench.resume(sweep_id)
        assert lines(bench.store, sweep_id) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE sweep SET state = 'running'", "running, though it was never begun"),
        ("UPDATE sweep SET state = 'finished'", "finished, though it was never begun"),
        ("""UPDATE sweep SET backend_state = '{"number": 0}'""", "queued, though it was begun"),
        ("UPDATE job SET state = 'over'", "queued, but in nobody's queue"),
        ("DELETE FROM job", "queued, but in nobody's queue"),
        ("UPDATE job SET state = 'lost'", "no job has a state 'lost'"),
        ("UPDATE job SET wanted = 'more'", "nothing of a queue is called 'more'"),
        ("UPDATE job SET state = 'running'", "its job runs, but nobody has taken it on"),
        ("UPDATE job SET runner = 'a:1:1'", "its job is waiting, but somebody has taken it on"),
        ("UPDATE job SET workers = 0", "its job has 0 workers, 0 GPUs and 0 tries"),
        ("UPDATE job SET gpus = -1", "its job has 1 workers, -1 GPUs and 0 tries"),
        ("UPDATE job SET tries = -1", "its job has 1 workers, 0 GPUs and -1 tries"),
        ("UPDATE job SET arguments = '{'", "what its job keeps is unreadable"),
        ("UPDATE job SET arguments = '[]'", "what its job keeps is unreadable"),
        ("UPDATE job SET given = '3'", "what its job keeps is unreadable"),
    ],
)
def test_each_rule_is_found_broken(store: Store, queued: str, change: str, said: str) -> None:
    damage(store, change)
    found = [line for line in lines(store, queued) if said in line]
    assert len(found) == 1, lines(store, queued)


def test_a_queued_sweep_has_no_trials(store: Store, queued: str) -> None:
    damage(
        store,
        "INSERT INTO trial (sweep_id, number, config, state, attempt, started_ms, shipped)"
        f" VALUES ('{queued}', 0, '{{}}', 'running', 1, 9999999999999, 0)",
    )
    assert "ledger: a trial of a sweep that was never begun: trial 0" in lines(store, queued)
