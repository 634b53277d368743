"""A ledger on a disk that is full, may only be read, is locked, or has damaged it."""

from __future__ import annotations

import os
import pwd
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from sweeps import lease
from sweeps.errors import LedgerError
from sweeps.ledger import engine as ledger_engine
from sweeps.ledger.ledger import Ledger
from tests.sweeps.ledger.samples import SWEEP, scored, trial

MANY = 2**30


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store" / "ledger.db"


def opened(path: Path) -> Ledger:
    return Ledger.open(f"sqlite:///{path}")


def is_whole(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def pages_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        count: int = connection.execute("PRAGMA page_count").fetchone()[0]
        return count


class Allowance:
    """How far a database may grow, for every connection of a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.pages = MANY
        event.listen(ledger._engine, "checkout", self._apply)

    def _apply(self, connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={self.pages}")


def fill_up(ledger: Ledger, sizes: Sequence[int]) -> str:
    """Begin and commit trials in waves until the ledger refuses; what it says then.

    Nothing of what is refused may be kept, and everything of what is not.
    """
    claim = ledger.create(SWEEP, {"told": 0})
    done = 0
    for size in sizes:
        trials = [trial(number) for number in range(done, done + size)]
        try:
            ledger.begin(claim, trials, {"told": done})
        except LedgerError as error:
            assert len(ledger.trials(claim.sweep_id)) == done
            return str(error)
        results = [(scored(one.number), 1) for one in trials]
        try:
            ledger.commit(claim, results, {"told": done + size}, spent=done)
        except LedgerError as error:
            assert len(ledger.results(claim.sweep_id)) == done
            assert ledger.backend_state(claim.sweep_id) == {"told": done}
            return str(error)
        done += size
    raise AssertionError("it never was full")


@pytest.mark.parametrize("pages", [0, 1, 2, 5, 20])
def test_a_full_disk_refuses_whole_transactions_and_harms_nothing(path: Path, pages: int) -> None:
    ledger = opened(path)
    claim = ledger.create(SWEEP, {})
    allowance = Allowance(ledger)
    allowance.pages = pages_of(path) + pages
    said = fill_up(ledger, [50] * 20)
    assert said.startswith(f"the ledger {path} cannot be written: ")
    assert said.endswith("disk is full; free some space on its disk")
    assert is_whole(path)
    allowance.pages = MANY
    ledger.begin(claim, [trial(0)], {})
    ledger.commit(claim, [(scored(0), 1)], {}, spent=0)
    ledger.close()
    assert is_whole(path)
    with closing(opened(path)) as again:
        assert again.results(claim.sweep_id) == [scored(0)]


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("file systems cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
def test_on_a_disk_that_is_really_full(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        stuffing = disk / "stuffing"
        stuffing.write_bytes(b"-" * 300_000)
        ledger = opened(disk / "ledger.db")
        claim = ledger.create(SWEEP, {})
        said = fill_up(ledger, [5] * 200)
        assert said.endswith(("disk is full; free some space on its disk", "failed or is full"))
        stuffing.unlink()
        ledger.begin(claim, [trial(0)], {})
        ledger.close()
        assert is_whole(disk / "ledger.db")


@pytest.mark.slow
def test_a_disk_without_room_for_a_ledger_is_said(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        (disk / "stuffing").write_bytes(b"-" * (2**20 - 8192))
        with pytest.raises(LedgerError, match="full") as caught:
            opened(disk / "ledger.db")
        assert "\n" not in str(caught.value)
        (disk / "stuffing").unlink()
        opened(disk / "ledger.db").close()


@pytest.fixture
def anybodys() -> Iterator[Path]:
    """A folder that other users may look into."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def as_nobody() -> Iterator[None]:
    """As a user who is not root: root may write anywhere."""
    lease.surely_dead(lease.this_owner())  # what it imports may be root's to read
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def only_to_be_read(*places: Path) -> Iterator[None]:
    modes = [place.stat().st_mode for place in places]
    for place, mode in zip(places, modes, strict=True):
        place.chmod(mode & 0o555)
    try:
        with as_nobody():
            yield
    finally:
        for place, mode in zip(places, modes, strict=True):
            place.chmod(mode)


@pytest.mark.parametrize("inside", ["ledger.db", "store/ledger.db"])
def test_a_new_ledger_in_a_folder_that_may_only_be_read(anybodys: Path, inside: str) -> None:
    with (
        only_to_be_read(anybodys),
        pytest.raises(LedgerError, match=r"cannot be opened.*--store") as caught,
    ):
        opened(anybodys / inside)
    assert "\n" not in str(caught.value)
    assert list(anybodys.iterdir()) == []


@pytest.mark.parametrize("folder_too", [True, False])
def test_a_ledger_that_may_only_be_read(anybodys: Path, folder_too: bool) -> None:
    path = anybodys / "ledger.db"
    with closing(opened(path)) as ledger:
        ledger.create(SWEEP, {})
    if not folder_too:
        anybodys.chmod(0o777)
    places = [anybodys, path] if folder_too else [path]
    with (
        only_to_be_read(*places),
        pytest.raises(LedgerError, match=r"readonly.*may only be read: .*--store") as caught,
        closing(opened(path)) as ledger,
    ):
        ledger.create(SWEEP, {})
    assert "\n" not in str(caught.value)
    assert is_whole(path)


def test_a_ledger_that_another_program_holds(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_engine, "BUSY_MS", 20)
    ledger = opened(path)
    claim = ledger.create(SWEEP, {"told": 0})
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match=r"written: database is locked; another program"):
        ledger.begin(claim, [trial(0)], {"told": 1})
    assert ledger.backend_state(claim.sweep_id) == {"told": 0}, "reading goes on"
    other.execute("ROLLBACK")
    other.close()
    ledger.begin(claim, [trial(0)], {"told": 1})
    assert ledger.backend_state(claim.sweep_id) == {"told": 1}
    ledger.close()


@pytest.mark.slow  # for the five seconds that SQLite waits
def test_a_ledger_that_another_program_has_to_itself_cannot_be_opened(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_engine, "BUSY_MS", 20)
    opened(path).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match=r"opened: database is locked; another program"):
        opened(path)
    other.close()
    opened(path).close()


def test_a_lock_is_waited_for_less_long_than_a_lease_lasts() -> None:
    assert ledger_engine.IDLE_MS < ledger_engine.BUSY_MS < lease.LEASE_MS


def test_a_damaged_file_is_said(path: Path) -> None:
    with closing(opened(path)) as ledger:
        claim = ledger.create(SWEEP, {})
        ledger.begin(claim, [trial(number) for number in range(200)], {})
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    read_damaged(path, claim.sweep_id)
    path.write_bytes(whole[: len(whole) // 2])
    read_damaged(path, claim.sweep_id)


def read_damaged(path: Path, sweep_id: str) -> None:
    said = r"malformed; the file is damaged: restore a copy"
    with pytest.raises(LedgerError, match=said), closing(opened(path)) as ledger:
        ledger.trials(sweep_id)
