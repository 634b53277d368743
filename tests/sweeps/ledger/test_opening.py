from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from sweeps.errors import LedgerError, LedgerVersionError
from sweeps.executors.processes import Processes
from sweeps.ledger.ledger import Ledger
from tests.sweeps.postgres import Server


def meet(folder: Path, number: int) -> None:
    """Wait until another process is here too."""
    place = folder / str(number)
    place.mkdir(exist_ok=True)
    (place / f"ready-{os.getpid()}").touch()
    while len(list(place.glob("ready-*"))) < 2:
        os.sched_yield()


def open_together(folder: Path, urls: list[str]) -> list[str]:
    """Open new ledgers at the same instants as one other process does; what went wrong."""
    wrong = []
    for number, url in enumerate(urls):
        meet(folder, number)
        try:
            Ledger.open(url).close()
        except LedgerError as error:
            wrong.append(str(error))
    return wrong


def opened_by_two(folder: Path, urls: list[str]) -> list[list[str]]:
    processes = Processes(2, {})
    try:
        opening = [processes.submit(open_together, folder, urls) for _ in range(2)]
        return [future.result(timeout=120) for future in opening]
    finally:
        processes.kill()


def test_two_processes_may_open_a_new_ledger_at_once(tmp_path: Path) -> None:
    urls = [f"sqlite:///{tmp_path}/{number}.db" for number in range(40)]
    assert opened_by_two(tmp_path, urls) == [[], []]


@pytest.mark.slow
def test_two_processes_may_open_a_new_ledger_at_once_on_postgresql(
    tmp_path: Path, postgres: Server
) -> None:
    assert opened_by_two(tmp_path, [postgres.fresh() for _ in range(20)]) == [[], []]


@pytest.mark.parametrize("what", ["a folder", "no database"])
def test_what_cannot_be_a_ledger_is_said_in_one_line(tmp_path: Path, what: str) -> None:
    path = tmp_path / "ledger.db"
    if what == "a folder":
        path.mkdir()
    else:
        path.write_text("this is no database, and longer than the header of one would be" * 20)
    with pytest.raises(LedgerError, match=f"the ledger {path} cannot be opened: ") as caught:
        Ledger.open(f"sqlite:///{path}")
    assert "\n" not in str(caught.value)


def test_a_store_below_a_file_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError, match="file/store"):
        Ledger.open(f"sqlite:///{tmp_path}/file/store/ledger.db")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "'nonsense' is no address of a ledger: write postgresql://"),
        ("host=a password=secret", "is no address of a ledger"),
        ("postgresql://ann:secret@host:port/sweeps", "is no address of a ledger"),
        ("postgresql://ann:x@secret@host/sweeps", "an @ in a password is written %40"),
        ("nosuch://host/database", "not kept in 'nosuch'"),
        ("mysql://ann:secret@host/database", "not kept in 'mysql'"),
        ("sqlite://", "in memory.* gone with its process"),
        (
            "postgresql+psycopg2cffi://ann:secret@host/s",
            r"no psycopg2cffi.*keras-sweeps\[postgres\]",
        ),
        ("postgresql://ann:secret@127.0.0.1:1/sweeps", "refused.*; is the server running"),
        ("postgresql://127.0.0.1:1/sweeps?password=secret", "is the server running"),
        ("postgresql://ann:secret@127.0.0.1:1/s?sslmode=bogus", "invalid sslmode"),
        ("postgresql://ann:s/e?c#r%40et@127.0.0.1:1/sweeps", "is the server running"),
    ],
)
def test_an_address_that_cannot_be_opened_is_said_in_one_line(url: str, said: str) -> None:
    with pytest.raises(LedgerError, match=said) as caught:
        Ledger.open(url)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "e?c" not in str(caught.value)


def test_a_server_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://ann:secret@/sweeps?host={tmp_path}"
    with pytest.raises(LedgerError, match=r"cannot be opened: .*No such file") as caught:
        Ledger.open(url)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_ledger_of_a_newer_version_is_refused(ledger_url: str) -> None:
    ledger = Ledger.open(ledger_url)
    with ledger.changing() as connection:
        connection.exec_driver_sql("UPDATE ledger SET version = 99")
    ledger.close()
    with pytest.raises(LedgerVersionError, match=r"layout 99, this program writes \d+: use"):
        Ledger.open(ledger_url)


def test_opening_and_reading_wait_for_no_writer(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    Ledger.open(f"sqlite:///{path}").close()
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    ledger = Ledger.open(f"sqlite:///{path}")
    with ledger._engine.connect() as connection:  # in no time, rather than in 25 s
        connection.connection.execute("PRAGMA busy_timeout=0")
    assert ledger.sweeps() == []
    ledger.close()
    writer.close()
