from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sweeps.cli import watching
from sweeps.errors import LedgerAwayError
from sweeps.lease import Claim
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.view import LedgerView
from sweeps.reading.sweep_file import SweepFile
from tests.sweeps.cli.conftest import Command

ALTERNATE, BACK = "\x1b[?1049h", "\x1b[?1049l"
HIDDEN, VISIBLE = "\x1b[?25l", "\x1b[?25h"

ROOT = str(Path(watching.__file__).parents[2])

Waits = Callable[[Callable[[], None]], None]


@pytest.fixture
def held(ledger: Ledger, file: str, trainer: object) -> Claim:
    """A sweep that somebody runs, though nothing has come of it."""
    assert trainer is not None
    sweep = SweepFile.open(Path(file), ()).sweep()
    return ledger.create(sweep, {})


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """Says what happens between two looks, instead of waiting."""

    def doing(what: Callable[[], None]) -> None:
        monkeypatch.setattr(watching, "wait", lambda _: what())

    return doing


def test_a_sweep_that_nobody_runs_is_told_and_left(
    sweeps: Command, file: str, trainer: object
) -> None:
    assert trainer is not None
    sweeps("run", file)
    done = sweeps("watch")
    assert done.exit_code == 0
    first, second, *_ = done.output.splitlines()
    assert ": finished, 3/3 trials, best " in first
    assert second.startswith("best: trial ")


def test_it_ends_with_the_session(
    sweeps: Command, held: Claim, ledger: Ledger, meanwhile: Waits
) -> None:
    meanwhile(lambda: ledger.release(held))
    done = sweeps("watch")
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[0].startswith(f"small {held.sweep_id}: running, by ")
    assert f"small {held.sweep_id}: crashed" in lines
    assert lines[-1].startswith("resume: sweeps resume ")


def test_ctrl_c_leaves_the_sweep_alone(
    sweeps: Command, held: Claim, ledger: Ledger, meanwhile: Waits
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    meanwhile(interrupted)
    done = sweeps("watch")
    assert done.exit_code == 0
    assert ledger.sweep(held.sweep_id).holder is not None


def test_ctrl_c_while_nobody_can_look(
    sweeps: Command, held: Claim, meanwhile: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> object:
        raise LedgerAwayError("the server is away")

    waited = []

    def interrupted() -> None:
        waited.append(1)
        monkeypatch.setattr(LedgerView, "sweep", away)
        if len(waited) == 2:
            raise KeyboardInterrupt

    meanwhile(interrupted)
    done = sweeps("watch", held.sweep_id)
    assert done.exit_code == 0, done.output
    assert done.stdout.count(f"{held.sweep_id}: running") == 2, "as it was when last seen"


def test_a_sweep_that_is_removed_meanwhile(
    sweeps: Command, held: Claim, ledger: Ledger, meanwhile: Waits
) -> None:
    def removed() -> None:
        ledger.release(held)
        ledger.remove(held.sweep_id)

    meanwhile(removed)
    done = sweeps("watch")
    assert done.exit_code == 2
    assert f"sweep {held.sweep_id} was removed" in done.output


def test_a_ledger_that_is_away_for_a_while(
    sweeps: Command,
    held: Claim,
    ledger: Ledger,
    meanwhile: Waits,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked = LedgerView.sweep
    times = iter(range(100))

    def away(view: LedgerView, typed: str) -> object:
        if next(times) in (2, 3):
            raise LedgerAwayError("the server is away")
        return looked(view, typed)

    monkeypatch.setattr(LedgerView, "sweep", away)
    waited = []

    def released() -> None:
        waited.append(1)
        if len(waited) == 4:
            ledger.release(held)

    meanwhile(released)
    done = sweeps("watch", held.sweep_id)
    assert done.exit_code == 0
    assert len(waited) == 4
    assert done.stdout.count("as it was when last seen: the server is away\n") == 1
    assert "it can be looked at again\n" in done.stdout


def test_no_store_and_no_such_sweep(sweeps: Command, file: str, trainer: object) -> None:
    assert trainer is not None
    assert sweeps("watch").exit_code == 2
    sweeps("run", file)
    assert sweeps("watch", "zzz").exit_code == 2


class Terminal:
    """`sweeps watch` in a terminal of its own."""

    def __init__(self, here: Path) -> None:
        self._mine, theirs = pty.openpty()
        code = "from sweeps.cli.app import main; main(['watch'])"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=here,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env=os.environ
            | {"TERM": "xterm-256color", "COLUMNS": "60", "LINES": "20", "PYTHONPATH": ROOT},
        )
        os.close(theirs)
        self.text = ""

    def read_until(self, wanted: str) -> None:
        until = time.monotonic() + 30
        while wanted not in self.text:
            assert time.monotonic() < until, f"no {wanted!r} in {self.text!r}"
            if not self._read():
                return

    def rest(self) -> None:
        while self._read():
            pass
        self.process.wait(30)

    def _read(self) -> bool:
        """Whether there was something to read, or may yet be."""
        if not select.select([self._mine], [], [], 0.5)[0]:
            return self.process.poll() is None
        try:
            got = os.read(self._mine, 65_536)
        except OSError:  # the other end is closed
            return False
        self.text += got.decode(errors="replace")
        return bool(got)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._mine)


@contextmanager
def terminal(here: Path) -> Iterator[Terminal]:
    opened = Terminal(here)
    try:
        yield opened
    finally:
        opened.close()


def left_clean(text: str) -> bool:
    """Whether the other screen was left, and the cursor shown, after both were changed."""
    screens = text.rfind(BACK) > text.rfind(ALTERNATE) >= 0
    return screens and text.rfind(VISIBLE) > text.rfind(HIDDEN)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 128 + signal.SIGTERM)]
)
def test_a_terminal_is_left_as_it_was(
    held: Claim, here: Path, number: signal.Signals, code: int
) -> None:
    with terminal(here) as watched:
        watched.read_until("Ctrl-C leaves")
        assert ALTERNATE in watched.text
        watched.process.send_signal(number)
        watched.rest()
        assert left_clean(watched.text)
        assert watched.process.returncode == code
        after = watched.text.rpartition(BACK)[2]
        assert (f"small {held.sweep_id}: running" in after) == (code == 0)


def test_a_terminal_sees_the_end(held: Claim, ledger: Ledger, here: Path) -> None:
    with terminal(here) as watched:
        watched.read_until("Ctrl-C leaves")
        ledger.release(held)
        watched.rest()
        assert left_clean(watched.text)
        assert watched.process.returncode == 0
