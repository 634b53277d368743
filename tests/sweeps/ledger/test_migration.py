"""A ledger that an older version of this program wrote, opened by this one."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, inspect, text

from sweeps import lease
from sweeps.clock import wall_ms
from sweeps.errors import LedgerError, LedgerVersionError
from sweeps.executors.executor import WorkerDiedError
from sweeps.executors.processes import Processes
from sweeps.lease import LeaseError
from sweeps.ledger import migration as ledger_migration
from sweeps.ledger import orders as ledger_orders
from sweeps.ledger import schema
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.records import told
from tests.sweeps.bench import Bench
from tests.sweeps.ledger.test_opening import opened_by_two
from tests.sweeps.postgres import Server

OLDER = (Path(__file__).parent / "layout_1.sql").read_text()
KILLED, FINISHED, BEGUN = "du2g23", "fin999", "new444"


def fill(url: str) -> None:
    """Make a ledger of the older layout at that address."""
    engine = create_engine(url)
    if url.startswith("sqlite"):
        path = Path(str(engine.url.database))
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(OLDER)
    else:
        with engine.begin() as connection:
            connection.connection.execute(OLDER)
    engine.dispose()


@pytest.fixture
def older_url(ledger_url: str) -> str:
    fill(ledger_url)
    return ledger_url


@pytest.fixture
def ledger(older_url: str) -> Iterator[Ledger]:
    with closing(Ledger.open(older_url)) as ledger:
        yield ledger


def change(url: str, statement: str, **values: Any) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()


def everything(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, whatever columns they have."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            table: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {table}"))), key=repr)
            for table in ("ledger", "sweep", "trial")
        }
    engine.dispose()
    return found


def test_sweeps_and_trials_are_what_they_were(ledger: Ledger) -> None:
    rows = {row.sweep_id: row for row in ledger.sweeps()}
    assert list(rows) == [FINISHED, BEGUN, KILLED]
    killed, finished = rows[KILLED], rows[FINISHED]
    assert (killed.state, killed.done, killed.failed, killed.running) == ("crashed", 3, 1, 1)
    assert (killed.unsent, killed.end_sent, killed.cause) == (2, False, None)
    assert (finished.state, finished.unsent, finished.end_sent) == ("finished", 0, True)
    trials = ledger.trials(KILLED)
    assert [begun.attempt for begun in trials] == [1] * 5
    assert {begun.tries for begun in trials} == {0}
    results, waiting = told(trials)
    assert [result.score for result in results] == [0.7818181818181819, None, 0.8, 0.8]
    assert [trial.number for trial in waiting] == [4]


def test_figures_are_ranked_and_failures_counted_without_reading_results(ledger: Ledger) -> None:
    best = ledger.best(KILLED, maximize=True)
    assert best is not None
    assert (best.trial.number, best.score) == (2, 0.8)
    assert best.metrics["test_accuracy"] == 0.8985507246376812
    worst = ledger.best(KILLED, maximize=False)
    assert worst is not None
    assert worst.trial.number == 0
    assert ledger.reasons(KILLED) == {"diverged": 1}


def test_what_was_asked_for_together_is_one_wave(older_url: str, ledger: Ledger) -> None:
    engine = create_engine(older_url)
    with engine.connect() as connection:
        waves = connection.execute(
            text("SELECT wave FROM trial WHERE sweep_id = 'du2g23' ORDER BY number")
        ).scalars()
        assert list(waves) == [0, 0, 1, 1, 2]
    engine.dispose()
    claim = ledger.claim(KILLED)
    assert ledger_orders.retry(ledger, claim, {"diverged"}) == 1
    assert [begun.told_failed for begun in ledger.trials(KILLED)] == [False, True, *[False] * 3]


def test_tables_are_those_of_a_new_ledger(ledger: Ledger, tmp_path: Path) -> None:
    with closing(Ledger.open(f"sqlite:///{tmp_path}/new.db")) as new:
        assert columns(ledger) == columns(new)


def columns(ledger: Ledger) -> dict[str, list[Any]]:
    """By table: the columns with what may stand in them, and the indexes."""
    look = inspect(ledger._engine)
    found = {
        table: sorted((column["name"], column["nullable"]) for column in look.get_columns(table))
        for table in ("ledger", "sweep", "trial")
    }
    indexes = [(index["name"], index["column_names"]) for index in look.get_indexes("trial")]
    return found | {"indexes": sorted(indexes)}


def test_it_is_brought_up_once(older_url: str, ledger: Ledger) -> None:
    before = everything(older_url)
    Ledger.open(older_url).close()
    assert everything(older_url) == before
    assert before["ledger"] == [(schema.VERSION,)]


def test_a_sweep_that_was_killed_is_resumed(bench: Bench) -> None:
    fill(bench.store.ledger_url)
    summary = bench.resume(KILLED)
    assert (summary.ending, summary.done, summary.failed) == ("finished", 4, 1)
    ledger = bench.ledger()
    assert [begun.attempt for begun in ledger.trials(KILLED)] == [1, 1, 1, 1, 2]
    assert ledger.sweep(KILLED).unsent == 0
    ledger.close()
    assert [record.number for record in bench.tracker.trials] == [2, 3, 4]


def test_an_older_program_that_is_at_work_is_left_alone(older_url: str) -> None:
    holder = "UPDATE sweep SET lease_owner = :owner, lease_until_ms = :until WHERE id = 'new444'"
    change(older_url, holder, owner=lease.this_owner(), until=wall_ms() + 20_000)
    before = everything(older_url)
    said = rf"process {os.getpid()} on .* runs sweep {BEGUN} with an older version.*wait"
    with pytest.raises(LedgerVersionError, match=said) as caught:
        Ledger.open(older_url)
    assert "\n" not in str(caught.value)
    assert everything(older_url) == before


def test_an_older_program_that_slept_past_its_lease_finds_its_sweep_taken(older_url: str) -> None:
    holder = "UPDATE sweep SET lease_owner = :owner, lease_until_ms = :until WHERE id = 'new444'"
    change(older_url, holder, owner=lease.this_owner(), until=wall_ms() - 1)
    with closing(Ledger.open(older_url)) as ledger:
        old = lease.Claim(BEGUN, lease.this_owner(), 1)
        with pytest.raises(LeaseError, match="taken over"):
            ledger.renew(old)
        assert ledger.claim(BEGUN).epoch == 3


def test_what_fails_on_the_way_changes_nothing(
    older_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(older_url)

    def full(connection: Any) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(ledger_migration, "_fill_from_results", full)
        with pytest.raises(LedgerError, match="cannot be opened: No space left"):
            Ledger.open(older_url)
    assert everything(older_url) == before
    with closing(Ledger.open(older_url)) as ledger:
        assert ledger.sweep(KILLED).done == 3


def open_and_die(url: str) -> None:
    """As if killed when the columns are there and nothing is in them."""

    def die(connection: Connection) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    ledger_migration._fill_from_results = die
    Ledger.open(url)


def test_who_is_killed_on_the_way_changes_nothing(older_url: str) -> None:
    before = everything(older_url)
    processes = Processes(1, {})
    try:
        with pytest.raises(WorkerDiedError):
            processes.submit(open_and_die, older_url).result(timeout=60)
    finally:
        processes.kill()
    assert everything(older_url) == before
    with closing(Ledger.open(older_url)) as ledger:
        assert ledger.sweep(KILLED).done == 3


def test_two_processes_may_bring_it_up_at_once(tmp_path: Path) -> None:
    urls = [f"sqlite:///{tmp_path}/{number}.db" for number in range(20)]
    _brought_up_by_two(tmp_path, urls)


@pytest.mark.slow
def test_two_processes_may_bring_it_up_at_once_on_postgresql(
    tmp_path: Path, postgres: Server
) -> None:
    _brought_up_by_two(tmp_path, [postgres.fresh() for _ in range(10)])


def _brought_up_by_two(folder: Path, urls: list[str]) -> None:
    for url in urls:
        fill(url)
    assert opened_by_two(folder, urls) == [[], []]
    for url in urls:
        with closing(Ledger.open(url)) as ledger:
            assert [row.done for row in ledger.sweeps()] == [1, 0, 3]
